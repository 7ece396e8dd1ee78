import { systemTimers, type Timers } from '../../connection/index.ts';
import type { RequestTracker, TrackedRequest, TrackedRetry, TrackedStream } from '../../diagnostics/index.ts';
import { type AsyncCassandraError, ConfigurationError } from '../../errors/index.ts';
import { innermostSession, SessionDecorator } from '../../session/index.ts';
import { collectMetrics } from './collect-metrics.ts';
import { Delivery } from './delivery.ts';
import { errorCategory, errorType } from './error-category.ts';
import type { MetricFamily } from './metric-definition.ts';
import { normalizeQuery } from './normalize-query.ts';
import { ObservedGuards } from './observed-guards.ts';
import { isMeasured, type MeasuredSession, ObservedSessions } from './observed-sessions.ts';
import {
  type ConnectionMetrics,
  type MetricsCollector,
  type MetricsSource,
  type QueryMetrics,
  type QueryType,
  queryTypeOf,
} from './query-metrics.ts';
import { RequestStatistics } from './request-statistics.ts';
import { hashQuery, StatementNames } from './statement-names.ts';

/** A request that something else than an observed session has made. */
export interface RecordedQuery {
  /** The statement's text; literals are taken out of it. */
  readonly query: string;
  readonly durationMs: number;
  /** Default true. */
  readonly success?: boolean | undefined;
  readonly queryType?: QueryType | undefined;
  readonly errorType?: string | undefined;
  readonly parametersCount?: number | undefined;
  readonly resultSize?: number | undefined;
}

/** What a monitor has found out about a node. */
export interface RecordedConnection {
  /** `address:port` */
  readonly host: string;
  readonly isHealthy: boolean;
  readonly responseTimeMs: number;
  readonly errorCount?: number | undefined;
  readonly totalQueries?: number | undefined;
}

/** Hosts whose health is remembered. */
const MAX_HOSTS = 5_000;

/**
 * Measures the requests of sessions and gives the figures to collectors. It follows the sessions of a cluster when it is given
 * as the option `metrics`, or single ones by `observe`. What it counts itself costs a request no object; collectors with a
 * `recordQuery` are given one for each request, afterwards.
 */
export class MetricsMiddleware implements RequestTracker, MetricsSource {
  readonly collectors: readonly MetricsCollector[];
  readonly #timers: Timers;
  readonly #statistics = new RequestStatistics();
  readonly #sessions = new ObservedSessions();
  readonly #guards = new ObservedGuards();
  readonly #names = new StatementNames();
  readonly #health = new Map<string, ConnectionMetrics>();
  readonly #direct: readonly MetricsCollector[];
  readonly #delivery: Delivery;
  #isEnabled = true;

  /** @throws ConfigurationError when one of them is no collector */
  constructor(collectors?: readonly MetricsCollector[]);
  /**
   * @param timers - clock and timers, for tests
   * @internal
   */
  constructor(collectors: readonly MetricsCollector[] | undefined, timers: Timers);
  constructor(collectors: readonly MetricsCollector[] = [], timers: Timers = systemTimers) {
    if (!Array.isArray(collectors) || !collectors.every((each) => typeof each === 'object' && each !== null))
      throw new ConfigurationError('metrics', 'MetricsMiddleware takes an array of collectors');
    this.collectors = [...(collectors as readonly MetricsCollector[])];
    this.#timers = timers;
    this.#direct = this.collectors.filter((collector) => collector.recordRequest !== undefined);
    const told = this.collectors.filter(
      (collector) => collector.recordRequest === undefined && collector.recordQuery !== undefined,
    );
    this.#delivery = new Delivery(told, timers);
    for (const collector of this.collectors) collector.attach?.(this);
  }

  /** Whether requests are counted. */
  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  /** Counts requests again, from now on. */
  enable(): void {
    this.#isEnabled = true;
  }

  /** Counts no requests until `enable()`. */
  disable(): void {
    this.#isEnabled = false;
  }

  /**
   * Follows a session until it is closed; of a decorated one the rate limits and circuit breakers around it too. Following
   * one twice is the same as once.
   * @returns what ends it sooner
   */
  observe(session: MeasuredSession | SessionDecorator): Disposable {
    const guards = session instanceof SessionDecorator ? this.#guards.add(session) : [];
    const innermost = session instanceof SessionDecorator ? innermostSession(session) : session;
    const observed = isMeasured(innermost) ? this.#follow(innermost) : null;
    return {
      [Symbol.dispose]: () => {
        for (const guard of guards) this.#guards.remove(guard);
        observed?.[Symbol.dispose]();
      },
    };
  }

