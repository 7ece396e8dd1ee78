import { metricCatalogue } from '../../src/observability/metrics/metric-catalogue.ts';
import type { MetricName } from '../../src/observability/metrics/metric-name.ts';
import type { MetricDefinition } from '../../src/observability/metrics/metric-definition.ts';
import { chosen } from './expression.ts';

/** One query of a panel. */
export interface Target {
  readonly expression: string;
  /** How its lines are called; `{{node}}` is the value of a label. */
  readonly legend: string;
}

/** What a panel shows. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly kind: 'timeseries' | 'stat' | 'states';
  /** As Grafana calls it. */
  readonly unit: string;
  readonly targets: readonly Target[];
  readonly threshold?: number;
}

const WINDOW = '[$__rate_interval]';

function selector(name: MetricName, suffix: string, extra: string): string {
  const matchers = [chosen(metricCatalogue[name]), extra].filter((text) => text !== '').join(',');
  return `${name}${suffix}{${matchers}}`;
}

/** `sum by (...)`, or `sum` of everything. */
function summed(by: readonly string[], expression: string): string {
  return by.length === 0 ? `sum(${expression})` : `sum by (${by.join(', ')}) (${expression})`;
}

/** How often a counter, or what a histogram counts, goes up in a second. */
export function rate(name: MetricName, by: readonly string[] = [], extra = ''): string {
  const suffix = metricCatalogue[name].type === 'histogram' ? '_count' : '';
  return summed(by, `rate(${selector(name, suffix, extra)}${WINDOW})`);
}

/** The sum of a gauge. */
export function total(name: MetricName, by: readonly string[] = []): string {
  return summed(by, selector(name, '', ''));
}

/** What a share of the values of a histogram did not exceed. */
export function quantile(share: number, name: MetricName, by: readonly string[] = []): string {
  return `histogram_quantile(${share}, ${summed(['le', ...by], `rate(${selector(name, '_bucket', '')}${WINDOW})`)})`;
}

/** A metric as it is, with the smallest of what all instances say. */
export function lowest(name: MetricName, by: readonly string[]): string {
  return `min by (${by.join(', ')}) (${selector(name, '', '')})`;
}

/** One part of another; nothing where the other is 0. */
export function ratio(part: string, whole: string): string {
  return `${part} / (${whole} > 0)`;
}

/** The name of lines that differ in some labels. */
export function legendOf(labels: readonly string[], fallback: string): string {
  return labels.length === 0 ? fallback : labels.map((label) => `{{${label}}}`).join(' ');
}

/** The unit that Grafana shows a metric in: of counters and histograms' counts by the second. */
export function unitOf({ unit, type }: MetricDefinition): string {
  if (unit === 'seconds') return 's';
  if (unit === 'bytes') return type === 'counter' ? 'Bps' : 'bytes';
  return type === 'counter' ? 'cps' : 'short';
}

/** What a metric is shown as when nobody has said how. */
export function defaultPanel(metric: MetricDefinition): Panel {
  const name = metric.name as MetricName;
  const by = metric.labels.filter((label) => label !== 'datacenter');
  const words = name
    .replace(/^cassandra_/, '')
    .replace(/_(total|seconds)$/, '')
    .replaceAll('_', ' ');
  const expression =
    metric.type === 'histogram'
      ? quantile(0.99, name, by)
      : metric.type === 'counter'
        ? rate(name, by)
        : total(name, by);
  return {
    title: words.charAt(0).toUpperCase() + words.slice(1),
    description: metric.help,
    kind: 'timeseries',
    unit: unitOf(metric),
    targets: [{ expression, legend: legendOf(by, metric.type === 'histogram' ? 'p99' : 'all') }],
  };
}
