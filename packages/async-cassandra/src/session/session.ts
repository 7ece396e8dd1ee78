import type { Row } from '../codecs/index.ts';
import type { RequestTracker } from '../diagnostics/index.ts';
import { ConfigurationError, SessionClosedError } from '../errors/index.ts';
import type { SchemaChange } from '../protocol/index.ts';
import type { BatchStatement } from './batch-statement.ts';
import type { Params } from './bind.ts';
import { type BoundQuery, cql } from './bound-query.ts';
import type { CassandraSession } from './cassandra-session.ts';
import { AsyncCloseable } from './closeable.ts';
import { CompletedStatements, type CompletedStatement } from './concurrent/as-completed.ts';
import type { AsCompletedOptions, ConcurrentOptions } from './concurrent/concurrent-options.ts';
import type { ConcurrentTarget } from './concurrent/concurrent-target.ts';
import { executeConcurrent } from './concurrent/execute-concurrent.ts';
import type { ConcurrentResult } from './concurrent/outcome-tally.ts';
import { drain } from './drain.ts';
import { SessionTrackers } from './observation/session-trackers.ts';
import { openStream } from './open-stream.ts';
import { PreparedStatement, type PrepareOptions } from './prepared-statement.ts';
import { getTrace, type QueryTrace } from './query-trace.ts';
import { readyStatement } from './ready-statement.ts';
import type { RequestCore } from './request-core.ts';
import type { RequestOptions } from './request-options.ts';
import { type RequestSettings, resolveSettings } from './request-settings.ts';
import type { AsyncResultSet } from './result-set.ts';
import type { ScanOptions } from './scan/scan-options.ts';
import { AsyncTableScan } from './scan/table-scan.ts';
import { readSessionCounters, readSessionState, type SessionCounters, type SessionState } from './session-state.ts';
import type { SessionParts } from './session-parts.ts';
import { asError, StatementRunner } from './statement-runner.ts';
import type { StreamConfig } from './stream-config.ts';
import type { AsyncStreamingResultSet } from './streaming-result-set.ts';

/**
 * Executes statements on a cluster, with pools of its own; made by `AsyncCluster.connect`, meant to live as long as the
 * service that uses it and to be shared by all its requests.
 */
export class AsyncCassandraSession extends AsyncCloseable implements CassandraSession {
  readonly #parts: SessionParts;
  readonly #core: RequestCore;
  readonly #trackers: SessionTrackers;
  readonly #runner: StatementRunner;

  /** @internal */
  constructor(parts: SessionParts) {
    super();
    this.#parts = parts;
    this.#core = parts.core;
    this.#trackers = new SessionTrackers(parts.core);
    this.#runner = new StatementRunner(parts);
  }

  /** The keyspace in which unqualified names are looked up. */
  get keyspace(): string | undefined {
    return this.#core.keyspace;
  }

  get activeOperations(): number {
    return this.#core.active;
  }

