import { type OptionMessage, OptionReader } from '../errors/index.ts';

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

const message: OptionMessage = (path, requirement) =>
  `Option "${path}" ${requirement}; check the options of the rate limit`;

/** @throws ConfigurationError naming the option that is unknown or not possible */
export function readRateLimits(options: RateLimitOptions): RateLimits {
  const reader = new OptionReader('', options, message);
  const requestsPerSecond = readRate(reader);
  const aTenth = requestsPerSecond === Infinity ? 1 : Math.max(1, Math.ceil(requestsPerSecond / 10));
  const limits = {
    maxConcurrent: readConcurrency(reader),
    requestsPerSecond,
    burst: reader.whole('burst', aTenth, 1),
    maxQueued: reader.whole('maxQueued', 10_000, 0),
    maxQueueMs: reader.duration('maxQueueMs', 5_000),
  };
  reader.end();
  return limits;
}

function readRate(reader: OptionReader): number {
  const value = reader.raw('requestsPerSecond') ?? Infinity;
  if (typeof value !== 'number' || !(value > 0)) reader.refuse('requestsPerSecond', 'a number above 0');
  return value;
}

function readConcurrency(reader: OptionReader): number {
  const value = reader.raw('maxConcurrent') ?? 100;
  if (value !== Infinity && !(Number.isSafeInteger(value) && (value as number) >= 1))
    reader.refuse('maxConcurrent', 'a whole number of at least 1, or Infinity');
  return value as number;
}
