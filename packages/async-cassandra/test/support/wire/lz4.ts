/**
 * LZ4 blocks (lz4_Block_format.md): tokens of literal run and match. A small greedy compressor, so that what it writes
 * holds real matches (overlapping ones too), and a plain decompressor.
 */

const MIN_MATCH = 4;
/** The format wants the last five bytes as literals and no match to start in the last twelve. */
const LAST_LITERALS = 5;
const MATCH_LIMIT = 12;

export function lz4Compress(input: Uint8Array): Buffer {
  const source = Buffer.from(input.buffer, input.byteOffset, input.length);
  const out = Buffer.allocUnsafe(source.length + Math.ceil(source.length / 255) + 16);
  const lastSeen = new Int32Array(1 << 12).fill(-1);
  let at = 0;
  let anchor = 0;
  let position = 0;
  while (position < source.length - MATCH_LIMIT) {
    const word = source.readUInt32LE(position);
    const slot = Math.imul(word, 2654435761) >>> 20;
    const candidate = lastSeen[slot] as number;
    lastSeen[slot] = position;
    if (candidate < 0 || position - candidate > 0xffff || source.readUInt32LE(candidate) !== word) {
      position++;
      continue;
    }
    let length = MIN_MATCH;
    const limit = source.length - LAST_LITERALS;
    while (position + length < limit && source[candidate + length] === source[position + length]) length++;
    at = writeSequence(out, at, source, anchor, position, position - candidate, length);
    position += length;
    anchor = position;
  }
  at = writeSequence(out, at, source, anchor, source.length, 0, 0);
  return Buffer.from(out.subarray(0, at));
}

function writeSequence(
  out: Buffer,
  start: number,
  source: Buffer,
  from: number,
  to: number,
  offset: number,
  matchLength: number,
): number {
  let at = start;
  const literals = to - from;
  const extra = matchLength === 0 ? 0 : matchLength - MIN_MATCH;
  out[at++] = (Math.min(literals, 15) << 4) | Math.min(extra, 15);
  if (literals >= 15) at = writeLength(out, at, literals - 15);
  at += source.copy(out, at, from, to);
  if (matchLength === 0) return at;
  at = out.writeUInt16LE(offset, at);
  return extra >= 15 ? writeLength(out, at, extra - 15) : at;
}

function writeLength(out: Buffer, start: number, length: number): number {
  let at = start;
  let rest = length;
  for (; rest >= 255; rest -= 255) out[at++] = 255;
  out[at++] = rest;
  return at;
}

/** Throws unless the block decompresses to exactly `size` bytes. */
export function lz4Decompress(block: Uint8Array, size: number): Buffer {
  const out = Buffer.alloc(size);
  let at = 0;
  let position = 0;
  const next = (): number => {
    const value = block[position++];
    if (value === undefined) throw new Error('LZ4 block cut short');
    return value;
  };
  const readLength = (nibble: number): number => {
    let length = nibble;
    if (nibble === 15) {
      let more = 255;
      while (more === 255) {
        more = next();
        length += more;
      }
    }
    return length;
  };
  while (position < block.length) {
    const token = next();
    const literals = readLength(token >> 4);
    if (position + literals > block.length || at + literals > size) throw new Error('LZ4 literals out of bounds');
    out.set(block.subarray(position, position + literals), at);
    position += literals;
    at += literals;
    if (position === block.length) break;
    const offset = next() | (next() << 8);
    const length = readLength(token & 15) + MIN_MATCH;
    if (offset === 0 || offset > at || at + length > size) throw new Error('LZ4 match out of bounds');
    for (let i = 0; i < length; i++, at++) out[at] = out[at - offset] as number;
  }
  if (at !== size) throw new Error(`LZ4 block holds ${at} bytes, ${size} were declared`);
  return out;
}
