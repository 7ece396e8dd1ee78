import type { BlockCompressor } from './block-compressor.ts';
import { copyBytes } from './block-copy.ts';
import { MatchTable } from './match-table.ts';

const TABLE_BITS = 12;
const MIN_MATCH = 4;
/** Copies reach back at most 16 bits, the farthest that every decompressor in use takes. */
const MAX_OFFSET = 0xffff;
const MAX_COPY = 64;
const SKIP_SHIFT = 5;

/** Snappy raw format (no stream framing), compressor. */
export class SnappyCompressor implements BlockCompressor {
  readonly name = 'snappy';
  readonly #table: MatchTable = new MatchTable(TABLE_BITS);

  maxCompressedLength(length: number): number {
    return 32 + length + Math.ceil(length / 6);
  }

  compress(source: Buffer, view: DataView, start: number, end: number, target: Buffer, at: number): number {
    const table = this.#table;
    table.startBlock(end - start);
    at = writePreamble(end - start, target, at);
    let anchor = start;
    let pos = start;
    let misses = 1 << SKIP_SHIFT;
    while (pos + MIN_MATCH <= end) {
      const sequence = view.getInt32(pos, true);
      const ref = table.exchange(sequence, pos - start) + start;
      if (ref < start || pos - ref > MAX_OFFSET || view.getInt32(ref, true) !== sequence) {
        pos += misses++ >> SKIP_SHIFT;
        continue;
      }
      let length = MIN_MATCH;
      while (pos + length + 4 <= end && view.getInt32(pos + length, true) === view.getInt32(ref + length, true)) {
        length += 4;
      }
      while (pos + length < end && source[pos + length] === source[ref + length]) length++;
      if (pos > anchor) at = writeLiteral(source, anchor, pos, target, at);
      at = writeCopies(pos - ref, length, target, at);
      pos += length;
      anchor = pos;
      misses = 1 << SKIP_SHIFT;
    }
    return end > anchor ? writeLiteral(source, anchor, end, target, at) : at;
  }
}

function writePreamble(length: number, target: Buffer, at: number): number {
  for (; length >= 0x80; length >>>= 7) target[at++] = (length & 0x7f) | 0x80;
  target[at++] = length;
  return at;
}

function writeLiteral(source: Buffer, from: number, to: number, target: Buffer, at: number): number {
  const length = to - from;
  const code = length - 1;
  if (code < 60) {
    target[at++] = code << 2;
  } else {
    const extra = code < 0x100 ? 1 : code < 0x1_0000 ? 2 : code < 0x100_0000 ? 3 : 4;
    target[at++] = (59 + extra) << 2;
    for (let shift = 0; shift < extra * 8; shift += 8) target[at++] = code >>> shift;
  }
  copyBytes(source, from, target, at, length);
  return at + length;
}

/** Splits a match into copies of at most 64 bytes, none below 4, so that the last one can take the short form. */
function writeCopies(offset: number, length: number, target: Buffer, at: number): number {
  while (length > MAX_COPY) {
    const part = length >= MAX_COPY + MIN_MATCH ? MAX_COPY : length - MIN_MATCH;
    at = writeLongCopy(offset, part, target, at);
    length -= part;
  }
  if (length > 11 || offset > 2047) return writeLongCopy(offset, length, target, at);
  target[at++] = 1 | ((length - MIN_MATCH) << 2) | ((offset >>> 8) << 5);
  target[at++] = offset;
  return at;
}

function writeLongCopy(offset: number, length: number, target: Buffer, at: number): number {
  target[at++] = 2 | ((length - 1) << 2);
  target[at++] = offset;
  target[at++] = offset >>> 8;
  return at;
}
