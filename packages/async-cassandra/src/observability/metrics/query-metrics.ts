import type { AsyncCassandraError } from '../../errors/index.ts';
import type { TrackedRequest } from '../../diagnostics/index.ts';
import type { ErrorCategory } from './error-category.ts';
import type { MetricFamily } from './metric-definition.ts';

/** How a request is sent: as text, by the id of its prepared statement, as a batch, or to prepare. */
export type QueryType = 'simple' | 'prepared' | 'batch' | 'prepare';

/** One request that has ended. */
export interface QueryMetrics {
  /** A short hash of `query`. */
  readonly queryHash: string;
  /** The statement without literals and bound values; see `normalizeQuery`. */
  readonly query: string;
  readonly queryType: QueryType;
  /** From the call to its result or error. */
  readonly durationMs: number;
  readonly success: boolean;
  /** The class of the error. */
  readonly errorType: string | undefined;
  readonly errorCategory: ErrorCategory | undefined;
  /** When it ended. */
  readonly timestamp: Date;
  /** How many values were bound; never the values. */
  readonly parametersCount: number;
  /** Rows that came. */
  readonly resultSize: number;
  /** The node that it was last sent to, as `address:port`. */
  readonly node: string | undefined;
}

/** The health of one node, as a monitor has found it. */
export interface ConnectionMetrics {
  /** `address:port` */
  readonly host: string;
  readonly isHealthy: boolean;
  readonly lastCheck: Date;
  readonly responseTimeMs: number;
  readonly errorCount: number;
  readonly totalQueries: number;
}

/** What collectors may read whenever they like. */
export interface MetricsSource {
  /** All metrics as of now. */
  collect(): readonly MetricFamily[];
}

/**
 * Something that metrics are given to; every method may be absent. `recordQuery` is called after requests, out of their way,
 * some at a time: one that is slow misses metrics (which are counted) and delays nobody. What a collector throws or rejects
 * with is counted and does no harm.
 */
export interface MetricsCollector {
  /** Called once, with what to read the driver's own counters from. */
  attach?(source: MetricsSource): void;
  /** Told of every request, as one object each; not called when there is a `recordRequest`. */
  recordQuery?(metrics: QueryMetrics): void | Promise<void>;
  /**
   * Told of every request while it ends: a live view, valid during the call. For collectors that are faster than an object
   * for each request would be; this one delays requests when it is slow.
   */
  recordRequest?(request: TrackedRequest, error: AsyncCassandraError | null): void;
  recordConnectionHealth?(metrics: ConnectionMetrics): void | Promise<void>;
  getStats?(): unknown;
}

/** The type of a request that is being tracked. */
export function queryTypeOf(request: TrackedRequest): QueryType {
  if (request.isPrepared) return 'prepared';
  const { type } = request;
  return type === 'batch' || type === 'prepare' ? type : 'simple';
}
