import { AbortError } from '../errors/index.ts';

interface Waiter {
  readonly start: () => void;
}

/** Attempts to connect that may run side by side, by default. */
export const MAX_PARALLEL_CONNECTS = 32;

/**
 * Bounds how many connections a cluster opens at the same time: opening is parallel, but a thousand pools that lose
 * their nodes together are not a thousand handshakes together. First come, first served.
 */
export class ConnectLimiter {
  readonly #max: number;
  readonly #waiting = new Set<Waiter>();
  #running = 0;

  constructor(max: number = MAX_PARALLEL_CONNECTS) {
    this.#max = max;
  }

  /** Attempts that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running;
  }

  /**
   * Runs `task` when it is its turn. A task whose signal fires before that is never started.
   * @throws AbortError, or what the task rejects with
   */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      return await task();
    } finally {
      this.#release();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(aborted(signal));
    if (this.#running < this.#max) {
      this.#running++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(waiter);
        reject(aborted(signal));
      };
      const waiter: Waiter = {
        start: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #release(): void {
    for (const next of this.#waiting) {
      // The turn is handed over: `#running` stays as it is.
      this.#waiting.delete(next);
      next.start();
      return;
    }
    this.#running--;
  }
}

function aborted(signal: AbortSignal): AbortError {
  return new AbortError('Connecting was aborted', { cause: signal.reason, outcome: 'notSent' });
}
