import type { Row } from '../../codecs/index.ts';
import type {
  AsyncResultSet,
  AsyncStreamingResultSet,
  BatchStatement,
  BoundQuery,
  CassandraSession,
  Params,
  PreparedStatement,
  PrepareOptions,
  RequestOptions,
  StreamConfig,
} from '../../session/index.ts';
import type { RequestLifetime } from './request-lifetime.ts';
import type { FastifyCassandra } from './sessions.ts';

/**
 * A session as one HTTP request sees it: all that it executes ends with that request, when its client hangs up or its
 * deadline passes. It cannot be closed: the session behind it belongs to all requests.
 */
export class RequestSession implements Omit<CassandraSession, 'close'> {
  readonly #sessions: FastifyCassandra;
  readonly #name: string | null;
  readonly #lifetime: RequestLifetime;

  /**
   * @internal
   * @param name - null: the default session
   */
  constructor(sessions: FastifyCassandra, name: string | null, lifetime: RequestLifetime) {
    this.#sessions = sessions;
    this.#name = name;
    this.#lifetime = lifetime;
  }

  /** Looked up when it is used: a service whose sessions all have names has no default one. */
  get #session(): CassandraSession {
    return this.#name === null ? this.#sessions.session : this.#sessions.get(this.#name);
  }

  /** What was executed for this request so far, in all sessions: statements, batches and streams. */
  get operations(): number {
    return this.#lifetime.operations;
  }

  /** The same for another session, by its name; what it executes throws a ConfigurationError when there is none. */
  named(name: string): RequestSession {
    return new RequestSession(this.#sessions, name, this.#lifetime);
  }

  execute<R extends Row = Row>(
    query: string | PreparedStatement<R> | BoundQuery<R> | BatchStatement,
    params?: Params,
    options?: RequestOptions,
  ): Promise<AsyncResultSet<R>> {
    this.#lifetime.operations++;
    return this.#session.execute(query, params, this.#withSignal(options));
  }

  executeStream<R extends Row = Row>(
    query: string | PreparedStatement<R> | BoundQuery<R>,
    params?: Params,
    options?: StreamConfig,
  ): Promise<AsyncStreamingResultSet<R>> {
    this.#lifetime.operations++;
    return this.#session.executeStream(query, params, this.#withSignal(options));
  }

  executeBatch(batch: BatchStatement, options?: RequestOptions): Promise<AsyncResultSet> {
    this.#lifetime.operations++;
    return this.#session.executeBatch(batch, this.#withSignal(options));
  }

  /** Prepares a statement, for all requests; only the waiting for it ends with this one. */
  prepare<R extends Row = Row>(cql: string, options?: PrepareOptions): Promise<PreparedStatement<R>> {
    return this.#session.prepare(cql, this.#withSignal(options));
  }

  #withSignal<T extends { readonly signal?: AbortSignal | undefined }>(options: T | undefined): T {
    const { signal } = this.#lifetime;
    const own = options?.signal;
    return { ...options, signal: own === undefined ? signal : AbortSignal.any([own, signal]) } as T;
  }
}
