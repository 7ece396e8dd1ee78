export { PrometheusMetricsCollector, type PrometheusMetricsOptions } from './prometheus-metrics-collector.ts';
