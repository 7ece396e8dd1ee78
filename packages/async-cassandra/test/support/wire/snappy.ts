/** Raw Snappy (format_description.txt): a varint of the size, then literals and copies. */

const MAX_COPY = 64;
const MIN_MATCH = 4;

export function snappyCompress(input: Uint8Array): Buffer {
  const source = Buffer.from(input.buffer, input.byteOffset, input.length);
  const out = Buffer.allocUnsafe(32 + source.length + Math.ceil(source.length / 6));
  const lastSeen = new Int32Array(1 << 12).fill(-1);
  let at = 0;
  for (let rest = source.length; ; rest >>>= 7) {
    out[at++] = rest > 0x7f ? (rest & 0x7f) | 0x80 : rest;
    if (rest <= 0x7f) break;
  }
  let anchor = 0;
  let position = 0;
  while (position + MIN_MATCH <= source.length) {
    const word = source.readUInt32LE(position);
    const slot = Math.imul(word, 2654435761) >>> 20;
    const candidate = lastSeen[slot] as number;
    lastSeen[slot] = position;
    if (candidate < 0 || position - candidate > 0xffff || source.readUInt32LE(candidate) !== word) {
      position++;
      continue;
    }
    at = writeLiteral(out, at, source, anchor, position);
    let length = MIN_MATCH;
    while (
      length < MAX_COPY &&
      position + length < source.length &&
      source[candidate + length] === source[position + length]
    )
      length++;
    out[at++] = ((length - 1) << 2) | 2;
    at = out.writeUInt16LE(position - candidate, at);
    position += length;
    anchor = position;
  }
  at = writeLiteral(out, at, source, anchor, source.length);
  return Buffer.from(out.subarray(0, at));
}

function writeLiteral(out: Buffer, start: number, source: Buffer, from: number, to: number): number {
  let at = start;
  const length = to - from;
  if (length === 0) return at;
  if (length <= 60) {
    out[at++] = (length - 1) << 2;
  } else {
    const bytes = length - 1 < 0x100 ? 1 : length - 1 < 0x10000 ? 2 : length - 1 < 0x1000000 ? 3 : 4;
    out[at++] = (59 + bytes) << 2;
    at = out.writeUIntLE(length - 1, at, bytes);
  }
  return at + source.copy(out, at, from, to);
}

export function snappyDecompress(input: Uint8Array): Buffer {
  const block = Buffer.from(input.buffer, input.byteOffset, input.length);
  let position = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = block.readUInt8(position++);
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const out = Buffer.alloc(size);
  let at = 0;
  while (position < block.length) {
    const tag = block.readUInt8(position++);
    if ((tag & 3) === 0) {
      const extra = (tag >> 2) - 59;
      const length = extra <= 0 ? (tag >> 2) + 1 : block.readUIntLE(position, extra) + 1;
      position += Math.max(0, extra);
      if (position + length > block.length || at + length > size) throw new Error('Snappy literal out of bounds');
      at += block.copy(out, at, position, position + length);
      position += length;
      continue;
    }
    const wide = tag & 3;
    const length = wide === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset =
      wide === 1 ? ((tag >> 5) << 8) | block.readUInt8(position) : block.readUIntLE(position, wide === 2 ? 2 : 4);
    position += wide === 1 ? 1 : wide === 2 ? 2 : 4;
    if (offset === 0 || offset > at || at + length > size) throw new Error('Snappy copy out of bounds');
    for (let i = 0; i < length; i++, at++) out[at] = out[at - offset] as number;
  }
  if (at !== size) throw new Error(`Snappy block holds ${at} bytes, ${size} were declared`);
  return out;
}
