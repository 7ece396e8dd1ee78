import { ProtocolError } from '../errors/index.ts';
import { copyBytes, copyMatch } from './block-copy.ts';

/** No LZ4 block expands more than this: one length byte stands for at most 255 bytes of output. */
export const LZ4_MAX_RATIO = 255;

/**
 * Decompresses the LZ4 block [from, to) of `source` into [at, limit) of `target`, which it must fill exactly.
 *
 * @throws ProtocolError when the block is malformed or of another length; nothing outside [at, limit) is written.
 */
export function lz4Decompress(
  source: Buffer,
  from: number,
  to: number,
  target: Buffer,
  at: number,
  limit: number,
): void {
  const first = at;
  while (from < to) {
    const token = source[from++] as number;
    let literals = token >>> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (from >= to) throw corrupt();
        more = source[from++] as number;
        literals += more;
      } while (more === 255);
    }
    if (literals > to - from || literals > limit - at) throw corrupt();
    copyBytes(source, from, target, at, literals);
    from += literals;
    at += literals;
    // Only the last sequence has no match, and it always is like that.
    if (from === to) {
      if (at !== limit) throw corrupt();
      return;
    }
    if (to - from < 2) throw corrupt();
    const offset = (source[from] as number) | ((source[from + 1] as number) << 8);
    from += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more: number;
      do {
        if (from >= to) throw corrupt();
        more = source[from++] as number;
        length += more;
      } while (more === 255);
    }
    if (offset === 0 || offset > at - first || length > limit - at) throw corrupt();
    copyMatch(target, at, offset, length);
    at += length;
  }
  throw corrupt();
}

/**
 * The length that the LZ4 block [from, to) decompresses to, found without writing anything.
 *
 * @throws ProtocolError when the block ends early.
 */
export function lz4DecompressedLength(source: Buffer, from: number, to: number): number {
  let total = 0;
  while (from < to) {
    const token = source[from++] as number;
    let literals = token >>> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (from >= to) throw corrupt();
        more = source[from++] as number;
        literals += more;
      } while (more === 255);
    }
    from += literals;
    total += literals;
    if (from === to) return total;
    from += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more: number;
      do {
        if (from >= to) throw corrupt();
        more = source[from++] as number;
        length += more;
      } while (more === 255);
    }
    total += length;
  }
  throw corrupt();
}

function corrupt(): ProtocolError {
  return new ProtocolError('An LZ4 block is corrupt; check that both sides agree on the compression');
}
