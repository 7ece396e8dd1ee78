import type { Logger } from '../../diagnostics/index.ts';
import { ConfigurationError } from '../../errors/index.ts';
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

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Refuses names that are no options. */
export function checkNames(what: string, options: object, names: readonly string[]): void {
  for (const name of Object.keys(options))
    if (!names.includes(name))
      throw new ConfigurationError(name, `Option "${name}" of ${what} is unknown; check its spelling`);
}

/** A number of milliseconds, or the default. */
export function millisecondsOf(name: string, value: unknown, absent: number): number {
  if (value === undefined) return absent;
  if (typeof value !== 'number' || !(value > 0 && value <= LONGEST_TIMER_MS))
    throw new ConfigurationError(name, `Option "${name}" must be milliseconds above 0 and below 2^31; check its value`);
  return value;
}

/** A whole number, or the default. */
export function wholeOf(name: string, value: unknown, absent: number, min: number, max: number): number {
  if (value === undefined) return absent;
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
    throw new ConfigurationError(
      name,
      `Option "${name}" must be a whole number from ${min} to ${max}; check its value`,
    );
  return value as number;
}
