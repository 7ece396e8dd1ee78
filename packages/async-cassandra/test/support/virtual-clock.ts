import type { TimerHandle, Timers } from '../../src/connection/index.ts';
import { EventHeap } from './memory/event-heap.ts';
import type { ScheduledEvent } from './memory/event-heap.ts';

const realSetImmediate = setImmediate;

/**
 * Calls `step` on turns of the real event loop until it returns true: before each call all promises and next ticks of
 * the one before have run, as between two timers of Node.
 */
function onTurns(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const turn = (): void => {
      try {
        if (step()) resolve();
        else realSetImmediate(turn);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    realSetImmediate(turn);
  });
}

class VirtualTimer implements TimerHandle {
  readonly event: ScheduledEvent;
  private readonly events: EventHeap;

  constructor(event: ScheduledEvent, events: EventHeap) {
    this.event = event;
    this.events = events;
  }

  unref(): this {
    this.events.unref(this.event);
    return this;
  }
}

export interface VirtualClockOptions {
  /** Wall clock at the start, microseconds since the epoch. Default 2026-01-01T00:00:00Z. */
  readonly startMicros?: number;
}

/**
 * Time that passes only when a test says so. Timers and immediates run in order of their time, then of their making;
 * after each of them promises and next ticks run, as on Node's own event loop.
 */
export class VirtualClock implements Timers {
  private time = 0;
  private readonly events = new EventHeap();
  private readonly startMicros: number;

  constructor(options: VirtualClockOptions = {}) {
    this.startMicros = options.startMicros ?? 1_767_225_600_000_000;
  }

  now(): number {
    return this.time;
  }

  wallClockMicros(): number {
    return this.startMicros + Math.round(this.time * 1000);
  }

  setTimeout(callback: () => void, ms: number): TimerHandle {
    return new VirtualTimer(this.events.add(this.time + Math.max(1, ms), callback), this.events);
  }

  clearTimeout(handle: TimerHandle): void {
    if (handle instanceof VirtualTimer) this.events.cancel(handle.event);
  }

  setImmediate(callback: () => void): void {
    this.events.add(this.time, callback);
  }

  nextTick(callback: () => void): void {
    process.nextTick(callback);
  }

  /** Timers and immediates that wait, those with `unref()` too: constant in a system without leaks. */
  get pending(): number {
    return this.events.size;
  }

  /** Moves time on by `ms`, running what becomes due. What a callback throws is thrown here. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await onTurns(() => !this.runNext(end));
    this.time = end;
  }

  /** Runs until only timers with `unref()` are left. Throws when that takes more than `limitMs` of virtual time. */
  async runUntilIdle(limitMs = 3_600_000): Promise<void> {
    const end = this.time + limitMs;
    await onTurns(() => {
      if (this.events.refs === 0) return true;
      if (!this.runNext(end)) throw new Error(`Still busy after ${limitMs} ms of virtual time`);
      return false;
    });
  }

  /** Runs until the check is true. Throws when it is not after `limitMs` of virtual time. */
  async runUntil(check: () => boolean, limitMs = 3_600_000): Promise<void> {
    const end = this.time + limitMs;
    await onTurns(() => {
      if (check()) return true;
      if (!this.runNext(end)) throw new Error(`Not true after ${this.stuckReason(limitMs)}: ${check.toString()}`);
      return false;
    });
  }

  /** Runs until the promise settles and gives its outcome. Throws when it does not within `limitMs` of virtual time. */
  async settle<T>(promise: PromiseLike<T>, limitMs = 3_600_000): Promise<T> {
    const end = this.time + limitMs;
    let isSettled = false;
    const done = (): void => {
      isSettled = true;
    };
    promise.then(done, done);
    // What runs outside of the seams (a file, a thread) needs turns of the real loop although nothing is scheduled here.
    let idleTurns = 0;
    await onTurns(() => {
      if (isSettled) return true;
      if (this.runNext(end)) idleTurns = 0;
      else if (++idleTurns > 50) throw new Error(`Promise still pending after ${this.stuckReason(limitMs)}`);
      return false;
    });
    return promise;
  }

  /** Runs the next event due by `end`; false when there is none. */
  private runNext(end: number): boolean {
    const event = this.events.take(end);
    if (event === undefined) return false;
    this.time = Math.max(this.time, event.at);
    event.callback();
    return true;
  }

  private stuckReason(limitMs: number): string {
    return this.events.size === 0 ? 'all timers and messages ran out: a deadlock' : `${limitMs} ms of virtual time`;
  }
}
