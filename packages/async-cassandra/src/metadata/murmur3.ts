import type { TokenPair } from './token-pair.ts';

// Murmur3Partitioner's hash: MurmurHash3_x64_128 with seed 0, of which the first 64 bits are the token. Cassandra's port widens
// the bytes of the tail as signed ones, so that a tail byte of 0x80 and above inverts all bits above it; tokens depend on it.
//
// 64-bit words are pairs of int32 here: bigint arithmetic would cost an allocation an operation. A product modulo 2^64 takes five
// lines, made of 16-bit halves, that leave its upper word in `hi`; its lower word is one `imul`. They are written out because
// V8 inlines only so much into one function: as a helper, half of the multiplications remained calls and took three times as long.

const imul: (a: number, b: number) => number = Math.imul;

const C1_HI = 0x87c37b91 | 0;
const C1_LO = 0x114253d5;
const C2_HI = 0x4cf5ad43;
const C2_LO = 0x2745937f;
const MIX1_HI = 0xff51afd7 | 0;
const MIX1_LO = 0xed558ccd;
const MIX2_HI = 0xc4ceb9fe | 0;
const MIX2_LO = 0x1a85ec53;
const ADD1 = 0x52dce729;
const ADD2 = 0x38495ab5;

/** 1 when `sum`, the lower word of a sum that `addend` is part of, has wrapped around. */
function carry(sum: number, addend: number): number {
  return sum >>> 0 < addend >>> 0 ? 1 : 0;
}