  /** All metrics of the catalogue, as of now. */
  collect(): readonly MetricFamily[] {
    return collectMetrics({
      statistics: this.#statistics,
      sessions: this.#sessions,
      guards: this.#guards,
      delivery: this.#delivery,
      health: this.#health,
    });
  }

  /** Counts a request that was made elsewhere. */
  recordQueryMetrics(recorded: RecordedQuery): void {
    if (!this.#isEnabled) return;
    const { durationMs, success = true, queryType = 'simple' } = recorded;
    this.#statistics.recorded(queryType, durationMs, success, recorded.errorType);
    const query = normalizeQuery(recorded.query);
    const metrics: QueryMetrics = {
      queryHash: hashQuery(query),
      query,
      queryType,
      durationMs,
      success,
      errorType: success ? undefined : (recorded.errorType ?? 'Error'),
      errorCategory: success ? undefined : 'internal',
      timestamp: this.#date(),
      parametersCount: recorded.parametersCount ?? 0,
      resultSize: recorded.resultSize ?? 0,
      node: undefined,
    };
    if (this.#delivery.hasRecipients && this.#delivery.hasRoom) this.#delivery.add(metrics);
    for (const collector of this.#direct) this.#delivery.call(() => collector.recordQuery?.(metrics));
  }

  /** Takes note of the health of a node, for `cassandra_connection_healthy` and for collectors. */
  recordConnectionMetrics(recorded: RecordedConnection): void {
    const { host, isHealthy, responseTimeMs, errorCount = 0, totalQueries = 0 } = recorded;
    const metrics = { host, isHealthy, responseTimeMs, errorCount, totalQueries, lastCheck: this.#date() };
    this.#health.delete(host);
    this.#health.set(host, metrics);
    if (this.#health.size > MAX_HOSTS) this.#health.delete([...this.#health.keys()][0] as string);
    for (const collector of this.collectors) this.#delivery.call(() => collector.recordConnectionHealth?.(metrics));
  }

  /** Called by the driver. */
  onStart(): void {
    // The request knows when it began.
  }

  /** Called by the driver. */
  onEnd(request: TrackedRequest, error: AsyncCassandraError | null): void {
    if (!this.#isEnabled) return;
    this.#statistics.ended(request, error);
    for (let i = 0; i < this.#direct.length; i++) this.#record(this.#direct[i] as MetricsCollector, request, error);
    if (this.#delivery.hasRecipients && this.#delivery.hasRoom) this.#delivery.add(this.#metricsOf(request, error));
  }

  /** Called by the driver. */
  onRetry(_request: TrackedRequest, retry: TrackedRetry): void {
    if (this.#isEnabled) this.#statistics.retried(retry);
  }

  /** Called by the driver. */
  onStreamEnd(stream: TrackedStream): void {
    if (this.#isEnabled) this.#statistics.streamEnded(stream);
  }

  #follow(session: MeasuredSession): Disposable {
    const observed = session.observe(this);
    this.#sessions.add(session);
    return {
      [Symbol.dispose]: () => {
        observed[Symbol.dispose]();
        this.#sessions.remove(session);
      },
    };
  }

  #record(collector: MetricsCollector, request: TrackedRequest, error: AsyncCassandraError | null): void {
    try {
      collector.recordRequest?.(request, error);
    } catch {
      this.#delivery.failures++;
    }
  }

  #metricsOf(request: TrackedRequest, error: AsyncCassandraError | null): QueryMetrics {
    const { query, hash } = this.#names.of(request);
    return {
      queryHash: hash,
      query,
      queryType: queryTypeOf(request),
      durationMs: request.elapsedMs,
      success: error === null,
      errorType: error === null ? undefined : errorType(error),
      errorCategory: error === null ? undefined : errorCategory(error),
      timestamp: this.#date(),
      parametersCount: request.parameterCount,
      resultSize: request.rows ?? 0,
      node: request.coordinator?.endPoint,
    };
  }

  #date(): Date {
    return new Date(this.#timers.wallClockMicros() / 1000);
  }
}
