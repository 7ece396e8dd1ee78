/** The tokens of all nodes, sorted, in typed arrays; immutable. */
export class TokenRing {
  /** How many tokens there are. */
  readonly size: number;
  /** Upper words of the tokens, ascending. */
  readonly hi: Int32Array;
  /** Lower words of the tokens. */
  readonly lo: Uint32Array;
  /** Slot of the node that owns each token. */
  readonly owners: Int32Array;

  constructor(hi: Int32Array, lo: Uint32Array, owners: Int32Array) {
    this.size = hi.length;
    this.hi = hi;
    this.lo = lo;
    this.owners = owners;
  }

  /** Index of the token whose range holds the given one: the first that is not below it, else the ring's first. */
  find(hi: number, lo: number): number {
    const his = this.hi;
    const los = this.lo;
    const unsigned = lo >>> 0;
    let from = 0;
    let to = this.size;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const other = his[middle] as number;
      if (other < hi || (other === hi && (los[middle] as number) < unsigned)) from = middle + 1;
      else to = middle;
    }
    return from === this.size ? 0 : from;
  }
}

/** A ring without tokens. */
export const emptyRing: TokenRing = new TokenRing(new Int32Array(0), new Uint32Array(0), new Int32Array(0));
