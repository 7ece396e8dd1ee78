import type { Timers } from '../connection/index.ts';
import { AbortError } from '../errors/index.ts';

/** What bounds a wait. */
export interface WaitBounds {
  readonly timers: Timers;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Makes the error of a wait that took too long. */
  readonly timeoutError: () => Error;
}

/** Resolves after `ms`, or as soon as one of the signals fires; never rejects. */
export function sleep(timers: Timers, ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some((signal) => signal?.aborted === true)) {
      resolve();
      return;
    }
    const done = (): void => {
      timers.clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = timers.setTimeout(done, ms);
    for (const signal of signals) signal?.addEventListener('abort', done, { once: true });
  });
}

/**
 * Settles as `work` does, but no later than `timeoutMs` and no later than `signal`. Giving up the wait leaves the
 * work itself alone: others may share it.
 * @throws AbortError when the signal fires, whatever `timeoutError` makes, or what `work` rejects with
 */
export function waitFor<T>(work: Promise<T>, bounds: WaitBounds): Promise<T> {
  const { timers, timeoutMs, signal, timeoutError } = bounds;
  return new Promise((resolve, reject) => {
    const release = (): void => {
      timers.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      release();
      reject(
        new AbortError('Waiting was aborted; its signal has the reason', { cause: signal?.reason, outcome: 'notSent' }),
      );
    };
    const timer = timers.setTimeout(() => {
      release();
      reject(timeoutError());
    }, timeoutMs);
    if (signal?.aborted === true) {
      onAbort();
      // The work goes on for others; its failure is theirs to see.
      work.catch(() => undefined);
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    work.then(
      (value) => {
        release();
        resolve(value);
      },
      (error: Error) => {
        release();
        reject(error);
      },
    );
  });
}
