import { bytesToInet } from './inet.ts';
import type { WireType } from './types.ts';
import { fixedSize } from './value-encoder.ts';
import { WireReader } from './wire-reader.ts';

/** The inverse of `encodeValue`, for looking at bound values in a test; an empty value of a type of fixed size is null. */
export function decodeValue(type: WireType, bytes: Uint8Array | null): unknown {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type.kind) {
    case 'ascii':
    case 'text':
      return buffer.toString('utf8');
    case 'blob':
    case 'custom':
      return Buffer.from(buffer);
    default:
      return buffer.length === 0 ? null : decodeNonEmpty(type, buffer);
  }
}

function decodeNonEmpty(type: WireType, buffer: Buffer): unknown {
  const r = new WireReader(buffer);
  switch (type.kind) {
    case 'bigint':
    case 'counter':
    case 'time':
      return r.long();
    case 'timestamp':
      return Number(r.long());
    case 'boolean':
      return r.byte() !== 0;
    case 'tinyint':
      return buffer.readInt8();
    case 'smallint':
      return buffer.readInt16BE();
    case 'int':
      return r.int();
    case 'date':
      return buffer.readUInt32BE() - 2 ** 31;
    case 'float':
      return buffer.readFloatBE();
    case 'double':
      return buffer.readDoubleBE();
    case 'varint':
      return varintOf(buffer);
    case 'decimal':
      return { unscaled: varintOf(buffer.subarray(4)), scale: r.int() };
    case 'duration':
      return { months: Number(r.vint()), days: Number(r.vint()), nanoseconds: r.vint() };
    case 'uuid':
    case 'timeuuid':
      return r.uuid();
    case 'inet':
      return bytesToInet(buffer);
    case 'list':
    case 'set':
      return Array.from({ length: r.int() }, () => decodeValue(type.element, r.bytes()));
    case 'map':
      return new Map(
        Array.from({ length: r.int() }, () => [decodeValue(type.key, r.bytes()), decodeValue(type.value, r.bytes())]),
      );
    case 'tuple':
      return type.elements.map((element) => (r.remaining === 0 ? null : decodeValue(element, r.bytes())));
    case 'udt':
      return Object.fromEntries(
        type.fields.map(([name, field]) => [name, r.remaining === 0 ? null : decodeValue(field, r.bytes())]),
      );
    case 'vector': {
      const size = fixedSize(type.element);
      return Array.from({ length: type.dimension }, () =>
        decodeValue(type.element, r.raw(size ?? Number(r.unsignedVint()))),
      );
    }
    default:
      throw new Error(`No decoder for ${type.kind}`);
  }
}

function varintOf(buffer: Buffer): bigint {
  return BigInt.asIntN(buffer.length * 8, BigInt(`0x${buffer.toString('hex')}`));
}
