/**
 * A 64-bit token as two 32-bit words, so that the hot path never makes a bigint. One instance is reused from request to request.
 */
export class TokenPair {
  /** Upper word, an int32: its sign is the token's. */
  hi: number;
  /** Lower word, an int32 whose bits are to be read as unsigned. */
  lo: number;

  constructor(hi = 0, lo = 0) {
    this.hi = hi | 0;
    this.lo = lo | 0;
  }
}

/** The token as one number, for display and for range arithmetic. */
export function tokenFromWords(hi: number, lo: number): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo >>> 0);
}

/** Writes a token's two words into `out`. */
export function writeToken(token: bigint, out: TokenPair): void {
  out.hi = Number(BigInt.asIntN(32, token >> 32n));
  out.lo = Number(BigInt.asIntN(32, token));
}
