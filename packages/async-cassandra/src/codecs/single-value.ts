import { ByteWriter, type CqlType } from '../protocol/index.ts';
import type { CodecRegistry } from './codec-registry.ts';
import { copyBytes } from './scalars/blob-codec.ts';
import { readCell } from './composites/cell.ts';
import { wrongKind } from './value-problems.ts';
import { unset } from './values/unset.ts';

const INITIAL_BYTES = 64;
/** What messages call a value that belongs to no column. */
const NO_COLUMN = 'value';

/**
 * The bytes of one value, without a length; null is null.
 * @throws InvalidValueError when the type does not hold the value, or it is undefined or unset
 */
export function encodeValue(type: CqlType, value: unknown, registry: CodecRegistry): Buffer | null {
  if (value === null) return null;
  const codec = registry.codecFor(type);
  if (value === undefined || value === unset) throw wrongKind(NO_COLUMN, codec.typeName, value);
  const w = new ByteWriter(INITIAL_BYTES);
  codec.encode(w, value, NO_COLUMN);
  return copyBytes(w.buf, 0, w.pos);
}

/**
 * The value of the bytes of one cell; null is null.
 * @throws ProtocolError when the bytes are no value of the type
 * @throws InvalidValueError when JavaScript cannot represent it
 */
export function decodeValue(type: CqlType, bytes: Uint8Array | null, registry: CodecRegistry): unknown {
  if (bytes === null) return null;
  const b = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const v = new DataView(b.buffer, b.byteOffset, b.length);
  return readCell(registry.codecFor(type), b, v, 0, b.length, b.length, NO_COLUMN);
}
