import { ConfigurationError } from '../../errors/index.ts';
import { InMemoryMetricsCollector, type InMemoryMetricsOptions } from './in-memory-metrics-collector.ts';
import { MetricsMiddleware } from './metrics-middleware.ts';
import type { MetricsCollector } from './query-metrics.ts';

/** Options of `createMetricsSystem`. */
export interface MetricsSystemOptions {
  /** `memory`: with an `InMemoryMetricsCollector` (default); `none`: only with the given collectors. */
  readonly backend?: 'memory' | 'none' | undefined;
  readonly memory?: InMemoryMetricsOptions | undefined;
  /** More collectors, for example a `PrometheusMetricsCollector`. */
  readonly collectors?: readonly MetricsCollector[] | undefined;
}

/**
 * A middleware with its collectors, ready to be given to a cluster as the option `metrics`.
 * @throws ConfigurationError
 */
export function createMetricsSystem(options: MetricsSystemOptions = {}): MetricsMiddleware {
  const { backend = 'memory', memory, collectors = [] } = options;
  if (backend !== 'memory' && backend !== 'none')
    throw new ConfigurationError('backend', 'Metrics option "backend" must be "memory" or "none"');
  const own = backend === 'memory' ? [new InMemoryMetricsCollector(memory)] : [];
  return new MetricsMiddleware([...own, ...collectors]);
}
