import type { Row } from '../codecs/index.ts';
import { AbortError, SessionClosedError } from '../errors/index.ts';
import type { Params } from './bind.ts';
import type { CassandraSession } from './cassandra-session.ts';
import { checkConcurrentOptions, type ConcurrentOptions } from './concurrent-options.ts';
import { ParameterSource } from './parameter-source.ts';
import type { PreparedStatement } from './prepared-statement.ts';
import type { RequestOptions } from './request-options.ts';
import type { AsyncResultSet } from './result-set.ts';

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

/** Executes one statement for each set of parameters that the source gives. */
export async function executeConcurrent<R extends Row>(
  session: CassandraSession,
  query: string | PreparedStatement<R>,
  params: Iterable<Params> | AsyncIterable<Params>,
  options: ConcurrentOptions,
): Promise<ConcurrentResult<R>> {
  checkConcurrentOptions(options);
  const source = new ParameterSource(params);
  const { signal } = options;
  try {
    const statement =
      typeof query === 'string' ? await session.prepare<R>(query, signal === undefined ? {} : { signal }) : query;
    return await new ConcurrentRun<R>(session, statement, source, options).run();
  } finally {
    await source.end();
  }
}

/** Workers that take parameters from one source until it ends, or something ends them. */
class ConcurrentRun<R extends Row> {
  readonly #session: CassandraSession;
  readonly #statement: PreparedStatement<R>;
  readonly #source: ParameterSource;
  readonly #options: ConcurrentOptions;
  readonly #requestOptions: RequestOptions | undefined;
  readonly #errors: { index: number; error: unknown }[] = [];
  readonly #results: (AsyncResultSet<R> | undefined)[] = [];
  #total = 0;
  #succeeded = 0;
  #failed = 0;
  #inFlight = 0;
  #fatal: { readonly error: unknown } | null = null;
  #end: () => void = () => undefined;

  constructor(
    session: CassandraSession,
    statement: PreparedStatement<R>,
    source: ParameterSource,
    options: ConcurrentOptions,
  ) {
    this.#session = session;
    this.#statement = statement;
    this.#source = source;
    this.#options = options;
    const { signal, requestOptions } = options;
    this.#requestOptions = signal === undefined ? requestOptions : { ...requestOptions, signal };
  }

  async run(): Promise<ConcurrentResult<R>> {
    const { signal, concurrency = DEFAULT_CONCURRENCY, collectResults = false, onProgress } = this.#options;
    const onAbort = (): void => this.#stop(abortError(signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve) => {
        this.#end = resolve;
        if (signal?.aborted === true) onAbort();
        void Promise.all(Array.from({ length: concurrency }, () => this.#work())).then(() => resolve());
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    if (this.#fatal !== null) throw this.#fatal.error;
    onProgress?.({ succeeded: this.#succeeded, failed: this.#failed });
    this.#results.length = collectResults ? this.#total : 0;
    return {
      total: this.#total,
      succeeded: this.#succeeded,
      failed: this.#failed,
      errors: this.#errors.sort((a, b) => a.index - b.index),
      ...(collectResults ? { results: this.#results } : {}),
    };
  }

  async #work(): Promise<void> {
    try {
      while (this.#fatal === null) {
        const pulled = this.#source.next();
        const next = pulled instanceof Promise ? await pulled : pulled;
        if (next.done === true || this.#hasStopped()) return;
        await this.#execute(this.#total++, next.value);
      }
    } catch (error) {
      this.#stop(error);
    }
  }

  async #execute(index: number, params: Params): Promise<void> {
    this.#inFlight++;
    try {
      const result = await this.#session.execute<R>(this.#statement, params, this.#requestOptions);
      this.#succeeded++;
      if (this.#options.collectResults === true) this.#results[index] = result;
    } catch (error) {
      this.#failed++;
      if (this.#errors.length < KEPT_ERRORS) this.#errors.push({ index, error });
      // Once the session has closed nothing else can succeed, and a source may have no end.
      if (this.#options.raiseOnFirstError !== false || error instanceof SessionClosedError) this.#stop(error);
    }
    this.#inFlight--;
    if (this.#fatal !== null) this.#endWhenIdle();
    else if ((this.#succeeded + this.#failed) % PROGRESS_EVERY === 0)
      this.#options.onProgress?.({ succeeded: this.#succeeded, failed: this.#failed });
  }

  #hasStopped(): boolean {
    return this.#fatal !== null;
  }

  /** Nothing new is begun; what is under way still finishes, but nobody waits for a source that does not answer. */
  #stop(error: unknown): void {
    this.#fatal ??= { error };
    this.#endWhenIdle();
  }

  #endWhenIdle(): void {
    if (this.#inFlight === 0) this.#end();
  }
}

function abortError(signal: AbortSignal | undefined): AbortError {
  return new AbortError('The operation was aborted by its signal; its reason is the cause', { cause: signal?.reason });
}
