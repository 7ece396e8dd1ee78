const HASH_MULTIPLIER = 0x9e3779b1 | 0;
const RESTART_AT = 0x3000_0000;

/**
 * Remembers for a hash of four bytes where they were last seen in the block at hand.
 *
 * Positions are stored as distances from the block's start plus a base that grows from block to block, so that the entries
 * of earlier blocks are recognised as old and the table need not be cleared.
 */
export class MatchTable {
  readonly #entries: Int32Array;
  readonly #shift: number;
  /** Entries below it are of earlier blocks. Zero, what an unused entry holds, is always below. */
  #base = 1;
  #blockBytes = 0;

  constructor(bits: number) {
    this.#entries = new Int32Array(1 << bits);
    this.#shift = 32 - bits;
  }

  /** Forgets the last block and prepares for one of `length` bytes. */
  startBlock(length: number): void {
    this.#base += this.#blockBytes;
    this.#blockBytes = length;
    if (this.#base > RESTART_AT) {
      this.#entries.fill(0);
      this.#base = 1;
    }
  }

  /** Stores that `sequence` stands at `distance` from the block's start; returns where it, or another of its hash, stood before, or a negative number. */
  exchange(sequence: number, distance: number): number {
    const slot = Math.imul(sequence, HASH_MULTIPLIER) >>> this.#shift;
    const before = (this.#entries[slot] as number) - this.#base;
    this.#entries[slot] = distance + this.#base;
    return before;
  }
}
