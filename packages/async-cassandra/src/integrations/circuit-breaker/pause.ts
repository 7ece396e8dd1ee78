import type { IBackoff, IBackoffFactory } from 'cockatiel';

/** An earliest time that the library asks for as a duration, which it compares with the wall clock: past or not yet. */
const OVER = Number.NEGATIVE_INFINITY;
const NOT_OVER = Number.POSITIVE_INFINITY;

/**
 * How long a circuit stays open, measured on a clock that nobody sets: the library itself measures by the wall clock,
 * which would hold a circuit open for an hour when it is set back by one.
 */
export class OpenPause implements IBackoffFactory<unknown> {
  readonly #ms: number;
  readonly #now: () => number;
  #endsAt = 0;

  constructor(ms: number, now: () => number) {
    this.#ms = ms;
    this.#now = now;
  }

  /** When the circuit was opened for the last time, it was until then, on the clock of `now`. */
  get remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#now());
  }

  /** The circuit opens. */
  next(): IBackoff<unknown> {
    this.#endsAt = this.#now() + this.#ms;
    const isOver = (): boolean => this.#now() >= this.#endsAt;
    return {
      get duration(): number {
        return isOver() ? OVER : NOT_OVER;
      },
      next: () => this.next(),
    };
  }

  /** The next request is to try again. */
  end(): void {
    this.#endsAt = this.#now();
  }
}
