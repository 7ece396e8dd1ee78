import type { TimerHandle, Timers } from '../connection/index.ts';
import {
  AbortError,
  RateLimitExceededError,
  type RateLimitFields,
  SessionClosedError,
  TimeoutError,
} from '../errors/index.ts';
import { AbortRegistry, type OperationBounds } from '../session/index.ts';
import { Rate } from './rate.ts';
import type { RateLimits } from './rate-limit-options.ts';
import { type Turn, TurnQueue } from './turn-queue.ts';

/** What a gate has seen since it was made: plain numbers, counted up. */
export interface GateCounts {
  /** Let pass, at once or after waiting. */
  admitted: number;
  /** Of those, the ones that had to wait. */
  waited: number;
  /** Milliseconds that these have waited, all together. */
  waitedMs: number;
  /** Refused because `maxQueued` waited already. */
  refusedFull: number;
  /** Refused after `maxQueueMs`. */
  refusedLate: number;
  /** Given up after their own `timeoutMs`. */
  timedOut: number;
  /** Given up by their signals. */
  aborted: number;
}

/**
 * Lets requests pass in the order of their coming, never more at a time and never faster than it may. Everybody who
 * comes either passes or is told why not: within `maxQueueMs`, the own time, at the signal, or when the gate closes.
 */
export class AdmissionGate {
  readonly counts: GateCounts = {
    admitted: 0,
    waited: 0,
    waitedMs: 0,
    refusedFull: 0,
    refusedLate: 0,
    timedOut: 0,
    aborted: 0,
  };
  readonly #limits: RateLimits;
  readonly #timers: Timers;
  readonly #rate: Rate;
  readonly #queue = new TurnQueue();
  readonly #aborts = new AbortRegistry();
  #inFlight = 0;
  #rateTimer: TimerHandle | null = null;
  #isClosed = false;

  constructor(limits: RateLimits, timers: Timers) {
    this.#limits = limits;
    this.#timers = timers;
    this.#rate = new Rate(limits.requestsPerSecond, limits.burst);
  }

  /** How many have passed and not left. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** How many wait. */
  get queued(): number {
    return this.#queue.size;
  }