/** Four bytes, little-endian. */
function readWord(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** Up to four bytes of the tail (zero when `count` is not positive): each widened with its sign, all xored. */
function tailWord(bytes: Uint8Array, at: number, count: number): number {
  let word = 0;
  for (let i = 0; i < count && i < 4; i++) word ^= (((bytes[at + i] as number) << 24) >> 24) << (i << 3);
  return word;
}

/** What the signs of the first four of `count` tail bytes do to the word above them: an odd number of negative ones inverts it. */
function tailSign(bytes: Uint8Array, at: number, count: number): number {
  let signs = bytes[at] as number;
  for (let i = 1; i < count && i < 4; i++) signs ^= bytes[at + i] as number;
  return (signs << 24) >> 31;
}

/**
 * Computes the token of a partition key as Murmur3Partitioner does, without allocating.
 *
 * @param bytes - holds the serialised partition key
 * @param start - where the key begins
 * @param end - the index after its last byte
 * @param out - takes the token
 */
export function murmur3(bytes: Uint8Array, start: number, end: number, out: TokenPair): void {
  const length = (end - start) | 0;
  let h1Hi = 0;
  let h1Lo = 0;
  let h2Hi = 0;
  let h2Lo = 0;
  let hi: number;
  let lo: number;
  let low: number;
  let high: number;
  let middle: number;
  let upper: number;
  for (let at = start; at < end; at += 16) {
    const left = (end - at) | 0;
    let k1Lo: number;
    let k1Hi: number;
    let k2Lo = 0;
    let k2Hi = 0;
    if (left >= 16) {
      k1Lo = readWord(bytes, at);
      k1Hi = readWord(bytes, at + 4);
      k2Lo = readWord(bytes, at + 8);
      k2Hi = readWord(bytes, at + 12);
    } else {
      k1Lo = tailWord(bytes, at, left) | 0;
      k1Hi = tailWord(bytes, at + 4, left - 4) ^ tailSign(bytes, at, left);
      if (left > 8) {
        k2Lo = tailWord(bytes, at + 8, left - 8) | 0;
        k2Hi = tailWord(bytes, at + 12, left - 12) ^ tailSign(bytes, at + 8, left - 8);
      }
    }
    // h1 ^= rotl(k1 * c1, 31) * c2
    low = k1Lo & 0xffff;
    high = k1Lo >>> 16;
    middle = (imul(high, C1_LO & 0xffff) + (imul(low, C1_LO & 0xffff) >>> 16)) | 0;
    upper = (imul(low, C1_LO >>> 16) + (middle & 0xffff)) >>> 16;
    hi = (imul(high, C1_LO >>> 16) + (middle >>> 16) + upper + imul(k1Hi, C1_LO) + imul(k1Lo, C1_HI)) | 0;
    lo = imul(k1Lo, C1_LO);
    k1Hi = (lo >>> 1) | (hi << 31);
    k1Lo = (hi >>> 1) | (lo << 31);
    low = k1Lo & 0xffff;
    high = k1Lo >>> 16;
    middle = (imul(high, C2_LO & 0xffff) + (imul(low, C2_LO & 0xffff) >>> 16)) | 0;
    upper = (imul(low, C2_LO >>> 16) + (middle & 0xffff)) >>> 16;
    hi = (imul(high, C2_LO >>> 16) + (middle >>> 16) + upper + imul(k1Hi, C2_LO) + imul(k1Lo, C2_HI)) | 0;
    h1Hi ^= hi;
    h1Lo ^= imul(k1Lo, C2_LO);
    // h2 ^= rotl(k2 * c2, 33) * c1
    low = k2Lo & 0xffff;
    high = k2Lo >>> 16;
    middle = (imul(high, C2_LO & 0xffff) + (imul(low, C2_LO & 0xffff) >>> 16)) | 0;
    upper = (imul(low, C2_LO >>> 16) + (middle & 0xffff)) >>> 16;
    hi = (imul(high, C2_LO >>> 16) + (middle >>> 16) + upper + imul(k2Hi, C2_LO) + imul(k2Lo, C2_HI)) | 0;
    lo = imul(k2Lo, C2_LO);
    k2Hi = (lo << 1) | (hi >>> 31);
    k2Lo = (hi << 1) | (lo >>> 31);
    low = k2Lo & 0xffff;
    high = k2Lo >>> 16;
    middle = (imul(high, C1_LO & 0xffff) + (imul(low, C1_LO & 0xffff) >>> 16)) | 0;
    upper = (imul(low, C1_LO >>> 16) + (middle & 0xffff)) >>> 16;
    hi = (imul(high, C1_LO >>> 16) + (middle >>> 16) + upper + imul(k2Hi, C1_LO) + imul(k2Lo, C1_HI)) | 0;
    const x2Hi = h2Hi ^ hi;
    const x2Lo = h2Lo ^ imul(k2Lo, C1_LO);
    if (left < 16) {
      h2Hi = x2Hi;
      h2Lo = x2Lo;
      break;
    }
    // h1 = (rotl(h1, 27) + h2) * 5 + add1
    lo = (((h1Lo << 27) | (h1Hi >>> 5)) + h2Lo) | 0;
    hi = (((h1Hi << 27) | (h1Lo >>> 5)) + h2Hi + carry(lo, h2Lo)) | 0;
    h1Lo = ((lo << 2) + lo) | 0;
    h1Hi = (((hi << 2) | (lo >>> 30)) + hi + carry(h1Lo, lo)) | 0;
    h1Lo = (h1Lo + ADD1) | 0;
    h1Hi = (h1Hi + carry(h1Lo, ADD1)) | 0;
    // h2 = (rotl(h2, 31) + h1) * 5 + add2
    lo = (((x2Hi >>> 1) | (x2Lo << 31)) + h1Lo) | 0;
    hi = (((x2Lo >>> 1) | (x2Hi << 31)) + h1Hi + carry(lo, h1Lo)) | 0;
    h2Lo = ((lo << 2) + lo) | 0;
    h2Hi = (((hi << 2) | (lo >>> 30)) + hi + carry(h2Lo, lo)) | 0;
    h2Lo = (h2Lo + ADD2) | 0;
    h2Hi = (h2Hi + carry(h2Lo, ADD2)) | 0;
  }

  h2Lo ^= length;
  h1Lo = ((h1Lo ^ length) + h2Lo) | 0;
  h1Hi = (h1Hi + h2Hi + carry(h1Lo, h2Lo)) | 0;
  h2Lo = (h2Lo + h1Lo) | 0;
  h2Hi = (h2Hi + h1Hi + carry(h2Lo, h1Lo)) | 0;
  // For h1, then for h2: h ^= h >>> 33; h *= mix1; h ^= h >>> 33; h *= mix2; h ^= h >>> 33
  h1Lo ^= h1Hi >>> 1;
  low = h1Lo & 0xffff;
  high = h1Lo >>> 16;
  middle = (imul(high, MIX1_LO & 0xffff) + (imul(low, MIX1_LO & 0xffff) >>> 16)) | 0;
  upper = (imul(low, MIX1_LO >>> 16) + (middle & 0xffff)) >>> 16;
  h1Hi = (imul(high, MIX1_LO >>> 16) + (middle >>> 16) + upper + imul(h1Hi, MIX1_LO) + imul(h1Lo, MIX1_HI)) | 0;
  h1Lo = imul(h1Lo, MIX1_LO) ^ (h1Hi >>> 1);
  low = h1Lo & 0xffff;
  high = h1Lo >>> 16;
  middle = (imul(high, MIX2_LO & 0xffff) + (imul(low, MIX2_LO & 0xffff) >>> 16)) | 0;
  upper = (imul(low, MIX2_LO >>> 16) + (middle & 0xffff)) >>> 16;
  h1Hi = (imul(high, MIX2_LO >>> 16) + (middle >>> 16) + upper + imul(h1Hi, MIX2_LO) + imul(h1Lo, MIX2_HI)) | 0;
  h1Lo = imul(h1Lo, MIX2_LO) ^ (h1Hi >>> 1);
  h2Lo ^= h2Hi >>> 1;
  low = h2Lo & 0xffff;
  high = h2Lo >>> 16;
  middle = (imul(high, MIX1_LO & 0xffff) + (imul(low, MIX1_LO & 0xffff) >>> 16)) | 0;
  upper = (imul(low, MIX1_LO >>> 16) + (middle & 0xffff)) >>> 16;
  h2Hi = (imul(high, MIX1_LO >>> 16) + (middle >>> 16) + upper + imul(h2Hi, MIX1_LO) + imul(h2Lo, MIX1_HI)) | 0;
  h2Lo = imul(h2Lo, MIX1_LO) ^ (h2Hi >>> 1);
  low = h2Lo & 0xffff;
  high = h2Lo >>> 16;
  middle = (imul(high, MIX2_LO & 0xffff) + (imul(low, MIX2_LO & 0xffff) >>> 16)) | 0;
  upper = (imul(low, MIX2_LO >>> 16) + (middle & 0xffff)) >>> 16;
  h2Hi = (imul(high, MIX2_LO >>> 16) + (middle >>> 16) + upper + imul(h2Hi, MIX2_LO) + imul(h2Lo, MIX2_HI)) | 0;
  h2Lo = imul(h2Lo, MIX2_LO) ^ (h2Hi >>> 1);

  lo = (h1Lo + h2Lo) | 0;
  hi = (h1Hi + h2Hi + carry(lo, h2Lo)) | 0;
  // The smallest long marks the start of the ring; Cassandra gives a key that hashes to it the largest one instead.
  const isMinimum = lo === 0 && hi === -0x80000000;
  out.hi = isMinimum ? 0x7fffffff : hi;
  out.lo = isMinimum ? -1 : lo;
}
