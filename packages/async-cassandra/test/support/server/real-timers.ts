import type { Timers } from '../../../src/connection/index.ts';

/** Real time. */
export const realTimers: Timers = {
  now: () => performance.now(),
  wallClockMicros: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  setImmediate: (callback) => {
    setImmediate(callback);
  },
  nextTick: (callback) => process.nextTick(callback),
};
