import { LONGEST_TIMER_MS } from '../errors/index.ts';
import type { ReconnectionPolicy } from '../policies/index.ts';

/** First attempts after the loss of a sound connection are spread over this time. */
export const QUICK_RETRY_MS = 100;
/** A connection that lived for less than this, or than the last delay, does not count as a recovery. */
const SOUND_MS = 1_000;
/** Delays are made up to this share shorter, never longer, so that the policy's longest delay holds. */
const JITTER = 0.15;

/**
 * When to try next, for one pool or for the control connection. A sound connection that is lost is replaced almost at
 * once; what fails after that waits by the policy's schedule. A node that accepts connections only to drop them stays
 * on its schedule instead of being hammered.
 */
export class ReconnectBackoff {
  readonly #policy: ReconnectionPolicy;
  readonly #random: () => number;
  #schedule: Iterator<number> | null = null;
  #lastMs = 0;

  constructor(policy: ReconnectionPolicy, random: () => number) {
    this.#policy = policy;
    this.#random = random;
  }

  /**
   * An attempt has failed after `tookMs`. Delays count from the beginning of an attempt: where a node is cut off and each
   * takes the whole connect timeout, the policy's longest delay still is the longest time between two.
   * @returns ms until the next one
   */
  failed(tookMs = 0): number {
    this.#schedule ??= this.#policy.schedule();
    const step = this.#schedule.next();
    // A schedule that has ended goes on with its last delay.
    const wanted = step.done === true ? this.#lastMs : Number(step.value);
    const delay = Number.isFinite(wanted) ? Math.min(Math.max(wanted, 0), LONGEST_TIMER_MS) : LONGEST_TIMER_MS;
    this.#lastMs = delay;
    const jittered = delay * (1 - JITTER * this.#random());
    const pause = Math.min(jittered, QUICK_RETRY_MS * this.#random());
    return Math.max(jittered - tookMs, pause);
  }

  /** A connection that was open for `livedMs` is gone. @returns ms until the next attempt */
  lost(livedMs: number): number {
    if (livedMs < SOUND_MS && this.#lastMs > 0) return this.failed();
    if (livedMs < this.#lastMs) return this.failed();
    this.reset();
    this.#lastMs = QUICK_RETRY_MS;
    return QUICK_RETRY_MS * this.#random();
  }

  /** Starts the schedule again: there is news of the node. */
  reset(): void {
    this.#schedule = null;
    this.#lastMs = 0;
  }
}