  /**
   * Asks to pass; whoever has passed calls `leave` in the end.
   * @returns null when it has passed at once; else a promise of its turn
   * @throws AbortError, SessionClosedError; the promise rejects with these, with RateLimitExceededError and with TimeoutError
   */
  enter({ timeoutMs, signal }: OperationBounds): Promise<void> | null {
    if (this.#isClosed) throw closedError();
    if (signal?.aborted === true) {
      this.counts.aborted++;
      throw abortedError(signal.reason);
    }
    if (this.#queue.size === 0 && this.#admit()) return null;
    const { maxQueued } = this.#limits;
    if (this.#queue.size >= maxQueued) {
      this.counts.refusedFull++;
      const error = new RateLimitExceededError(
        `The rate limit is reached and ${maxQueued} requests wait already; send fewer, or raise maxConcurrent, requestsPerSecond or maxQueued`,
        this.#situation('maxQueued', this.#queue.size),
      );
      // On another turn: a caller that tries again at once would keep those who wait from theirs.
      return new Promise((_, refuse) => this.#timers.setImmediate(() => refuse(error)));
    }
    return new Promise((begin, refuse) => this.#enqueue(begin, refuse, timeoutMs, signal));
  }

  /** One that had passed has finished. */
  leave(): void {
    this.#inFlight--;
    this.#advance();
  }

  /** Refuses whoever waits or comes from now on. */
  close(): void {
    this.#isClosed = true;
    this.#clearRateTimer();
    for (let turn = this.#queue.first; turn !== null; turn = this.#queue.first) this.#end(turn).refuse(closedError());
  }

  #admit(): boolean {
    if (this.#inFlight >= this.#limits.maxConcurrent || !this.#rate.take(this.#timers.now())) return false;
    this.#inFlight++;
    this.counts.admitted++;
    return true;
  }

  #enqueue(
    begin: () => void,
    refuse: (error: Error) => void,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
  ): void {
    const { maxQueueMs } = this.#limits;
    const isOwnTime = timeoutMs !== undefined && timeoutMs <= maxQueueMs;
    const turn: Turn = {
      signal,
      since: this.#timers.now(),
      begin,
      refuse,
      timer: null,
      before: null,
      after: null,
      onAborted: (reason) => {
        this.counts.aborted++;
        this.#giveUp(turn, abortedError(reason));
      },
    };
    this.#queue.push(turn);
    const expired = (): void => {
      this.counts[isOwnTime ? 'timedOut' : 'refusedLate']++;
      const others = this.#queue.size - 1;
      this.#giveUp(
        turn,
        isOwnTime ? timeoutError(timeoutMs) : lateError(maxQueueMs, this.#situation('maxQueueMs', others)),
      );
    };
    turn.timer = this.#timers.setTimeout(expired, isOwnTime ? timeoutMs : maxQueueMs);
    turn.timer.unref?.();
    if (signal !== undefined) this.#aborts.add(signal, turn);
    this.#waitForRate();
  }

  #giveUp(turn: Turn, error: Error): void {
    this.#end(turn).refuse(error);
    // Nothing else may be left to wake those behind it, or to keep the timer for.
    this.#advance();
  }

  #situation(limit: RateLimitFields['limit'], queued: number): RateLimitFields {
    return { limit, queued, retryAfterMs: Math.ceil(this.#rate.waitMs(queued, this.#timers.now())) };
  }

  /** Takes it out of everything that knows it. */
  #end(turn: Turn): Turn {
    this.#queue.remove(turn);
    if (turn.timer !== null) this.#timers.clearTimeout(turn.timer);
    if (turn.signal !== undefined) this.#aborts.remove(turn.signal, turn);
    return turn;
  }

  #advance(): void {
    for (let turn = this.#queue.first; turn !== null; turn = this.#queue.first) {
      // One whose signal has just fired is told so in this very step, and calls again.
      if (turn.signal?.aborted === true || !this.#admit()) break;
      this.counts.waited++;
      this.counts.waitedMs += this.#timers.now() - turn.since;
      this.#end(turn).begin();
    }
    if (this.#queue.size === 0) this.#clearRateTimer();
    else this.#waitForRate();
  }

  /** When it is the rate that the first one waits for, nobody's leaving brings its turn: a timer does. */
  #waitForRate(): void {
    if (this.#rateTimer !== null || this.#inFlight >= this.#limits.maxConcurrent) return;
    const waitMs = Math.max(1, Math.ceil(this.#rate.nextAt - this.#timers.now()));
    this.#rateTimer = this.#timers.setTimeout(() => {
      this.#rateTimer = null;
      this.#advance();
    }, waitMs);
    this.#rateTimer.unref?.();
  }

  #clearRateTimer(): void {
    if (this.#rateTimer !== null) this.#timers.clearTimeout(this.#rateTimer);
    this.#rateTimer = null;
  }
}

function closedError(): SessionClosedError {
  return new SessionClosedError('The session was closed before the request had its turn; open another one');
}

function abortedError(reason: unknown): AbortError {
  return new AbortError('The request was aborted before it had its turn; its signal has the reason', {
    cause: reason,
    outcome: 'notSent',
  });
}

function timeoutError(timeoutMs: number): TimeoutError {
  return new TimeoutError(
    `The request waited for its turn under the rate limit longer than its timeoutMs (${timeoutMs} ms); send fewer, or raise maxConcurrent or requestsPerSecond`,
    timeoutMs,
    { outcome: 'notSent' },
  );
}

function lateError(maxQueueMs: number, fields: RateLimitFields): RateLimitExceededError {
  return new RateLimitExceededError(
    `The request waited for its turn under the rate limit longer than maxQueueMs (${maxQueueMs} ms); send fewer, or raise maxConcurrent or requestsPerSecond`,
    fields,
  );
}