  /** What the session holds at the moment, node by node, and the bounds that hold for it; plain data, a snapshot. */
  get state(): SessionState {
    return readSessionState(this.#parts, this.closed ? 'closed' : this.isClosing ? 'closing' : 'open');
  }

  /** What the session has counted so far, node by node; kept when it is closed. */
  get counters(): SessionCounters {
    return readSessionCounters(this.#parts, this.#trackers.failures);
  }

  execute<R extends Row = Row>(
    query: string | PreparedStatement<R> | BoundQuery<R> | BatchStatement,
    params?: Params,
    options?: RequestOptions,
  ): Promise<AsyncResultSet<R>> {
    if (this.isClosing) return Promise.reject(closedError());
    if (options === undefined) return this.#runner.execute(query, params, this.#parts.defaults);
    try {
      return this.#runner.execute(query, params, this.#settings(options));
    } catch (error) {
      return Promise.reject(asError(error));
    }
  }

  executeBatch(batch: BatchStatement, options?: RequestOptions): Promise<AsyncResultSet> {
    return this.execute(batch, undefined, options);
  }

  /** Executes a template: ``session.cql`SELECT * FROM users WHERE id = ${id}` ``; values are bound, never spliced into the text. */
  cql<R extends Row = Row>(strings: TemplateStringsArray, ...values: readonly unknown[]): Promise<AsyncResultSet<R>> {
    try {
      return this.execute(cql<R>(strings, ...values));
    } catch (error) {
      return Promise.reject(asError(error));
    }
  }

  async executeStream<R extends Row = Row>(
    query: string | PreparedStatement<R> | BoundQuery<R>,
    params?: Params,
    options: StreamConfig = {},
  ): Promise<AsyncStreamingResultSet<R>> {
    if (this.isClosing) throw closedError();
    return this.#runner.counted(
      openStream<R>(this.#parts, query, options, (settings) => readyStatement(this.#parts, query, params, settings)),
    );
  }

  /**
   * Reads a table or view whole: its token ranges in parallel, each at the nodes that hold it, each row once, however
   * many nodes fail meanwhile. Nothing is sent before the result is read.
   * @param table - its name exactly as the metadata has it, `events` or `shop.events`
   * @returns rows by `for await`, pages by `pages()`, and `checkpoint`, from which another scan goes on
   * @throws ConfigurationError, also for a checkpoint of another scan; SessionClosedError. Reading throws what requests
   * throw, ConfigurationError when there is no such table, and QueueFullError when `limits.openStreams` are open
   */
  scan<R extends Row = Row>(table: string, options: ScanOptions = {}): AsyncTableScan<R> {
    if (this.isClosing) throw closedError();
    return new AsyncTableScan<R>(this.#parts, table, options);
  }

  async prepare<R extends Row = Row>(cql: string, options: PrepareOptions = {}): Promise<PreparedStatement<R>> {
    if (this.isClosing) throw closedError();
    if (typeof cql !== 'string') throw new ConfigurationError('cql', 'prepare() takes the text of a statement');
    const { idempotent, ...rest } = options;
    const settings = this.#settings(idempotent === undefined ? rest : options);
    const keyspace = settings.keyspace ?? this.#core.keyspace;
    const { cache } = this.#parts;
    const preparing =
      settings.node === undefined ? cache.prepare(cql, keyspace, settings) : cache.prepareOn(cql, keyspace, settings);
    const plan = await this.#runner.counted(preparing);
    return new PreparedStatement<R>(plan, idempotent);
  }

  /**
   * Executes one statement for each set of parameters, `concurrency` of them at a time. Memory stays constant however
   * many there are, unless results are collected.
   * @param params - any iterable or async iterable; it is told (`return()`) when it is not read to its end
   * @returns counts, the first 100 errors, and the results when they are collected
   * @throws the first error when `raiseOnFirstError` (the default), what the source throws, or SessionClosedError; what is
   * under way then still finishes
   * @throws AbortError when the signal fires: what is under way is cut and counts as failed, each with an outcome of its
   * own; the outcome of this error is `notSent` only when nothing at all can have been applied
   * @throws ConfigurationError
   */
  executeConcurrent<R extends Row = Row>(
    query: string | PreparedStatement<R>,
    params: Iterable<Params> | AsyncIterable<Params>,
    options: ConcurrentOptions = {},
  ): Promise<ConcurrentResult<R>> {
    if (this.isClosing) return Promise.reject(closedError());
    return executeConcurrent<R>(this.#concurrentTarget(), query, params, options);
  }

  /**
   * Executes one statement for each set of parameters, like `executeConcurrent`, and gives what becomes of each as it
   * comes: `{ index, result }` or `{ index, error }`. It begins when the first outcome is asked for, and is never further
   * ahead of the reader than `concurrency`. When it is left by `break`, what is under way is awaited. After the signal has
   * fired, what was cut comes with an AbortError each, and then the iteration rejects with an AbortError, as it does with
   * what the source throws.
   * @throws ConfigurationError, SessionClosedError
   */
  executeConcurrentAsCompleted<R extends Row = Row>(
    query: string | PreparedStatement<R>,
    params: Iterable<Params> | AsyncIterable<Params>,
    options: AsCompletedOptions = {},
  ): AsyncIterableIterator<CompletedStatement<R>, undefined> & AsyncDisposable {
    if (this.isClosing) throw closedError();
    return new CompletedStatements<R>(this.#concurrentTarget(), query, params, options);
  }

  /**
   * Changes the keyspace for requests made from now on.
   * @throws the server's error when there is no such keyspace; nothing has changed then
   */
  async setKeyspace(keyspace: string): Promise<void> {
    if (this.isClosing) throw closedError();
    if (typeof keyspace !== 'string' || keyspace === '')
      throw new ConfigurationError('keyspace', 'setKeyspace() takes the name of a keyspace');
    if (this.#core.protocolVersion < 5) await this.#runner.counted(this.#core.parts.onKeyspaceSet(keyspace));
    else await this.execute(`USE "${keyspace.replaceAll('"', '""')}"`);
  }

  /**
   * Fetches what the servers have traced of a request that was executed with `trace: true`. They write it after they
   * have answered, so this waits until it is complete.
   * @throws TimeoutError when it is not complete in time, SessionClosedError
   */
  getTrace(
    traceId: string,
    options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<QueryTrace> {
    if (this.isClosing) return Promise.reject(closedError());
    return this.#runner.counted(getTrace(this, this.#core, traceId, options));
  }

  /**
   * Has a tracker told of every request, stream and scan that begins from now on. Adding one again changes nothing.
   * @returns what takes it away again, as `unobserve` does
   * @throws ConfigurationError when it is no tracker
   */
  observe(tracker: RequestTracker): Disposable {
    this.#trackers.add(tracker);
    return { [Symbol.dispose]: () => void this.unobserve(tracker) };
  }

  /**
   * Takes a tracker away. Of what has begun before it is still told the end.
   * @returns whether it was there
   */
  unobserve(tracker: RequestTracker): boolean {
    return this.#trackers.remove(tracker);
  }

  /**
   * Waits until the session has all the connections it is to have: `pooling.connectionsPerNode` to each node that its load
   * balancing policy does not ignore. A node that cannot be connected to is not waited for.
   * @returns true then; false when the signal has fired, or the session has closed, before
   */
  awaitConnections(signal?: AbortSignal): Promise<boolean> {
    return this.#parts.pools.whenConnected(signal);
  }

  /** @internal */
  onSchemaChange(change: SchemaChange): void {
    this.#parts.cache.onSchemaChange(change);
  }

  protected override async closeOnce(options: { readonly drainTimeoutMs?: number }): Promise<void> {
    const { pools, drainTimeoutMs } = this.#parts;
    await drain(this.#core, this.#core.parts.seams.timers, options.drainTimeoutMs ?? drainTimeoutMs);
    this.#core.closeNow();
    await pools.close(0);
    this.#parts.streams.endObservations();
    this.#parts.onClosed();
  }

  #settings(options: RequestOptions): RequestSettings {
    return resolveSettings(this.#parts.defaults, options, this.#parts.context);
  }

  #concurrentTarget(): ConcurrentTarget {
    return {
      core: this.#core,
      prepare: (text, options) => this.prepare(text, options),
      settings: (options) => (options === undefined ? this.#parts.defaults : this.#settings(options)),
      table: (keyspace, name) => this.#parts.table(keyspace, name),
      execute: (query, params, settings) =>
        this.isClosing ? Promise.reject(closedError()) : this.#runner.execute(query, params, settings),
    };
  }
}

function closedError(): SessionClosedError {
  return new SessionClosedError('The session is closed or closing; open another one with cluster.connect()');
}
