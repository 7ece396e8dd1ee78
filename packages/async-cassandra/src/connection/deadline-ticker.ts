import { LONGEST_TIMER_MS } from '../errors/index.ts';
import type { TimerHandle, Timers } from './seams.ts';

/** Something that has deadlines: a connection, a wait queue. */
export interface DeadlineSource {
  /** Expires what is due and returns the next deadline (`Timers.now` scale), or Infinity. May be earlier than needed, never later. */
  expire(now: number): number;
}

const TICK_MS = 10;

/**
 * One coarse timer for all deadlines of a cluster: it fires on a 10 ms grid at the earliest deadline known, never
 * early, is unref'd, and is not armed while there is none. Sources keep their own deadlines in typed arrays, so a
 * request that is answered in time costs no timer work at all: it is merely not there when the timer comes round.
 */
export class DeadlineTicker {
  readonly #timers: Timers;
  readonly #sources = new Set<DeadlineSource>();
  #handle: TimerHandle | null = null;
  #nextAt = Infinity;
  readonly #fire: () => void;

  constructor(timers: Timers) {
    this.#timers = timers;
    this.#fire = (): void => this.#onTimer();
  }

  /** Deadlines later than this need no `schedule` call. */
  get nextAt(): number {
    return this.#nextAt;
  }

  add(source: DeadlineSource): void {
    this.#sources.add(source);
  }

  remove(source: DeadlineSource): void {
    this.#sources.delete(source);
    if (this.#sources.size === 0) this.#disarm();
  }

  /** Makes sure that the timer comes round at `deadline` or soon after. */
  schedule(deadline: number): void {
    const at = Math.ceil(deadline / TICK_MS) * TICK_MS;
    if (at >= this.#nextAt || at === Infinity) return;
    this.#disarm();
    this.#nextAt = at;
    // Rounded up: a timer of a fraction of a millisecond less would fire in vain.
    const wait = Math.min(Math.max(1, Math.ceil(at - this.#timers.now())), LONGEST_TIMER_MS);
    const handle = this.#timers.setTimeout(this.#fire, wait);
    handle.unref?.();
    this.#handle = handle;
  }

  #disarm(): void {
    if (this.#handle !== null) this.#timers.clearTimeout(this.#handle);
    this.#handle = null;
    this.#nextAt = Infinity;
  }

  #onTimer(): void {
    this.#handle = null;
    this.#nextAt = Infinity;
    const now = this.#timers.now();
    let next = Infinity;
    for (const source of this.#sources) {
      const deadline = source.expire(now);
      if (deadline < next) next = deadline;
    }
    if (this.#sources.size > 0) this.schedule(next);
  }
}
