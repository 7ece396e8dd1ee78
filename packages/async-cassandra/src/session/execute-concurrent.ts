import type { Row } from '../codecs/index.ts';
import { AbortError, ConfigurationError } from '../errors/index.ts';
import type { Params } from './bind.ts';
import type { CassandraSession } from './cassandra-session.ts';
import type { PreparedStatement } from './prepared-statement.ts';
import type { RequestOptions } from './request-options.ts';
import type { AsyncResultSet } from './result-set.ts';

/** Options of `executeConcurrent`. */
export interface ConcurrentOptions {
  /** How many statements are under way at a time. Default 128. */
  readonly concurrency?: number;
  /** Keeps the results, in the order of the parameters. Default false: memory stays constant. */
  readonly collectResults?: boolean;
  /** Stops at the first error and rejects with it. Default true; false counts errors and goes on. */
  readonly raiseOnFirstError?: boolean;
  /** Called now and then with how many have ended; what it throws ends the operation. */
  readonly onProgress?: (progress: { readonly succeeded: number; readonly failed: number }) => void;
  readonly signal?: AbortSignal;
  /** Options of each request. */
  readonly requestOptions?: Omit<RequestOptions, 'signal'>;
}

/** What `executeConcurrent` has done. */
export interface ConcurrentResult<R extends Row = Row> {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The first 100 errors. */
  readonly errors: readonly { readonly index: number; readonly error: unknown }[];
  /** With `collectResults`; undefined in the places of those that failed. */
  readonly results?: readonly (AsyncResultSet<R> | undefined)[];
}

const KEPT_ERRORS = 100;
const PROGRESS_EVERY = 1_000;
const DEFAULT_CONCURRENCY = 128;

/** Workers that take parameters from one source until it ends. */
export async function executeConcurrent<R extends Row>(
  session: CassandraSession,
  query: string | PreparedStatement<R>,
  params: Iterable<Params> | AsyncIterable<Params>,
  options: ConcurrentOptions,
): Promise<ConcurrentResult<R>> {
  const {
    concurrency = DEFAULT_CONCURRENCY,
    collectResults = false,
    raiseOnFirstError = true,
    onProgress,
    signal,
  } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1)
    throw new ConfigurationError('concurrency', 'Option "concurrency" must be a whole number of at least 1');
  const statement =
    typeof query === 'string' ? await session.prepare<R>(query, signal === undefined ? {} : { signal }) : query;
  const requestOptions: RequestOptions | undefined =
    signal === undefined ? options.requestOptions : { ...options.requestOptions, signal };
  const source = Symbol.asyncIterator in params ? params[Symbol.asyncIterator]() : params[Symbol.iterator]();
  const errors: { index: number; error: unknown }[] = [];
  const results: (AsyncResultSet<R> | undefined)[] = [];
  let total = 0;
  let succeeded = 0;
  let failed = 0;
  let fatal: { readonly error: unknown } | null = null;

  const worker = async (): Promise<void> => {
    while (fatal === null) {
      if (signal?.aborted === true)
        throw new AbortError('The operation was aborted by its signal; its reason is the cause', {
          cause: signal.reason,
        });
      const pulled = source.next();
      // A plain iterator is pulled without giving up the turn, so that all workers write together.
      const next = pulled instanceof Promise ? await pulled : pulled;
      if (next.done === true) return;
      const index = total++;
      try {
        const result = await session.execute<R>(statement, next.value, requestOptions);
        succeeded++;
        if (collectResults) results[index] = result;
      } catch (error) {
        failed++;
        if (errors.length < KEPT_ERRORS) errors.push({ index, error });
        if (raiseOnFirstError) throw error;
      }
      if ((succeeded + failed) % PROGRESS_EVERY === 0) onProgress?.({ succeeded, failed });
    }
  };
  const guarded = async (): Promise<void> => {
    try {
      await worker();
    } catch (error) {
      fatal ??= { error };
    }
  };
  await Promise.all(Array.from({ length: concurrency }, guarded));
  const failure = fatal as { readonly error: unknown } | null;
  if (failure !== null) {
    await source.return?.();
    throw failure.error;
  }
  onProgress?.({ succeeded, failed });
  results.length = collectResults ? total : 0;
  return {
    total,
    succeeded,
    failed,
    errors: errors.sort((a, b) => a.index - b.index),
    ...(collectResults ? { results } : {}),
  };
}
