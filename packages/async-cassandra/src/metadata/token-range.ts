import { ConfigurationError } from '../errors/index.ts';
import { MAX_TOKEN, MIN_TOKEN } from './token.ts';

/** How many tokens the ring has: all 64-bit integers but the smallest, which no key hashes to. */
const RING_SIZE = 2n ** 64n - 1n;

/**
 * A part of the Murmur3 ring: from `start`, excluded, to `end`, included. One whose end is not above its start goes over the end of
 * the ring, and `(min, min]` is the whole of it. A range is what a full scan reads at a time:
 * `SELECT ... WHERE token(pk) > start AND token(pk) <= end`.
 */
export class TokenRange {
  /** The token before the range. */
  readonly start: bigint;
  /** The last token of the range. */
  readonly end: bigint;

  constructor(start: bigint, end: bigint) {
    this.start = start;
    this.end = end;
  }

  /** Whether no token is in it. */
  get isEmpty(): boolean {
    return this.start === this.end && this.start !== MIN_TOKEN;
  }

  /** Whether it goes over the end of the ring, so that it takes two queries to read: see {@link unwrap}. */
  get isWrappedAround(): boolean {
    return this.start > this.end && this.end !== MIN_TOKEN;
  }

  /** Whether a token is in it. */
  contains(token: bigint): boolean {
    if (this.isEmpty) return false;
    if (this.end === MIN_TOKEN) return token > this.start || token === MIN_TOKEN;
    return this.isWrappedAround ? token > this.start || token <= this.end : token > this.start && token <= this.end;
  }

  /** The one or two ranges, neither of them wrapped around, that cover the same tokens. */
  unwrap(): readonly TokenRange[] {
    return this.isWrappedAround ? [new TokenRange(this.start, MIN_TOKEN), new TokenRange(MIN_TOKEN, this.end)] : [this];
  }

  /**
   * Splits it into ranges that are as equal as can be, the larger ones first; the last ones are empty when there are fewer tokens.
   *
   * @param parts - how many, at least 1
   * @throws ConfigurationError when `parts` is not a positive integer
   */
  splitEvenly(parts: number): readonly TokenRange[] {
    if (!Number.isSafeInteger(parts) || parts < 1) {
      throw new ConfigurationError(
        'parts',
        'A token range is split into 1 or more parts, check the number given to splitEvenly',
      );
    }
    const length = this.#length();
    const size = length / BigInt(parts);
    const larger = length % BigInt(parts);
    const ranges: TokenRange[] = [];
    let start = this.start;
    for (let part = 0n; part < BigInt(parts); part++) {
      const isLast = part === BigInt(parts) - 1n;
      const end = isLast ? this.end : this.#after(start, size + (part < larger ? 1n : 0n));
      ranges.push(new TokenRange(start, end));
      start = end;
    }
    return ranges;
  }

  /** Whether both ends are the same. */
  equals(other: TokenRange): boolean {
    return this.start === other.start && this.end === other.end;
  }

  toString(): string {
    return `(${this.start}, ${this.end}]`;
  }

  /** How many tokens it holds. */
  #length(): bigint {
    if (this.start === this.end) return this.isEmpty ? 0n : RING_SIZE;
    const difference = this.end - this.start;
    return difference > 0n ? difference : difference + RING_SIZE;
  }

  #after(start: bigint, count: bigint): bigint {
    const sum = start + count;
    return sum > MAX_TOKEN ? sum - RING_SIZE : sum;
  }
}
