/**
 * The tokens of all nodes, sorted, in typed arrays; immutable. A table of about as many buckets as there are tokens, by their leading
 * bits, leads a search to its end in a step or two: a binary search over the tokens of a large cluster misses the caches at each step.
 */
export class TokenRing {
  /** How many tokens there are. */
  readonly size: number;
  /** Upper words of the tokens, ascending. */
  readonly hi: Int32Array;
  /** Lower words of the tokens. */
  readonly lo: Uint32Array;
  /** Slot of the node that owns each token. */
  readonly owners: Int32Array;
  /** Index of the first token in or after each bucket; one more than there are buckets. */
  readonly #starts: Uint32Array;
  readonly #shift: number;

  constructor(hi: Int32Array, lo: Uint32Array, owners: Int32Array, buckets: TokenBuckets) {
    this.size = hi.length;
    this.hi = hi;
    this.lo = lo;
    this.owners = owners;
    this.#starts = buckets.finish(this.size);
    this.#shift = buckets.shift;
  }

  /** Index of the token whose range holds the given one: the first that is not below it, else the ring's first. */
  find(hi: number, lo: number): number {
    const his = this.hi;
    const los = this.lo;
    const bucket = (hi ^ 0x8000_0000) >>> this.#shift;
    const unsigned = lo >>> 0;
    let from = this.#starts[bucket] as number;
    let to = this.#starts[bucket + 1] as number;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const other = his[middle] as number;
      if (other < hi || (other === hi && (los[middle] as number) < unsigned)) from = middle + 1;
      else to = middle;
    }
    return from === this.size ? 0 : from;
  }
}

/** Collects where the buckets of a ring start, from its tokens in order. */
export class TokenBuckets {
  /** How far the upper word of a token is shifted to give its bucket. */
  readonly shift: number;
  readonly #starts: Uint32Array;
  #next = 0;

  /** @param count - about how many tokens there will be */
  constructor(count: number) {
    const bits = Math.max(1, 32 - Math.clz32(Math.max(1, count - 1)));
    this.shift = 32 - bits;
    this.#starts = new Uint32Array(2 ** bits + 1);
  }

  /** Notes that the token with this upper word stands at `index`. */
  note(hi: number, index: number): void {
    const bucket = (hi ^ 0x8000_0000) >>> this.shift;
    while (this.#next <= bucket) this.#starts[this.#next++] = index;
  }

  /** The starts, once all tokens are noted. */
  finish(size: number): Uint32Array {
    return this.#starts.fill(size, this.#next);
  }
}

/** A ring without tokens. */
export const emptyRing: TokenRing = new TokenRing(
  new Int32Array(0),
  new Uint32Array(0),
  new Int32Array(0),
  new TokenBuckets(0),
);
