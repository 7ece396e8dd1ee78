import type { ValueCodec } from '../value-codec.ts';
import { corrupt, truncatedCell } from '../value-problems.ts';

/** Bytes of the [int] length before every element, and of the [int] count before them all. */
export const LENGTH_BYTES = 4;

/**
 * So many components may be missing at the end of a tuple or user-defined type: fields that were added to the type after
 * the value was written. Each becomes a null, which costs memory that the server did not send bytes for.
 */
const MOST_ABSENT = 1_024;

/** The fewest bytes that a value of so many components can have. */
export function leastBytesOf(components: number): number {
  return Math.max(0, components - MOST_ABSENT) * LENGTH_BYTES;
}

/** @throws ProtocolError when a value lacks more components than any that was written by an older type does */
export function checkPresence(bytes: number, least: number, column: string, typeName: string): void {
  if (bytes < least) throw corrupt(column, typeName, `${bytes} bytes, where its components take at least ${least}`);
}

/**
 * Reads the value of a cell whose length `n` was read already and whose bytes start at `p`.
 * @throws ProtocolError when it would reach beyond `end`
 */
export function readCell(
  codec: ValueCodec,
  b: Buffer,
  v: DataView,
  p: number,
  n: number,
  end: number,
  column: string,
): unknown {
  if (n > 0) {
    if (n > end - p) throw truncatedCell(column);
    return codec.decode(b, v, p, n, column);
  }
  return n === 0 && codec.hasEmptyValue ? codec.decode(b, v, p, 0, column) : null;
}

/**
 * Reads the [int] count of a collection's elements.
 * @throws ProtocolError when `bytes` cannot hold that many elements of at least `minimum` bytes each
 */
export function readCount(
  v: DataView,
  p: number,
  bytes: number,
  minimum: number,
  column: string,
  typeName: string,
): number {
  if (bytes < LENGTH_BYTES) throw corrupt(column, typeName, `${bytes} bytes, too few for a count`);
  const count = v.getInt32(p);
  if (count < 0 || count * minimum > bytes - LENGTH_BYTES)
    throw corrupt(column, typeName, `a count of ${count} elements in ${bytes} bytes`);
  return count;
}

/** Reads the [int] length at `p`; a length that is cut off is an error. */
export function readLength(v: DataView, p: number, end: number, column: string): number {
  if (p + LENGTH_BYTES > end) throw truncatedCell(column);
  return v.getInt32(p);
}

/** @throws ProtocolError when `p`, where the last part ended, is not where the value ends */
export function checkEnd(p: number, end: number, column: string, typeName: string): void {
  if (p !== end) throw corrupt(column, typeName, `${end - p} bytes after its last part`);
}
