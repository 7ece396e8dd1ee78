/**
 * A token bucket, kept as the time at which it will be full again: exact at any rate, and without a timer. In any span of
 * `ms` milliseconds it lets at most `burst + ms * perSecond / 1000` pass.
 */
export class Rate {
  readonly #intervalMs: number;
  readonly #toleranceMs: number;
  #fullAt = -Infinity;

  /**
   * @param perSecond - tokens a second; Infinity: no bound
   * @param burst - how many may pass at once after a pause
   */
  constructor(perSecond: number, burst: number) {
    this.#intervalMs = 1000 / perSecond;
    this.#toleranceMs = (burst - 1) * this.#intervalMs;
  }

  /** When the next token is there, on the clock of `now`. */
  get nextAt(): number {
    return this.#fullAt - this.#toleranceMs;
  }

  /** Milliseconds until it has let so many pass that wait, and one more. */
  waitMs(waiting: number, now: number): number {
    return Math.max(0, this.nextAt + waiting * this.#intervalMs - now);
  }

  /** Takes a token. @returns false when there is none yet */
  take(now: number): boolean {
    if (now < this.nextAt) return false;
    this.#fullAt = Math.max(this.#fullAt, now) + this.#intervalMs;
    return true;
  }
}
