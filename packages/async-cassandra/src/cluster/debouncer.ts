import type { TimerHandle, Timers } from '../connection/index.ts';

/** How events are gathered. */
export interface DebounceOptions {
  readonly timers: Timers;
  /** How long the first event of a batch waits for others, at most; at least half of it. */
  readonly windowMs: number;
  /** Spreads the ends of windows, since all clients of a cluster get its events at the same time. */
  readonly random: () => number;
  /** So many events are delivered without waiting for the window. */
  readonly maxEvents: number;
}

/**
 * Gathers events into batches: one is delivered when its window, counted from its first event, is over, or when it is
 * full. A stream of events that does not end therefore delays nothing for longer than one window.
 */
export class Debouncer<T> {
  readonly #options: DebounceOptions;
  readonly #deliver: (batch: readonly T[]) => void;
  #batch: T[] = [];
  #timer: TimerHandle | null = null;
  #closed = false;

  constructor(options: DebounceOptions, deliver: (batch: readonly T[]) => void) {
    this.#options = options;
    this.#deliver = deliver;
  }

  add(event: T): void {
    if (this.#closed) return;
    this.#batch.push(event);
    if (this.#batch.length >= this.#options.maxEvents) this.flush();
    else this.#timer ??= this.#open();
  }

  /** Delivers what has been gathered now. */
  flush(): void {
    const batch = this.#take();
    if (batch.length > 0) this.#deliver(batch);
  }

  /** Forgets what has been gathered: something else covers it. */
  clear(): void {
    this.#take();
  }

  close(): void {
    this.#closed = true;
    this.#take();
  }

  #open(): TimerHandle {
    const { timers, windowMs, random } = this.#options;
    return timers.setTimeout(() => this.flush(), windowMs * (1 - random() / 2));
  }

  #take(): readonly T[] {
    if (this.#timer !== null) this.#options.timers.clearTimeout(this.#timer);
    this.#timer = null;
    const batch = this.#batch;
    this.#batch = [];
    return batch;
  }
}
