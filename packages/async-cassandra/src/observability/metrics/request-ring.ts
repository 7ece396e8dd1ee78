/** One entry of the ring, as it is read. */
export interface RingEntry {
  readonly durationMs: number;
  /** On the clock of `Timers.now`. */
  readonly endedAtMs: number;
  readonly success: boolean;
}

/** The latest requests in typed arrays: however many there were, it holds `size` of them and allocates nothing more. */
export class RequestRing {
  readonly #durations: Float64Array;
  readonly #ends: Float64Array;
  readonly #success: Uint8Array;
  #next = 0;
  #total = 0;

  constructor(size: number) {
    this.#durations = new Float64Array(size);
    this.#ends = new Float64Array(size);
    this.#success = new Uint8Array(size);
  }

  /** How many it holds. */
  get length(): number {
    return Math.min(this.#total, this.#durations.length);
  }

  add(durationMs: number, endedAtMs: number, success: boolean): void {
    const at = this.#next;
    this.#durations[at] = durationMs;
    this.#ends[at] = endedAtMs;
    this.#success[at] = success ? 1 : 0;
    this.#next = at + 1 === this.#durations.length ? 0 : at + 1;
    this.#total++;
  }

  /** From the latest to the oldest. */
  *[Symbol.iterator](): Generator<RingEntry> {
    const size = this.#durations.length;
    for (let i = 1; i <= this.length; i++) {
      const at = (this.#next - i + size) % size;
      yield {
        durationMs: this.#durations[at] as number,
        endedAtMs: this.#ends[at] as number,
        success: this.#success[at] === 1,
      };
    }
  }
}
