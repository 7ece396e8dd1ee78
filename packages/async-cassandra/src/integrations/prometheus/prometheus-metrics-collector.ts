import { type Registry, register } from 'prom-client';
import { ConfigurationError } from '../../errors/index.ts';
import {
  metricDefinitions,
  type MetricFamily,
  type MetricsCollector,
  type MetricsSource,
} from '../../observability/index.ts';
import { scrapedMetric } from './scraped-metric.ts';

/** Options of the collector. */
export interface PrometheusMetricsOptions {
  /** Where the metrics are registered. Default: the registry of prom-client that all share. */
  readonly registry?: Registry | undefined;
  /** Put in front of all names, for example `orders_`. Default: nothing. */
  readonly prefix?: string | undefined;
  /** Labels of all metrics, for example `{ cluster: 'eu' }`; their values are part of every series. Default: none. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Shows all metrics of the driver in a registry of prom-client. It keeps no values of its own: when the registry is scraped it
 * reads the counters of the middleware that it was given to. A registry holds one collector of a prefix.
 */
export class PrometheusMetricsCollector implements MetricsCollector {
  readonly registry: Registry;
  readonly #names: readonly string[];
  #source: MetricsSource | null = null;
  /** What one scrape reads is read once for all metrics. */
  #scrape: ReadonlyMap<string, MetricFamily> | null = null;

  /** @throws ConfigurationError when the prefix or a label has no possible name, or the registry has these metrics already */
  constructor(options: PrometheusMetricsOptions = {}) {
    const { registry = register, prefix = '', labels = {} } = options;
    if (typeof registry?.registerMetric !== 'function')
      throw new ConfigurationError('registry', 'Metrics option "registry" must be a registry of prom-client');
    if (prefix !== '' && (typeof prefix !== 'string' || !NAME.test(prefix)))
      throw new ConfigurationError('prefix', 'Metrics option "prefix" must be the beginning of a metric name');
    for (const name of Object.keys(labels))
      if (!NAME.test(name) || name === 'le' || metricDefinitions.some((metric) => metric.labels.includes(name)))
        throw new ConfigurationError(`labels.${name}`, `Metrics option "labels.${name}" is no label that is free`);
    this.registry = registry;
    this.#names = metricDefinitions.map(({ name }) => prefix + name);
    const taken = this.#names.find((name) => registry.getSingleMetric(name) !== undefined);
    if (taken !== undefined)
      throw new ConfigurationError(
        'registry',
        `The registry has a metric ${taken} already; give this collector another registry or prefix`,
      );
    for (const definition of metricDefinitions) {
      const read = (): MetricFamily | undefined => this.#read().get(definition.name);
      registry.registerMetric(scrapedMetric(definition, prefix + definition.name, labels, read));
    }
  }

  /** @internal Called by the middleware. */
  attach(source: MetricsSource): void {
    if (this.#source !== null)
      throw new ConfigurationError(
        'metrics',
        'A PrometheusMetricsCollector belongs to one middleware; make another one',
      );
    this.#source = source;
  }

  /** The text that Prometheus scrapes: of the whole registry. */
  async getStats(): Promise<string> {
    return this.registry.metrics();
  }

  /** Takes the metrics out of the registry. */
  unregister(): void {
    for (const name of this.#names) this.registry.removeSingleMetric(name);
  }

  #read(): ReadonlyMap<string, MetricFamily> {
    if (this.#scrape !== null) return this.#scrape;
    const families = this.#source?.collect() ?? [];
    this.#scrape = new Map(families.map((family) => [family.definition.name, family]));
    // The registry asks all metrics in one step.
    queueMicrotask(() => {
      this.#scrape = null;
    });
    return this.#scrape;
  }
}
