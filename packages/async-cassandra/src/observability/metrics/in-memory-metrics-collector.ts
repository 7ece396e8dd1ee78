import { createHistogram } from 'node:perf_hooks';
import { systemTimers, type Timers } from '../../connection/index.ts';
import type { TrackedRequest, TrackedStatement } from '../../diagnostics/index.ts';
import { type AsyncCassandraError, type OptionMessage, OptionReader } from '../../errors/index.ts';
import { CounterMap } from './counter-map.ts';
import { errorType } from './error-category.ts';
import type { ConnectionMetrics, MetricsCollector, QueryMetrics } from './query-metrics.ts';
import { RequestRing } from './request-ring.ts';
import { StatementNames } from './statement-names.ts';

/** Options of the collector. */
export interface InMemoryMetricsOptions {
  /** How many of the latest requests are kept, for percentiles and rates. Default 10,000, at most 1,000,000. */
  readonly maxEntries?: number | undefined;
  /** How many different statements are told apart; the rest counts together as `other`. Default 1,000. */
  readonly maxStatements?: number | undefined;
}

/** Figures of the latest requests, in milliseconds. Without requests they are 0. */
export interface QueryPerformance {
  /** Since the collector was made. */
  readonly totalQueries: number;
  /** Of the last five minutes, as far as they are kept. */
  readonly recentQueries5Min: number;
  /** Of the last minute, as far as they are kept. */
  readonly queriesPerSecond: number;
  readonly avgDurationMs: number;
  readonly minDurationMs: number;
  readonly maxDurationMs: number;
  readonly p50DurationMs: number;
  readonly p95DurationMs: number;
  readonly p99DurationMs: number;
  /** Share of the kept requests that succeeded, from 0 to 1; 1 when there are none. */
  readonly successRate: number;
}

/** Figures of one statement. */
export interface StatementStats {
  /** Without values. */
  readonly query: string;
  readonly queryHash: string;
  readonly count: number;
  readonly errors: number;
  readonly avgDurationMs: number;
}

/** What `getStats` returns; plain data. */
export interface InMemoryStats {
  readonly queryPerformance: QueryPerformance;
  /** How often requests have failed, by the class of the error. */
  readonly errorSummary: Readonly<Record<string, number>>;
  /** The ten statements executed most often. */
  readonly topQueries: readonly StatementStats[];
  /** What a monitor has found out, by host. */
  readonly connectionHealth: Readonly<Record<string, ConnectionMetrics>>;
}

interface StatementEntry {
  readonly query: string;
  readonly queryHash: string;
  count: number;
  errors: number;
  totalMs: number;
}

const TOP = 10;
const MAX_HOSTS = 5_000;
const MINUTE_MS = 60_000;

/** Keeps the latest requests in memory, in arrays of numbers, and works figures out of them when asked. */
export class InMemoryMetricsCollector implements MetricsCollector {
  readonly #timers: Timers;
  readonly #ring: RequestRing;
  readonly #maxStatements: number;
  readonly #names = new StatementNames();
  readonly #byStatement = new WeakMap<TrackedStatement, StatementEntry>();
  readonly #byHash = new Map<string, StatementEntry>();
  readonly #others: StatementEntry = { query: 'other', queryHash: 'other', count: 0, errors: 0, totalMs: 0 };
  readonly #errors = new CounterMap();
  readonly #health = new Map<string, ConnectionMetrics>();
  #total = 0;
  /** The statement of the last request: the next one is often the same. */
  #last: TrackedStatement | null = null;
  #lastEntry: StatementEntry = this.#others;

  /** @throws ConfigurationError */
  constructor(options?: InMemoryMetricsOptions);
  /**
   * @param timers - clock, for tests
   * @internal
   */
  constructor(options: InMemoryMetricsOptions | undefined, timers: Timers);
  constructor(options: InMemoryMetricsOptions = {}, timers: Timers = systemTimers) {
    this.#timers = timers;
    const reader = new OptionReader('', options, message);
    this.#ring = new RequestRing(reader.whole('maxEntries', 10_000, 1, 1_000_000));
    this.#maxStatements = reader.whole('maxStatements', 1_000, 1, 1_000_000);
    reader.end();
  }

