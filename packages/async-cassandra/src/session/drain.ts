import type { Timers } from '../connection/index.ts';

/** What counts its operations, and tells when the last of them has settled. */
export interface Drainable {
  readonly active: number;
  onIdle: (() => void) | null;
}

/** Resolves when nothing is active any more, or after `timeoutMs` (0: at once; Infinity: as long as a timer can wait). */
export function drain(work: Drainable, timers: Timers, timeoutMs: number): Promise<void> {
  if (work.active === 0 || timeoutMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      timers.clearTimeout(timer);
      work.onIdle = null;
      resolve();
    };
    const timer = timers.setTimeout(done, timeoutMs);
    work.onIdle = done;
  });
}
