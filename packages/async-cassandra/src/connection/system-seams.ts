import { lookup } from 'node:dns/promises';
import { LONGEST_TIMER_MS } from '../errors/index.ts';
import { createNodeSockets } from './node-sockets.ts';
import type { Seams, Timers } from './seams.ts';

/** Clock and timers of this process. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  wallClockMicros: () => Date.now() * 1000,
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS)),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  setImmediate: (callback) => {
    setImmediate(callback);
  },
  nextTick: (callback) => process.nextTick(callback),
};

/** The real world: sockets, clock, timers, random and DNS of this process. */
export function createSystemSeams(): Seams {
  return {
    timers: systemTimers,
    sockets: createNodeSockets(),
    lookup: async (host) => (await lookup(host, { all: true })).map((entry) => entry.address),
    random: Math.random,
  };
}
