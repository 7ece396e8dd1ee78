import { ProtocolError } from '../errors/index.ts';
import { copyBytes, copyMatch } from './block-copy.ts';

/** No Snappy block expands more than this: a copy of 3 bytes yields at most 64. */
export const SNAPPY_MAX_RATIO = 22;

/** The length that a Snappy block says it decompresses to: a little-endian base-128 number in front of its elements. */
export interface SnappyPreamble {
  readonly length: number;
  /** Where the elements start. */
  readonly next: number;
}

/**
 * Reads the length in front of a Snappy block [from, to).
 *
 * @throws ProtocolError when it is cut off or does not fit 32 bits.
 */
export function readSnappyPreamble(source: Buffer, from: number, to: number): SnappyPreamble {
  let length = 0;
  for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
    if (from >= to) throw corrupt();
    const byte = source[from++] as number;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      if (length > 0xffff_ffff) throw corrupt();
      return { length, next: from };
    }
  }
  throw corrupt();
}

/**
 * Decompresses a Snappy block's elements [from, to) of `source`, those after the preamble, into [at, limit) of `target`,
 * which they must fill exactly.
 *
 * @throws ProtocolError when the block is malformed or of another length; nothing outside [at, limit) is written.
 */
export function snappyDecompress(
  source: Buffer,
  from: number,
  to: number,
  target: Buffer,
  at: number,
  limit: number,
): void {
  const first = at;
  while (from < to) {
    const tag = source[from++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = literalLengthBytes(tag);
      if (extra > to - from) throw corrupt();
      const length = literalLength(source, from, tag, extra);
      from += extra;
      if (length > to - from || length > limit - at) throw corrupt();
      copyBytes(source, from, target, at, length);
      from += length;
      at += length;
      continue;
    }
    const extra = kind === 3 ? 4 : kind;
    if (extra > to - from) throw corrupt();
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const offset =
      kind === 1
        ? ((tag >>> 5) << 8) | (source[from] as number)
        : kind === 2
          ? source.readUInt16LE(from)
          : source.readUInt32LE(from);
    from += extra;
    if (offset === 0 || offset > at - first || length > limit - at) throw corrupt();
    copyMatch(target, at, offset, length);
    at += length;
  }
  if (at !== limit) throw corrupt();
}

/**
 * The length that a Snappy block's elements [from, to) decompress to, found without writing anything.
 *
 * @throws ProtocolError when the block ends early.
 */
export function snappyDecompressedLength(source: Buffer, from: number, to: number): number {
  let total = 0;
  while (from < to) {
    const tag = source[from++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = literalLengthBytes(tag);
      if (extra > to - from) throw corrupt();
      const length = literalLength(source, from, tag, extra);
      from += extra + length;
      total += length;
    } else {
      from += kind === 3 ? 4 : kind;
      total += kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    }
  }
  if (from !== to) throw corrupt();
  return total;
}

/** How many bytes after a literal's tag hold its length: none below 60. */
function literalLengthBytes(tag: number): number {
  return Math.max((tag >>> 2) - 59, 0);
}

function literalLength(source: Buffer, from: number, tag: number, extra: number): number {
  return extra === 0 ? (tag >>> 2) + 1 : source.readUIntLE(from, extra) + 1;
}

function corrupt(): ProtocolError {
  return new ProtocolError('A Snappy block is corrupt; check that both sides agree on the compression');
}
