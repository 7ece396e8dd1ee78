import type { CqlType, NativeTypeName } from '../../../src/protocol/index.ts';
import type { WireWriter } from '../wire/index.ts';

/** Option ids and Java classes of the native types (spec v5 section 4.2.5.2), written down for the test side. */
export const nativeWireNames: Readonly<Record<NativeTypeName, readonly [number, string]>> = {
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
};

const PACKAGE = 'org.apache.cassandra.db.marshal.';

/** Writes a type as an [option]; vectors, and what is frozen, can only travel as class names. */
export function writeCqlType(w: WireWriter, type: CqlType): void {
  if (type.kind === 'vector' || ('frozen' in type && type.frozen)) {
    w.short(0).string(className(type));
    return;
  }
  switch (type.kind) {
    case 'custom':
      w.short(0).string(type.className);
      break;
    case 'list':
    case 'set':
      writeCqlType(w.short(type.kind === 'list' ? 0x20 : 0x22), type.element);
      break;
    case 'map':
      writeCqlType(w.short(0x21), type.key);
      writeCqlType(w, type.value);
      break;
    case 'udt':
      w.short(0x30).string(type.keyspace).string(type.name).short(type.fields.length);
      for (const field of type.fields) writeCqlType(w.string(field.name), field.type);
      break;
    case 'tuple':
      w.short(0x31).short(type.elements.length);
      for (const element of type.elements) writeCqlType(w, element);
      break;
    default:
      w.short(nativeWireNames[type.kind][0]);
  }
}

/** The name of a type's Java class with its parameters. */
export function className(type: CqlType): string {
  const plain = plainClassName(type);
  return 'frozen' in type && type.frozen ? `${PACKAGE}FrozenType(${plain})` : plain;
}

function plainClassName(type: CqlType): string {
  switch (type.kind) {
    case 'custom':
      return type.className;
    case 'list':
      return `${PACKAGE}ListType(${className(type.element)})`;
    case 'set':
      return `${PACKAGE}SetType(${className(type.element)})`;
    case 'map':
      return `${PACKAGE}MapType(${className(type.key)},${className(type.value)})`;
    case 'tuple':
      return `${PACKAGE}TupleType(${type.elements.map(className).join(',')})`;
    case 'vector':
      return `${PACKAGE}VectorType(${className(type.element)} , ${type.dimension})`;
    case 'udt': {
      const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');
      return `${PACKAGE}UserType(${[type.keyspace, hex(type.name), ...type.fields.map((f) => `${hex(f.name)}:${className(f.type)}`)].join(',')})`;
    }
    default:
      return PACKAGE + nativeWireNames[type.kind][1];
  }
}
