export { DURATION_BUCKETS } from './metrics/bucket-histogram.ts';
export { createMetricsSystem, type MetricsSystemOptions } from './metrics/create-metrics-system.ts';
export { type ErrorCategory, errorCategory } from './metrics/error-category.ts';
export {
  InMemoryMetricsCollector,
  type InMemoryMetricsOptions,
  type InMemoryStats,
  type QueryPerformance,
  type StatementStats,
} from './metrics/in-memory-metrics-collector.ts';
export { type MetricCatalogue, metricCatalogue, metricDefinitions } from './metrics/metric-catalogue.ts';
export type { MetricName } from './metrics/metric-name.ts';
export type { HistogramSample, MetricDefinition, MetricFamily, MetricSample } from './metrics/metric-definition.ts';
export { MetricsMiddleware, type RecordedConnection, type RecordedQuery } from './metrics/metrics-middleware.ts';
export { normalizeQuery } from './metrics/normalize-query.ts';
export type { MeasuredSession } from './metrics/observed-sessions.ts';
export type {
  ConnectionMetrics,
  MetricsCollector,
  MetricsSource,
  QueryMetrics,
  QueryType,
} from './metrics/query-metrics.ts';
export type {
  CheckFailure,
  ClusterMetrics,
  ConnectionSummary,
  HostConnections,
  HostMetrics,
} from './monitoring/cluster-metrics.ts';
export { ConnectionMonitor } from './monitoring/connection-monitor.ts';
export type { CheckOptions, MonitorCallback, MonitorOptions, WarmupOptions } from './monitoring/monitor-options.ts';
export {
  createMonitoredSession,
  MonitoredSession,
  type MonitoredSessionOptions,
  type MonitoredSessionStats,
} from './monitoring/monitored-session.ts';
export type { WarmupFailure, WarmupReport } from './monitoring/warm-up.ts';
export type {
  StatusChange,
  StatusError,
  StatusNode,
  StatusNodeCondition,
  StatusSeries,
  StatusSnapshot,
  StatusTraffic,
} from './status-page/snapshot.ts';
export { SlowQueryLog, type SlowQueryLogOptions } from './slow-query-log.ts';
export { StatusPage, type StatusPageOptions, type StatusPageResponse } from './status-page/status-page.ts';
export type { StatusCluster, StatusSession } from './status-page/status-source.ts';
