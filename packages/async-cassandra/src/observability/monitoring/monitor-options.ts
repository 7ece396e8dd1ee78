import type { Logger } from '../../diagnostics/index.ts';
import { type OptionMessage, OptionReader } from '../../errors/index.ts';
import type { MetricsMiddleware } from '../metrics/metrics-middleware.ts';
import type { ClusterMetrics } from './cluster-metrics.ts';

/** Options of a `ConnectionMonitor`. */
export interface MonitorOptions {
  /** Milliseconds from the end of one round of checks to the next. Default 30 000. */
  readonly intervalMs?: number | undefined;
  /** How long one node may take to answer a check, in milliseconds. Default 5 000. */
  readonly checkTimeoutMs?: number | undefined;
  /** Nodes that are checked at the same time. Default 16. */
  readonly maxConcurrentChecks?: number | undefined;
  /** Rounds that are remembered. Default 100; 0: none. */
  readonly historySize?: number | undefined;
  /** Told how each node is, for `cassandra_connection_healthy` and collectors that record the health of connections. */
  readonly metrics?: Pick<MetricsMiddleware, 'recordConnectionMetrics'> | undefined;
  /** Told about callbacks that throw, and of rounds that fail. Default: nobody is. */
  readonly logger?: Logger | undefined;
}

/** Options of `warmupConnections`. */
export interface WarmupOptions {
  /** Texts to prepare on every node that is connected. */
  readonly statements?: readonly string[] | undefined;
  /** Statements that are being prepared at the same time. Default 16. */
  readonly concurrency?: number | undefined;
  /** Bounds the whole warm-up, in milliseconds. Default 10 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Bounds of one check, or of one round of them. */
export interface CheckOptions {
  /** How long a node may take to answer, in milliseconds. Default: `checkTimeoutMs` of the monitor. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Told about each round of checks. What it throws, or rejects with, is logged and does no harm. */
export type MonitorCallback = (metrics: ClusterMetrics) => unknown;

/** Reads options of a monitor, of one of its checks, or of warming up. */
export function readerOf(what: string, options: unknown): OptionReader {
  const message: OptionMessage = (path, requirement) => `Option "${path}" of ${what} ${requirement}`;
  return new OptionReader('', options, message);
}
