import { ConfigurationError } from '../errors/index.ts';

/** Bounds of a `RateLimitedSession`. */
export interface RateLimitOptions {
  /** Requests under way at the same time. Default 100; Infinity: no bound. */
  readonly maxConcurrent?: number | undefined;
  /** Requests begun in a second, on average. Default: no bound. */
  readonly requestsPerSecond?: number | undefined;
  /** Requests that may begin at once after a pause. Default: those of a tenth of a second, at least 1. */
  readonly burst?: number | undefined;
  /** Requests that wait for their turn; more are refused. Default 10 000; 0: what cannot begin at once is refused. */
  readonly maxQueued?: number | undefined;
  /** How long a request may wait for its turn, in milliseconds. Default 5 000. Its own `timeoutMs` counts too. */
  readonly maxQueueMs?: number | undefined;
}

/** The bounds, with nothing absent. */
export interface RateLimits {
  readonly maxConcurrent: number;
  readonly requestsPerSecond: number;
  readonly burst: number;
  readonly maxQueued: number;
  readonly maxQueueMs: number;
}

const NAMES = ['maxConcurrent', 'requestsPerSecond', 'burst', 'maxQueued', 'maxQueueMs'];
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function refuse(name: string, expected: string): never {
  throw new ConfigurationError(name, `Option "${name}" must be ${expected}; check the options of the rate limit`);
}

function whole(name: string, value: unknown, absent: number, min: number, mayBeInfinite = false): number {
  if (value === undefined) return absent;
  const isSound = Number.isSafeInteger(value) || (mayBeInfinite && value === Infinity);
  if (!isSound || (value as number) < min)
    refuse(name, `a whole number of at least ${min}${mayBeInfinite ? ', or Infinity' : ''}`);
  return value as number;
}

function positive(name: string, value: unknown, absent: number, max: number): number {
  if (value === undefined) return absent;
  if (typeof value !== 'number' || !(value > 0 && value <= max))
    refuse(name, max === Infinity ? 'a number above 0' : 'a number of milliseconds above 0 and below 2^31');
  return value;
}

/** @throws ConfigurationError naming the option that is unknown or not possible */
export function readRateLimits(options: RateLimitOptions): RateLimits {
  if (typeof options !== 'object' || options === null) refuse('options', 'an object');
  for (const name of Object.keys(options)) if (!NAMES.includes(name)) refuse(name, 'left out: there is no such option');
  const requestsPerSecond = positive('requestsPerSecond', options.requestsPerSecond, Infinity, Infinity);
  const aTenth = requestsPerSecond === Infinity ? 1 : Math.max(1, Math.ceil(requestsPerSecond / 10));
  return {
    maxConcurrent: whole('maxConcurrent', options.maxConcurrent, 100, 1, true),
    requestsPerSecond,
    burst: whole('burst', options.burst, aTenth, 1),
    maxQueued: whole('maxQueued', options.maxQueued, 10_000, 0),
    maxQueueMs: positive('maxQueueMs', options.maxQueueMs, 5_000, LONGEST_TIMER_MS),
  };
}