  /** @internal Called by the middleware for each request that ends. */
  recordRequest(request: TrackedRequest, error: AsyncCassandraError | null): void {
    const { statement } = request;
    if (statement !== this.#last) {
      this.#lastEntry = this.#byStatement.get(statement) ?? this.#entryOf(request);
      this.#last = statement;
    }
    const ms = request.elapsedMs;
    this.#add(this.#lastEntry, ms, request.startedAtMs + ms, error === null);
    if (error !== null) this.#errors.add(errorType(error));
  }

  /** Takes a request that was made elsewhere. */
  recordQuery(metrics: QueryMetrics): void {
    const entry = this.#named(metrics.queryHash, metrics.query);
    this.#add(entry, metrics.durationMs, this.#timers.now(), metrics.success);
    if (!metrics.success) this.#errors.add(metrics.errorType ?? 'Error');
  }

  recordConnectionHealth(metrics: ConnectionMetrics): void {
    this.#health.delete(metrics.host);
    this.#health.set(metrics.host, metrics);
    if (this.#health.size > MAX_HOSTS) this.#health.delete([...this.#health.keys()][0] as string);
  }

  getStats(): InMemoryStats {
    const statements = [...this.#byHash.values(), ...(this.#others.count > 0 ? [this.#others] : [])];
    return {
      queryPerformance: this.#performance(),
      errorSummary: Object.fromEntries(Array.from(this.#errors, ([[type], count]) => [type as string, count])),
      topQueries: statements
        .sort((a, b) => b.count - a.count)
        .slice(0, TOP)
        .map(({ query, queryHash, count, errors, totalMs }) => ({
          query,
          queryHash,
          count,
          errors,
          avgDurationMs: totalMs / count,
        })),
      connectionHealth: Object.fromEntries(this.#health),
    };
  }

  #add(entry: StatementEntry, ms: number, endedAtMs: number, success: boolean): void {
    entry.count++;
    entry.totalMs += ms;
    if (!success) entry.errors++;
    this.#total++;
    this.#ring.add(ms, endedAtMs, success);
  }

  #entryOf(request: TrackedRequest): StatementEntry {
    const { query, hash } = this.#names.of(request);
    const entry = this.#named(hash, query);
    this.#byStatement.set(request.statement, entry);
    return entry;
  }

  #named(queryHash: string, query: string): StatementEntry {
    const known = this.#byHash.get(queryHash);
    if (known !== undefined) return known;
    if (this.#byHash.size >= this.#maxStatements) return this.#others;
    const entry = { query, queryHash, count: 0, errors: 0, totalMs: 0 };
    this.#byHash.set(queryHash, entry);
    return entry;
  }

  #performance(): QueryPerformance {
    const now = this.#timers.now();
    const micros = createHistogram();
    let [sum, succeeded, recent, lastMinute, oldest] = [0, 0, 0, 0, now];
    let [min, max] = [Infinity, 0];
    for (const { durationMs, endedAtMs, success } of this.#ring) {
      micros.record(Math.max(1, Math.round(durationMs * 1000)));
      sum += durationMs;
      if (durationMs < min) min = durationMs;
      if (durationMs > max) max = durationMs;
      if (success) succeeded++;
      if (now - endedAtMs <= 5 * MINUTE_MS) recent++;
      if (now - endedAtMs > MINUTE_MS) continue;
      lastMinute++;
      oldest = Math.min(oldest, endedAtMs);
    }
    const { length } = this.#ring;
    const percentile = (of: number): number => (length === 0 ? 0 : micros.percentile(of) / 1000);
    // A ring that does not reach back a minute tells the rate of the time that it does reach back.
    const isWhole = length < this.#total && lastMinute === length;
    const seconds = isWhole ? Math.max((now - oldest) / 1000, 0.001) : 60;
    return {
      totalQueries: this.#total,
      recentQueries5Min: recent,
      queriesPerSecond: lastMinute / seconds,
      avgDurationMs: length === 0 ? 0 : sum / length,
      minDurationMs: length === 0 ? 0 : min,
      maxDurationMs: max,
      p50DurationMs: percentile(50),
      p95DurationMs: percentile(95),
      p99DurationMs: percentile(99),
      successRate: length === 0 ? 1 : succeeded / length,
    };
  }
}

const message: OptionMessage = (path, requirement) => `Metrics option "${path}" ${requirement}`;
