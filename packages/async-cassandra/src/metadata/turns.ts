/** How many tokens, or rows, are worked on before the event loop gets its turn. */
export const SLICE_LIMIT = 8192;

/** What slow work needs to stay off the event loop: injected, so that tests count turns instead of measuring time. */
export interface Turns {
  /** Resolves in a later turn of the event loop, after waiting I/O was served. */
  yieldTurn(): Promise<void>;
  /** Monotonic milliseconds. */
  now(): number;
}

/** Cuts long work into slices of at most {@link SLICE_LIMIT} units. */
export class Slicer {
  /** How many turns the work took so far. */
  slices = 1;
  /** Units of the largest slice so far. */
  largest = 0;
  readonly #turns: Turns;
  #used = 0;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** How many more units fit into the slice at hand. */
  get room(): number {
    return SLICE_LIMIT - this.#used;
  }

  /** Notes that `units` were worked on; tells whether the slice is full, so that {@link rest} is due. */
  use(units: number): boolean {
    this.#used += units;
    if (this.#used > this.largest) this.largest = this.#used;
    return this.#used >= SLICE_LIMIT;
  }

  /** Gives the event loop its turn and begins the next slice. */
  async rest(): Promise<void> {
    this.#used = 0;
    this.slices++;
    await this.#turns.yieldTurn();
  }
}
