import { Counter, Gauge, Histogram, type Metric } from 'prom-client';
import { DURATION_BUCKETS, type MetricDefinition, type MetricFamily } from '../../observability/index.ts';

type Labels = Readonly<Record<string, string | number>>;

interface ScrapedValue {
  readonly labels: Labels;
  readonly value: number;
  /** The name of the line, where it is not that of the metric. */
  readonly metricName?: string;
}

/** What a registry asks a metric for. */
interface Scraped {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly ScrapedValue[];
  readonly aggregator: string;
}

/** A metric for a registry that holds no values: they are read when somebody scrapes. */
export function scrapedMetric(
  definition: MetricDefinition,
  name: string,
  labels: Readonly<Record<string, string>>,
  read: () => MetricFamily | undefined,
): Metric {
  const configuration = {
    name,
    help: definition.help,
    labelNames: [...definition.labels, ...Object.keys(labels)],
    registers: [],
  };
  const metric =
    definition.type === 'counter'
      ? new Counter(configuration)
      : definition.type === 'gauge'
        ? new Gauge(configuration)
        : new Histogram({ ...configuration, buckets: [...DURATION_BUCKETS] });
  const get = (): Promise<Scraped> => {
    const family = read();
    const values = family === undefined ? [] : valuesOf(family, name, labels);
    const type = definition.type;
    return Promise.resolve({ name, help: definition.help, type, values, aggregator: 'sum' });
  };
  // Histograms have another method for texts.
  return Object.assign(metric, { get, getForPromString: get });
}

function valuesOf(family: MetricFamily, name: string, labels: Labels): ScrapedValue[] {
  const values: ScrapedValue[] = family.samples.map((sample) => ({
    labels: { ...sample.labels, ...labels },
    value: sample.value,
  }));
  for (const { labels: own, cumulative, sum, count } of family.histograms) {
    const all = { ...own, ...labels };
    for (const [i, bound] of [...DURATION_BUCKETS, '+Inf'].entries())
      values.push({ labels: { le: bound, ...all }, value: cumulative[i] as number, metricName: `${name}_bucket` });
    values.push({ labels: all, value: sum, metricName: `${name}_sum` });
    values.push({ labels: all, value: count, metricName: `${name}_count` });
  }
  return values;
}
