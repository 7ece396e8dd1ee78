import type { TokenPair } from './token-pair.ts';

/** The token before the first one of the Murmur3 ring: no key has it, and a range that ends with it ends with the ring. */
export const MIN_TOKEN: bigint = -(2n ** 63n);
/** The last token of the Murmur3 ring. */
export const MAX_TOKEN: bigint = 2n ** 63n - 1n;

const TWO_32 = 0x1_0000_0000;
const DIGITS_AT_ONCE = 6;
const ZERO = 48;

/**
 * Reads a Murmur3 token as the system tables have it, a decimal number, without making a bigint: a ring has tens of thousands.
 *
 * @returns false when the text is not a 64-bit integer; `out` then holds nothing of use
 */
export function parseToken(text: string, out: TokenPair): boolean {
  const isNegative = text.charCodeAt(0) === 45;
  const length = text.length;
  let at = isNegative ? 1 : 0;
  const digits = length - at;
  if (digits < 1 || digits > 19) return false;
  let hi = 0;
  let lo = 0;
  while (at < length) {
    const stop = Math.min(length, at + DIGITS_AT_ONCE);
    let group = 0;
    let scale = 1;
    for (; at < stop; at++) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) return false;
      group = group * 10 + digit;
      scale *= 10;
    }
    // Both products stay below 2^53, the first because lo < 2^32 and scale <= 10^6.
    const low = lo * scale + group;
    const carried = Math.floor(low / TWO_32);
    lo = low - carried * TWO_32;
    hi = hi * scale + carried;
  }
  const isMinimum = isNegative && hi === 0x8000_0000 && lo === 0;
  if (hi > 0x7fff_ffff && !isMinimum) return false;
  out.hi = (isNegative ? (lo === 0 ? -hi : ~hi) : hi) | 0;
  out.lo = (isNegative ? -lo : lo) | 0;
  return true;
}
