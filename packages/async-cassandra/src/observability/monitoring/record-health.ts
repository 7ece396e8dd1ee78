import type { MetricsMiddleware } from '../metrics/metrics-middleware.ts';
import type { ClusterMetrics } from './cluster-metrics.ts';

/** Tells metrics how the nodes are. A node that has not answered has a response time of 0 and an error. */
export function recordHealth(
  metrics: Pick<MetricsMiddleware, 'recordConnectionMetrics'>,
  { hosts }: ClusterMetrics,
): void {
  for (const { address, latencyMs, lastError } of hosts)
    metrics.recordConnectionMetrics({
      host: address,
      isHealthy: lastError === null,
      responseTimeMs: latencyMs ?? 0,
      errorCount: lastError === null ? 0 : 1,
    });
}
