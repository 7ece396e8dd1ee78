import type { Logger } from '../../diagnostics/index.ts';
import { type OptionMessage, OptionReader } from '../../errors/index.ts';
import type { ErrorVerdict } from './classify-error.ts';

/** Options of a `CircuitBreakerSession`. */
export interface CircuitBreakerOptions {
  /** Share of the last requests that must have failed, above 0 and below 1. Default 0.5. */
  readonly threshold?: number | undefined;
  /** How many of the last requests count. Default 100. */
  readonly windowSize?: number | undefined;
  /** How many there must be at least before the circuit opens. Default 20. */
  readonly minimumRequests?: number | undefined;
  /** How long the circuit stays open before one request may try, in milliseconds. Default 5 000. */
  readonly halfOpenAfterMs?: number | undefined;
  /** What an error says about the cluster; undefined leaves it to the default, `classifyError`. */
  readonly classify?: ((error: unknown) => ErrorVerdict | undefined) | undefined;
  /** Told about listeners that throw. Default: nobody is. */
  readonly logger?: Logger | undefined;
}

/** The options with nothing absent. */
export interface ResolvedBreakerOptions {
  readonly threshold: number;
  readonly windowSize: number;
  readonly minimumRequests: number;
  readonly halfOpenAfterMs: number;
  readonly classify: ((error: unknown) => ErrorVerdict | undefined) | undefined;
}

const MAX_WINDOW = 100_000;

const message: OptionMessage = (path, requirement) =>
  `Option "${path}" ${requirement}; check the options of the breaker`;

/** @throws ConfigurationError naming the option that is unknown or not possible */
export function readBreakerOptions(options: Omit<CircuitBreakerOptions, 'logger'>): ResolvedBreakerOptions {
  const reader = new OptionReader('', options, message);
  const threshold = readThreshold(reader);
  const windowSize = reader.whole('windowSize', 100, 1, MAX_WINDOW);
  const minimumRequests = reader.whole('minimumRequests', Math.min(20, windowSize), 1);
  if (minimumRequests > windowSize) reader.refuse('minimumRequests', 'a whole number from 1 to windowSize');
  const halfOpenAfterMs = reader.milliseconds('halfOpenAfterMs', 5_000);
  if (halfOpenAfterMs === Infinity) reader.refuse('halfOpenAfterMs', 'a number of milliseconds above 0');
  const classify = reader.functionOf<(error: unknown) => ErrorVerdict | undefined>('classify');
  reader.end();
  return { threshold, windowSize, minimumRequests, halfOpenAfterMs, classify };
}

function readThreshold(reader: OptionReader): number {
  const threshold = reader.raw('threshold') ?? 0.5;
  if (typeof threshold === 'number' && threshold > 0 && threshold < 1) return threshold;
  return reader.refuse('threshold', 'a number above 0 and below 1');
}
