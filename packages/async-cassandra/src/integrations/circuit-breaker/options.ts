import type { Logger } from '../../diagnostics/index.ts';
import { ConfigurationError } from '../../errors/index.ts';
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

const NAMES = ['threshold', 'windowSize', 'minimumRequests', 'halfOpenAfterMs', 'classify'];
const MAX_WINDOW = 100_000;

function check(name: string, isSound: boolean, expected: string): void {
  if (!isSound)
    throw new ConfigurationError(name, `Option "${name}" must be ${expected}; check the options of the breaker`);
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** @throws ConfigurationError naming the option that is unknown or not possible */
export function readBreakerOptions(options: Omit<CircuitBreakerOptions, 'logger'>): ResolvedBreakerOptions {
  check('options', typeof options === 'object' && (options as unknown) !== null, 'an object');
  for (const name of Object.keys(options)) check(name, NAMES.includes(name), 'left out: there is no such option');
  const { threshold = 0.5, windowSize = 100, halfOpenAfterMs = 5_000, classify } = options;
  check('threshold', typeof threshold === 'number' && threshold > 0 && threshold < 1, 'a number above 0 and below 1');
  check('windowSize', isWhole(windowSize, 1, MAX_WINDOW), `a whole number from 1 to ${MAX_WINDOW}`);
  const { minimumRequests = Math.min(20, windowSize) } = options;
  check('minimumRequests', isWhole(minimumRequests, 1, windowSize), 'a whole number from 1 to windowSize');
  check(
    'halfOpenAfterMs',
    typeof halfOpenAfterMs === 'number' && halfOpenAfterMs > 0 && halfOpenAfterMs < Infinity,
    'a number of milliseconds above 0',
  );
  check('classify', classify === undefined || typeof classify === 'function', 'a function');
  return { threshold, windowSize, minimumRequests, halfOpenAfterMs, classify };
}
