import type { BlockCompressor } from './block-compressor.ts';
import { copyBytes } from './block-copy.ts';
import { MatchTable } from './match-table.ts';

const TABLE_BITS = 12;
const MIN_MATCH = 4;
const MAX_OFFSET = 0xffff;
/** The format's end conditions: the last 5 bytes are literals, and no match starts within the last 12. */
const LAST_LITERALS = 5;
const MATCH_FREE_TAIL = 12;
/** After 2^6 positions without a match the search takes longer and longer steps: data that does not compress is soon through. */
const SKIP_SHIFT = 6;

/** LZ4 block format, compressor. */
export class Lz4Compressor implements BlockCompressor {
  readonly name = 'lz4';
  readonly #table: MatchTable = new MatchTable(TABLE_BITS);

  maxCompressedLength(length: number): number {
    return length + Math.ceil(length / 255) + 16;
  }

  compress(source: Buffer, view: DataView, start: number, end: number, target: Buffer, at: number): number {
    const table = this.#table;
    table.startBlock(end - start);
    const lastStart = end - MATCH_FREE_TAIL;
    const matchEnd = end - LAST_LITERALS;
    let anchor = start;
    let pos = start;
    let misses = 1 << SKIP_SHIFT;
    while (pos <= lastStart) {
      const sequence = view.getInt32(pos, true);
      let ref = table.exchange(sequence, pos - start) + start;
      if (ref < start || pos - ref > MAX_OFFSET || view.getInt32(ref, true) !== sequence) {
        pos += misses++ >> SKIP_SHIFT;
        continue;
      }
      let length = MIN_MATCH;
      while (pos + length + 4 <= matchEnd && view.getInt32(pos + length, true) === view.getInt32(ref + length, true)) {
        length += 4;
      }
      while (pos + length < matchEnd && source[pos + length] === source[ref + length]) length++;
      while (pos > anchor && ref > start && source[pos - 1] === source[ref - 1]) {
        pos--;
        ref--;
        length++;
      }
      at = writeLiterals(source, anchor, pos, Math.min(length - MIN_MATCH, 15), target, at);
      target[at++] = pos - ref;
      target[at++] = (pos - ref) >>> 8;
      if (length - MIN_MATCH >= 15) at = writeLength(length - MIN_MATCH - 15, target, at);
      pos += length;
      anchor = pos;
      misses = 1 << SKIP_SHIFT;
      // One position inside the match is remembered too: repetitive rows are found again at their next start.
      if (pos <= lastStart) table.exchange(view.getInt32(pos - 2, true), pos - 2 - start);
    }
    return writeLiterals(source, anchor, end, 0, target, at);
  }
}

/** Writes a sequence's token and literals. */
function writeLiterals(
  source: Buffer,
  from: number,
  to: number,
  matchBits: number,
  target: Buffer,
  at: number,
): number {
  const length = to - from;
  target[at++] = (Math.min(length, 15) << 4) | matchBits;
  if (length >= 15) at = writeLength(length - 15, target, at);
  copyBytes(source, from, target, at, length);
  return at + length;
}

/** Writes what is left of a length after the token's 15, as a run of 255 and a rest. */
function writeLength(rest: number, target: Buffer, at: number): number {
  for (; rest >= 255; rest -= 255) target[at++] = 255;
  target[at++] = rest;
  return at;
}
