import type { Timers } from '../../connection/index.ts';

/** Does a task again and again, with a pause after each, until it is stopped or the task says that it was the last. */
export class MonitorLoop {
  readonly #timers: Timers;
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;
  #isRunning = true;

  /** @param task - resolves with whether to go on; bounded in time by itself, obeys the signal, never rejects */
  constructor(timers: Timers, intervalMs: number, task: (signal: AbortSignal) => Promise<boolean>) {
    this.#timers = timers;
    this.#done = this.#run(intervalMs, task);
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Resolves when nothing is under way any more. */
  stop(): Promise<void> {
    this.#isRunning = false;
    this.#stopped.abort();
    return this.#done;
  }

  async #run(intervalMs: number, task: (signal: AbortSignal) => Promise<boolean>): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted && (await task(signal))) await this.#pause(intervalMs, signal);
    this.#isRunning = false;
  }

  /** Its timer keeps no process alive. */
  #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#timers.clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.#timers.setTimeout(done, ms);
      timer.unref?.();
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
