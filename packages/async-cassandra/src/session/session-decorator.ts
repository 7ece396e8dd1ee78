import type { Row } from '../codecs/index.ts';
import type { Timers } from '../connection/index.ts';
import { SessionClosedError } from '../errors/index.ts';
import type { BatchStatement } from './batch-statement.ts';
import type { Params } from './bind.ts';
import type { BoundQuery } from './bound-query.ts';
import type { CassandraSession } from './cassandra-session.ts';
import { AsyncCloseable } from './closeable.ts';
import { drain, type Drainable } from './drain.ts';
import type { PageGuard } from './page-guard.ts';
import type { PreparedStatement, PrepareOptions } from './prepared-statement.ts';
import type { RequestOptions } from './request-options.ts';
import { AsyncResultSet } from './result-set.ts';
import type { StreamConfig } from './stream-config.ts';
import { AsyncStreamingResultSet } from './streaming-result-set.ts';

/** What one operation of a decorated session is bounded by, as far as its caller has said. */
export interface OperationBounds {
  /** Milliseconds for the whole operation, waiting included. */
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Does an operation on the session inside, within the time that is left of what the caller gave, if any. */
export type Operation<T> = (timeoutMs: number | undefined) => Promise<T>;

/** How long closing lets operations finish when nothing else is said: the same as a cluster's default. */
const DRAIN_TIMEOUT_MS = 10_000;

interface TimedOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A session around another one, which does something about each of its requests: executing, preparing, opening a stream,
 * and fetching each further page of a result or stream. Decorators nest in any order; closing the outermost lets its
 * operations finish and then closes the one inside.
 */
export abstract class SessionDecorator extends AsyncCloseable implements CassandraSession {
  /** The session that this one decorates. */
  readonly inner: CassandraSession;
  readonly #timers: Timers;
  readonly #pageGuard: PageGuard;
  readonly #work: Drainable & { active: number } = { active: 0, onIdle: null };

  /** @internal */
  protected constructor(inner: CassandraSession, timers: Timers) {
    super();
    this.inner = inner;
    this.#timers = timers;
    this.#pageGuard = (fetch, { timeoutMs, signal }) =>
      this.#counted((remainingMs) => fetch(remainingMs ?? timeoutMs), { timeoutMs, signal });
  }

  /** Whether closing has ended, of this session or of the one inside. */
  override get closed(): boolean {
    return super.closed || (this.inner as { readonly closed?: unknown }).closed === true;
  }

  get activeOperations(): number {
    return this.#work.active;
  }

  async execute<R extends Row = Row>(
    query: string | PreparedStatement<R> | BoundQuery<R> | BatchStatement,
    params?: Params,
    options?: RequestOptions,
  ): Promise<AsyncResultSet<R>> {
    const result = await this.#run(options, (given) => this.inner.execute(query, params, given));
    if (result instanceof AsyncResultSet) result.guardPages(this.#pageGuard);
    return result;
  }

  async executeStream<R extends Row = Row>(
    query: string | PreparedStatement<R> | BoundQuery<R>,
    params?: Params,
    options?: StreamConfig,
  ): Promise<AsyncStreamingResultSet<R>> {
    const stream = await this.#run(options, (given) => this.inner.executeStream(query, params, given));
    if (stream instanceof AsyncStreamingResultSet) stream.guardPages(this.#pageGuard);
    return stream;
  }

  async prepare<R extends Row = Row>(cql: string, options?: PrepareOptions): Promise<PreparedStatement<R>> {
    return this.#run(options, (given) => this.inner.prepare<R>(cql, given));
  }

  async executeBatch(batch: BatchStatement, options?: RequestOptions): Promise<AsyncResultSet> {
    return this.#run(options, (given) => this.inner.executeBatch(batch, given));
  }

  /** Does the operation, sooner or later, or refuses it. */
  protected abstract around<T>(operation: Operation<T>, bounds: OperationBounds): Promise<T>;

  /** The time for draining is over, or all is drained: nothing may wait any longer. */
  protected abstract release(): void;

  protected override async closeOnce(options: { readonly drainTimeoutMs?: number }): Promise<void> {
    const startedAt = this.#timers.now();
    const { drainTimeoutMs } = options;
    await drain(this.#work, this.#timers, drainTimeoutMs ?? DRAIN_TIMEOUT_MS);
    this.release();
    if (drainTimeoutMs === undefined) await this.inner.close();
    else {
      const elapsed = this.#timers.now() - startedAt;
      await this.inner.close({ drainTimeoutMs: Math.max(0, drainTimeoutMs - elapsed) });
    }
  }

  #run<O extends TimedOptions, T>(
    options: O | undefined,
    operation: (options: O | undefined) => Promise<T>,
  ): Promise<T> {
    if (this.isClosing)
      throw new SessionClosedError('The session is closed or closing; make another one around an open session');
    // What is not possible is refused by the session inside.
    const { timeoutMs, signal } = (options ?? {}) as TimedOptions;
    const bounds: OperationBounds = {
      timeoutMs: typeof timeoutMs === 'number' ? timeoutMs : undefined,
      signal: signal instanceof AbortSignal ? signal : undefined,
    };
    const withTime = (remainingMs: number | undefined): Promise<T> =>
      operation(
        options === undefined || remainingMs === bounds.timeoutMs ? options : { ...options, timeoutMs: remainingMs },
      );
    return this.#counted(withTime, bounds);
  }

  async #counted<T>(operation: Operation<T>, bounds: OperationBounds): Promise<T> {
    this.#work.active++;
    try {
      return await this.around(operation, bounds);
    } finally {
      this.#work.active--;
      if (this.#work.active === 0) this.#work.onIdle?.();
    }
  }
}

/** The session that decorators stand around. */
export function innermostSession(session: CassandraSession): CassandraSession {
  let current = session;
  while (current instanceof SessionDecorator) current = current.inner;
  return current;
}
