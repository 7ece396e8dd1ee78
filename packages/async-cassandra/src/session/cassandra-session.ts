import type { Row } from '../codecs/index.ts';
import type { BatchStatement } from './batch-statement.ts';
import type { Params } from './bind.ts';
import type { BoundQuery } from './bound-query.ts';
import type { PreparedStatement, PrepareOptions } from './prepared-statement.ts';
import type { RequestOptions } from './request-options.ts';
import type { AsyncResultSet } from './result-set.ts';
import type { StreamConfig } from './stream-config.ts';
import type { AsyncStreamingResultSet } from './streaming-result-set.ts';

/** What a session can do; implemented by the session itself and by the decorators around it. */
export interface CassandraSession {
  /**
   * Executes a statement. A text with parameters is prepared first, and remembered.
   * @throws QueryError and its kin, InvalidValueError, TimeoutError, AbortError, NoHostAvailableError, QueueFullError,
   * SessionClosedError, ConfigurationError; `outcome` tells whether the statement may have been applied
   */
  execute<R extends Row = Row>(
    query: string | PreparedStatement<R> | BoundQuery<R> | BatchStatement,
    params?: Params,
    options?: RequestOptions,
  ): Promise<AsyncResultSet<R>>;
  /** Executes a read whose result may be of any size; resolves when its first page is there. */
  executeStream<R extends Row = Row>(
    query: string | PreparedStatement<R> | BoundQuery<R>,
    params?: Params,
    options?: StreamConfig,
  ): Promise<AsyncStreamingResultSet<R>>;
  /** Prepares a statement, or returns what is known of it. */
  prepare<R extends Row = Row>(cql: string, options?: PrepareOptions): Promise<PreparedStatement<R>>;
  /** Executes a batch. */
  executeBatch(batch: BatchStatement, options?: RequestOptions): Promise<AsyncResultSet>;
  close(options?: { readonly drainTimeoutMs?: number }): Promise<void>;
}
