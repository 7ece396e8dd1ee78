import { ConfigurationError } from '../errors/index.ts';
import type { RequestOptions } from './request-options.ts';

/** Options of `executeConcurrent`. */
export interface ConcurrentOptions {
  /** How many statements are under way at a time. Default 128. */
  readonly concurrency?: number | undefined;
  /** Keeps the results, in the order of the parameters. Default false: memory stays constant. */
  readonly collectResults?: boolean | undefined;
  /** Stops at the first error and rejects with it. Default true; false counts errors and goes on. */
  readonly raiseOnFirstError?: boolean | undefined;
  /** Called now and then with how many have ended; what it throws ends the operation. */
  readonly onProgress?: ((progress: { readonly succeeded: number; readonly failed: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Options of each request. */
  readonly requestOptions?: Omit<RequestOptions, 'signal'> | undefined;
}

const NAMES: ReadonlySet<string> = new Set([
  'concurrency',
  'collectResults',
  'raiseOnFirstError',
  'onProgress',
  'signal',
  'requestOptions',
]);

function check(path: string, isRight: boolean, expected: string): void {
  if (!isRight) throw new ConfigurationError(path, `Option "${path}" of executeConcurrent() must be ${expected}`);
}

/** @throws ConfigurationError naming the option that is unknown or mistyped */
export function checkConcurrentOptions(options: ConcurrentOptions): void {
  check('options', typeof options === 'object' && options !== null, 'an object');
  for (const name in options) check(name, NAMES.has(name), 'left out: it is unknown, check its spelling');
  const { concurrency = 1, collectResults = false, raiseOnFirstError = false, onProgress, signal } = options;
  check('concurrency', Number.isSafeInteger(concurrency) && concurrency >= 1, 'a whole number of at least 1');
  check('collectResults', typeof collectResults === 'boolean', 'true or false');
  check('raiseOnFirstError', typeof raiseOnFirstError === 'boolean', 'true or false');
  check('onProgress', onProgress === undefined || typeof onProgress === 'function', 'a function');
  check('signal', signal === undefined || signal instanceof AbortSignal, 'an AbortSignal');
  const { requestOptions = {} } = options;
  check('requestOptions', typeof requestOptions === 'object' && requestOptions !== null, 'an object');
}
