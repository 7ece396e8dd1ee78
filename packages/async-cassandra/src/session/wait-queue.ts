import type { DeadlineSource, DeadlineTicker, Timers } from '../connection/index.ts';
import { QueueFullError } from '../errors/index.ts';

/** Something that waits for room. */
export interface Waiter {
  /** It waits for one node alone, whatever room others have: nobody else has to wait for it. */
  readonly isTargeted: boolean;
  /** Tries again. @returns false when there is still no room: it stays first. */
  tryAgain(): boolean;
  /** @param wasQueueLimit - the end of `limits.maxQueueMs`, not of the request's own time */
  onWaitExpired(wasQueueLimit: boolean): void;
  onQueueClosed(): void;
}

interface Entry {
  readonly deadline: number;
  /** The deadline is that of `limits.maxQueueMs`, not of the request. */
  readonly isQueueLimit: boolean;
}

/**
 * Requests for which no connection had room, in the order of their arrival, bounded in number and time. A request
 * that cannot be placed blocks those behind it, for all of them wait for the same nodes; but one that may go to a single
 * node blocks nobody.
 */
export class WaitQueue implements DeadlineSource {
  readonly #timers: Timers;
  readonly #ticker: DeadlineTicker;
  readonly #maxQueued: number;
  readonly #maxQueueMs: number;
  readonly #entries = new Map<Waiter, Entry>();
  readonly #drain: () => void;
  #isScheduled = false;
  #targeted = 0;

  constructor(timers: Timers, ticker: DeadlineTicker, maxQueued: number, maxQueueMs: number) {
    this.#timers = timers;
    this.#ticker = ticker;
    this.#maxQueued = maxQueued;
    this.#maxQueueMs = maxQueueMs;
    this.#drain = (): void => this.#onDrain();
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Whether a newcomer has to wait its turn. */
  get isBlocked(): boolean {
    return this.#entries.size > this.#targeted;
  }

  /** @throws QueueFullError when `limits.maxQueued` requests wait already */
  push(waiter: Waiter, deadline: number): void {
    if (this.#entries.size >= this.#maxQueued) {
      throw new QueueFullError(
        'limits.maxQueued',
        `${this.#maxQueued} requests wait for a connection already; slow down, or raise limits.maxQueued or limits.maxInFlight`,
      );
    }
    const queueDeadline = this.#timers.now() + this.#maxQueueMs;
    const entry: Entry = { deadline: Math.min(deadline, queueDeadline), isQueueLimit: queueDeadline < deadline };
    if (this.#entries.size === 0) this.#ticker.add(this);
    this.#entries.set(waiter, entry);
    if (waiter.isTargeted) this.#targeted++;
    this.#ticker.schedule(entry.deadline);
  }

  remove(waiter: Waiter): boolean {
    if (!this.#entries.delete(waiter)) return false;
    if (waiter.isTargeted) this.#targeted--;
    if (this.#entries.size === 0) this.#ticker.remove(this);
    return true;
  }

  /** There may be room: tries those who wait, after the work at hand. */
  wake(): void {
    if (this.#isScheduled || this.#entries.size === 0) return;
    this.#isScheduled = true;
    this.#timers.nextTick(this.#drain);
  }

  /** Ends the wait of all. */
  failAll(): void {
    for (const waiter of [...this.#entries.keys()]) {
      if (this.remove(waiter)) waiter.onQueueClosed();
    }
  }

  expire(now: number): number {
    let next = Infinity;
    for (const [waiter, entry] of this.#entries) {
      if (entry.deadline > now) next = Math.min(next, entry.deadline);
      else if (this.remove(waiter)) waiter.onWaitExpired(entry.isQueueLimit);
    }
    return next;
  }

  #onDrain(): void {
    this.#isScheduled = false;
    for (const waiter of this.#entries.keys()) {
      if (waiter.tryAgain()) this.remove(waiter);
      else if (!waiter.isTargeted) return;
    }
  }
}
