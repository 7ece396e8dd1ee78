import type { Row } from '../../codecs/index.ts';
import type { TableMetadata } from '../../metadata/index.ts';
import type { BatchStatement } from '../batch-statement.ts';
import type { Params } from '../bind.ts';
import type { PreparedStatement, PrepareOptions } from '../prepared-statement.ts';
import type { RequestCore } from '../request-core.ts';
import type { RequestOptions } from '../request-options.ts';
import type { RequestSettings } from '../request-settings.ts';
import type { AsyncResultSet } from '../result-set.ts';

/** What concurrent execution needs of a session. Settings are resolved once for all requests. */
export interface ConcurrentTarget {
  readonly core: RequestCore;
  prepare<R extends Row>(cql: string, options: PrepareOptions): Promise<PreparedStatement<R>>;
  /** Without options those of all requests, one shared object, which keeps the way of a request monomorphic. */
  settings(options: RequestOptions | undefined): RequestSettings;
  execute<R extends Row>(
    query: PreparedStatement<R> | BatchStatement,
    params: Params | undefined,
    settings: RequestSettings,
  ): Promise<AsyncResultSet<R>>;
  /** A table as the metadata knows it. */
  table(keyspace: string, name: string): TableMetadata | undefined;
}
