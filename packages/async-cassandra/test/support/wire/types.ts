import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/** Option ids of the native types, spec v5 section 4.2.5.2; the Java class names that custom type strings use. */
const nativeTypes = {
  ascii: [0x01, 'AsciiType'],
  bigint: [0x02, 'LongType'],
  blob: [0x03, 'BytesType'],
  boolean: [0x04, 'BooleanType'],
  counter: [0x05, 'CounterColumnType'],
  decimal: [0x06, 'DecimalType'],
  double: [0x07, 'DoubleType'],
  float: [0x08, 'FloatType'],
  int: [0x09, 'Int32Type'],
  timestamp: [0x0b, 'TimestampType'],
  uuid: [0x0c, 'UUIDType'],
  text: [0x0d, 'UTF8Type'],
  varint: [0x0e, 'IntegerType'],
  timeuuid: [0x0f, 'TimeUUIDType'],
  inet: [0x10, 'InetAddressType'],
  date: [0x11, 'SimpleDateType'],
  time: [0x12, 'TimeType'],
  smallint: [0x13, 'ShortType'],
  tinyint: [0x14, 'ByteType'],
  duration: [0x15, 'DurationType'],
} as const;

export type NativeName = keyof typeof nativeTypes;

export type WireType =
  | { readonly kind: NativeName }
  | { readonly kind: 'custom'; readonly className: string }
  | { readonly kind: 'list' | 'set'; readonly element: WireType }
  | { readonly kind: 'map'; readonly key: WireType; readonly value: WireType }
  | { readonly kind: 'tuple'; readonly elements: readonly WireType[] }
  | {
      readonly kind: 'udt';
      readonly keyspace: string;
      readonly name: string;
      readonly fields: readonly (readonly [string, WireType])[];
    }
  | { readonly kind: 'vector'; readonly element: WireType; readonly dimension: number };

type Natives = { readonly [N in NativeName]: { readonly kind: N } };

interface TypeBuilders {
  list(element: WireType): WireType;
  set(element: WireType): WireType;
  map(key: WireType, value: WireType): WireType;
  tuple(...elements: WireType[]): WireType;
  udt(keyspace: string, name: string, fields: Readonly<Record<string, WireType>>): WireType;
  vector(element: WireType, dimension: number): WireType;
  custom(className: string): WireType;
}

const natives = Object.fromEntries(Object.keys(nativeTypes).map((kind) => [kind, { kind }])) as unknown as Natives;

/** Builds types: `t.int`, `t.map(t.text, t.list(t.uuid))`, `t.udt('shop', 'address', { street: t.text })`. */
export const t: Natives & TypeBuilders = {
  ...natives,
  list: (element) => ({ kind: 'list', element }),
  set: (element) => ({ kind: 'set', element }),
  map: (key, value) => ({ kind: 'map', key, value }),
  tuple: (...elements) => ({ kind: 'tuple', elements }),
  udt: (keyspace, name, fields) => ({ kind: 'udt', keyspace, name, fields: Object.entries(fields) }),
  vector: (element, dimension) => ({ kind: 'vector', element, dimension }),
  custom: (className) => ({ kind: 'custom', className }),
};

/** Writes an [option]; duration is a custom type before v5, a vector in every version. */
export function writeType(w: WireWriter, type: WireType, version: number): void {
  switch (type.kind) {
    case 'custom':
      w.short(0).string(type.className);
      return;
    case 'vector':
      w.short(0).string(javaClassName(type));
      return;
    case 'list':
    case 'set':
      w.short(type.kind === 'list' ? 0x20 : 0x22);
      writeType(w, type.element, version);
      return;
    case 'map':
      w.short(0x21);
      writeType(w, type.key, version);
      writeType(w, type.value, version);
      return;
    case 'udt':
      w.short(0x30).string(type.keyspace).string(type.name).short(type.fields.length);
      for (const [name, fieldType] of type.fields) {
        w.string(name);
        writeType(w, fieldType, version);
      }
      return;
    case 'tuple':
      w.short(0x31).short(type.elements.length);
      for (const element of type.elements) writeType(w, element, version);
      return;
    case 'duration':
      if (version < 5) {
        w.short(0).string(javaClassName(type));
        return;
      }
      break;
    default:
  }
  w.short(nativeTypes[type.kind][0]);
}

export function readType(r: WireReader): WireType {
  const id = r.short();
  switch (id) {
    case 0x00:
      return t.custom(r.string());
    case 0x20:
      return t.list(readType(r));
    case 0x21:
      return t.map(readType(r), readType(r));
    case 0x22:
      return t.set(readType(r));
    case 0x30: {
      const keyspace = r.string();
      const name = r.string();
      const fields = Array.from({ length: r.short() }, () => [r.string(), readType(r)] as const);
      return { kind: 'udt', keyspace, name, fields };
    }
    case 0x31:
      return t.tuple(...Array.from({ length: r.short() }, () => readType(r)));
    default:
  }
  const kind = (Object.keys(nativeTypes) as NativeName[]).find((name) => nativeTypes[name][0] === id);
  if (kind === undefined) throw new Error(`Unknown type option 0x${id.toString(16)}`);
  return natives[kind];
}

/** The type as Cassandra's Java classes print it, used in custom type strings such as those of vectors. */
export function javaClassName(type: WireType): string {
  const prefix = 'org.apache.cassandra.db.marshal.';
  switch (type.kind) {
    case 'custom':
      return type.className;
    case 'list':
    case 'set':
      return `${prefix}FrozenType(${prefix}${type.kind === 'list' ? 'ListType' : 'SetType'}(${javaClassName(type.element)}))`;
    case 'map':
      return `${prefix}FrozenType(${prefix}MapType(${javaClassName(type.key)},${javaClassName(type.value)}))`;
    case 'tuple':
      return `${prefix}TupleType(${type.elements.map(javaClassName).join(',')})`;
    case 'udt': {
      const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');
      const fields = type.fields.map(([name, fieldType]) => `${hex(name)}:${javaClassName(fieldType)}`);
      return `${prefix}UserType(${[type.keyspace, hex(type.name), ...fields].join(',')})`;
    }
    case 'vector':
      return `${prefix}VectorType(${javaClassName(type.element)} , ${type.dimension})`;
    default:
      return `${prefix}${nativeTypes[type.kind][1]}`;
  }
}

/** The type as `system_schema.columns` shows it; collections and UDTs inside others are frozen. */
export function cqlTypeName(type: WireType, nested = false): string {
  const frozen = (text: string): string => (nested ? `frozen<${text}>` : text);
  switch (type.kind) {
    case 'custom':
      return `'${type.className}'`;
    case 'list':
    case 'set':
      return frozen(`${type.kind}<${cqlTypeName(type.element, true)}>`);
    case 'map':
      return frozen(`map<${cqlTypeName(type.key, true)}, ${cqlTypeName(type.value, true)}>`);
    case 'tuple':
      return `frozen<tuple<${type.elements.map((element) => cqlTypeName(element, true)).join(', ')}>>`;
    case 'udt':
      return frozen(type.name);
    case 'vector':
      return `vector<${cqlTypeName(type.element, true)}, ${type.dimension}>`;
    default:
      return type.kind;
  }
}
