import type { Timers } from '../../connection/index.ts';
import type { MetricsCollector, QueryMetrics } from './query-metrics.ts';

/** Metrics that wait to be given out, at most. */
const MAX_WAITING = 10_000;
/** Calls of one collector that have not ended, at most. */
const MAX_UNDER_WAY = 1_000;
/** How long collectors may have the event loop at a time. */
const SLICE_MS = 5;

/** One collector, and how many of its calls have not ended. */
interface Recipient {
  readonly collector: MetricsCollector;
  underWay: number;
}

/**
 * Gives metrics to collectors after the requests that they are about, some at a time. Whoever is too slow misses some: what
 * waits is bounded, what is dropped is counted.
 */
export class Delivery {
  dropped = 0;
  failures = 0;
  readonly #recipients: readonly Recipient[];
  #waiting: QueryMetrics[] = [];
  #next = 0;
  #isScheduled = false;
  readonly #deliver: () => void;

  readonly #timers: Timers;

  constructor(collectors: readonly MetricsCollector[], timers: Timers) {
    this.#timers = timers;
    this.#recipients = collectors.map((collector) => ({ collector, underWay: 0 }));
    this.#deliver = (): void => this.#deliverSome();
  }

  get hasRecipients(): boolean {
    return this.#recipients.length > 0;
  }

  /** Whether there is room for another one. Counts what is not even made. */
  get hasRoom(): boolean {
    if (this.#waiting.length - this.#next < MAX_WAITING) return true;
    this.dropped++;
    return false;
  }

  add(metrics: QueryMetrics): void {
    this.#waiting.push(metrics);
    this.#schedule();
  }

  /** Calls a collector at once; what it throws or rejects with is counted. */
  call(work: () => unknown, ended?: () => void): void {
    try {
      const returned = work();
      if (isThenable(returned)) {
        Promise.resolve(returned).then(ended, () => {
          this.failures++;
          ended?.();
        });
        return;
      }
    } catch {
      this.failures++;
    }
    ended?.();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#timers.setImmediate(this.#deliver);
  }

  #deliverSome(): void {
    this.#isScheduled = false;
    const until = this.#timers.now() + SLICE_MS;
    while (this.#next < this.#waiting.length && this.#timers.now() < until) {
      const metrics = this.#waiting[this.#next++] as QueryMetrics;
      for (const recipient of this.#recipients) this.#give(recipient, metrics);
    }
    if (this.#next < this.#waiting.length) this.#schedule();
    if (this.#next === this.#waiting.length || this.#next > MAX_WAITING) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
  }

  #give(recipient: Recipient, metrics: QueryMetrics): void {
    if (recipient.underWay >= MAX_UNDER_WAY) {
      this.dropped++;
      return;
    }
    recipient.underWay++;
    this.call(
      () => recipient.collector.recordQuery?.(metrics),
      () => {
        recipient.underWay--;
      },
    );
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
