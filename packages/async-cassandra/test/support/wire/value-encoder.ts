import { inetToBytes } from './inet.ts';
import type { WireType } from './types.ts';
import { WireWriter } from './wire-writer.ts';

/**
 * The bytes of one value, spec v5 section 5. JavaScript values: numbers or bigints for the integer types, `number` of
 * ms or Date for timestamp, days since 1970 for date, ns (bigint) for time, `{ unscaled, scale }` for decimal,
 * `{ months, days, nanoseconds }` for duration, any iterable for list and set, a Map, entries or a plain object for
 * map, arrays for tuples and vectors, an object or array for UDTs. null is null; a Uint8Array is taken as the bytes
 * themselves, whatever the type (so tests can send wrong ones).
 */
export function encodeValue(type: WireType, value: unknown): Buffer | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value);
  switch (type.kind) {
    case 'ascii':
      return Buffer.from(String(value), 'latin1');
    case 'text':
      return Buffer.from(String(value), 'utf8');
    case 'bigint':
    case 'counter':
    case 'time':
      return new WireWriter(8).long(BigInt(value as number | bigint)).finish();
    case 'timestamp':
      return new WireWriter(8)
        .long(BigInt(value instanceof Date ? value.getTime() : (value as number | bigint)))
        .finish();
    case 'boolean':
      return Buffer.from([value === true ? 1 : 0]);
    case 'tinyint':
      return new WireWriter(1).byte(Number(value)).finish();
    case 'smallint':
      return new WireWriter(2).short(Number(value)).finish();
    case 'int':
      return new WireWriter(4).int(Number(value)).finish();
    case 'date':
      return new WireWriter(4).int(Number(value) + 2 ** 31).finish();
    case 'float': {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(Number(value));
      return bytes;
    }
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(Number(value));
      return bytes;
    }
    case 'varint':
      return varintBytes(BigInt(value as number | bigint));
    case 'decimal': {
      const { unscaled, scale } = value as { unscaled: bigint; scale: number };
      return new WireWriter().int(scale).raw(varintBytes(unscaled)).finish();
    }
    case 'duration': {
      const { months, days, nanoseconds } = value as { months: number; days: number; nanoseconds: bigint };
      return new WireWriter().vint(BigInt(months)).vint(BigInt(days)).vint(BigInt(nanoseconds)).finish();
    }
    case 'uuid':
    case 'timeuuid':
      return new WireWriter(16).uuid(String(value)).finish();
    case 'inet':
      return inetToBytes(String(value));
    case 'blob':
    case 'custom':
      throw new TypeError(`A ${type.kind} is given as a Uint8Array`);
    default:
      return encodeComposite(type, value);
  }
}

type CompositeType = Extract<WireType, { kind: 'list' | 'set' | 'map' | 'tuple' | 'udt' | 'vector' }>;

function encodeComposite(type: CompositeType, value: unknown): Buffer {
  const w = new WireWriter();
  switch (type.kind) {
    case 'list':
    case 'set': {
      const items = [...(value as Iterable<unknown>)];
      w.int(items.length);
      for (const item of items) w.bytes(encodeValue(type.element, item));
      break;
    }
    case 'map': {
      const entries: [unknown, unknown][] =
        Symbol.iterator in (value as object)
          ? [...(value as Iterable<[unknown, unknown]>)]
          : Object.entries(value as object);
      w.int(entries.length);
      for (const [key, item] of entries) w.bytes(encodeValue(type.key, key)).bytes(encodeValue(type.value, item));
      break;
    }
    case 'tuple':
      (value as unknown[]).forEach((item, i) => {
        w.bytes(encodeValue(type.elements[i] as WireType, item));
      });
      break;
    case 'udt': {
      // An array may be shorter than the type, as values written before ALTER TYPE ... ADD are (spec v5 section 6).
      const fields = Array.isArray(value)
        ? (value as unknown[])
        : type.fields.map(([name]) => (value as Record<string, unknown>)[name]);
      fields.forEach((item, i) => {
        w.bytes(encodeValue((type.fields[i] as readonly [string, WireType])[1], item));
      });
      break;
    }
    case 'vector':
      for (const item of value as Iterable<unknown>) {
        const bytes = encodeValue(type.element, item) ?? Buffer.alloc(0);
        // Elements of a fixed size are packed, others carry their size as an [unsigned vint].
        if (fixedSize(type.element) === undefined) w.unsignedVint(BigInt(bytes.length));
        w.raw(bytes);
      }
  }
  return w.finish();
}

/** Two's complement, big-endian, of the fewest bytes (spec v5 section 5.24). */
function varintBytes(value: bigint): Buffer {
  let size = 1;
  while (BigInt.asIntN(size * 8, value) !== value) size++;
  const hex = BigInt.asUintN(size * 8, value).toString(16);
  return Buffer.from(hex.padStart(size * 2, '0'), 'hex');
}

/**
 * Size of a value inside a vector, undefined when it varies. As in Cassandra's `valueLengthIfFixed`: tinyint, smallint,
 * date, time and counter count as varying there although their bytes always have one length.
 */
export function fixedSize(type: WireType): number | undefined {
  switch (type.kind) {
    case 'boolean':
      return 1;
    case 'int':
    case 'float':
      return 4;
    case 'bigint':
    case 'double':
    case 'timestamp':
      return 8;
    case 'uuid':
    case 'timeuuid':
      return 16;
    case 'vector': {
      const size = fixedSize(type.element);
      return size === undefined ? undefined : size * type.dimension;
    }
    default:
      return undefined;
  }
}
