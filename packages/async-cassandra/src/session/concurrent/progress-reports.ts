import type { Timers } from '../../connection/index.ts';
import { type Logger, thrownMessage } from '../../diagnostics/index.ts';
import type { ConcurrentProgress } from './concurrent-options.ts';

const EVERY_COUNT = 1_000;
const EVERY_MS = 1_000;

/** Tells a callback of progress, not more often than it can be of use. What it throws harms nobody. */
export class ProgressReports {
  readonly #callback: (progress: ConcurrentProgress) => void;
  readonly #timers: Timers;
  readonly #logger: Logger;
  #nextCount = EVERY_COUNT;
  #nextMs: number;

  constructor(callback: (progress: ConcurrentProgress) => void, timers: Timers, logger: Logger) {
    this.#callback = callback;
    this.#timers = timers;
    this.#logger = logger;
    this.#nextMs = timers.now() + EVERY_MS;
  }

  /** Whether a report is due when `ended` statements have ended. */
  isDue(ended: number): boolean {
    return ended >= this.#nextCount || this.#timers.now() >= this.#nextMs;
  }

  report(progress: ConcurrentProgress): void {
    this.#nextCount = progress.succeeded + progress.failed + EVERY_COUNT;
    this.#nextMs = this.#timers.now() + EVERY_MS;
    try {
      this.#callback(progress);
    } catch (error) {
      this.#logger.error?.(
        { error: thrownMessage(error) },
        'The onProgress of executeConcurrent() threw; check the application',
      );
    }
  }
}
