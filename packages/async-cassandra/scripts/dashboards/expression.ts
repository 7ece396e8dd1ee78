import type { MetricDefinition } from '../../src/observability/metrics/metric-definition.ts';
import { metricDefinitions } from '../../src/observability/metrics/metric-catalogue.ts';

const SUFFIXES: Readonly<Record<MetricDefinition['type'], readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

/** Labels that Prometheus itself gives to what it scrapes. */
const SCRAPED = ['job', 'instance'];

/** The series that Prometheus has of the catalogue, with the metric and its labels. */
const series: ReadonlyMap<string, { readonly metric: MetricDefinition; readonly labels: ReadonlySet<string> }> =
  new Map(
    metricDefinitions.flatMap((metric) =>
      SUFFIXES[metric.type].map((suffix) => [
        `${metric.name}${suffix}`,
        { metric, labels: new Set([...SCRAPED, ...metric.labels, ...(suffix === '_bucket' ? ['le'] : [])]) },
      ]),
    ),
  );

/**
 * The metrics that a PromQL expression reads.
 * @throws Error when it names a series that is not exported, or a label that none of its series has
 */
export function metricsOf(expression: string): ReadonlySet<string> {
  const found = new Set<string>();
  const labels = new Set<string>(['le']);
  for (const [name, , matchers = ''] of expression.matchAll(/cassandra_\w+(\{([^}]*)\})?/g)) {
    const known = series.get(name.replace(/\{.*/s, ''));
    if (known === undefined) throw new Error(`There is no series ${name}: ${expression}`);
    found.add(known.metric.name);
    for (const label of known.labels) labels.add(label);
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
      if (!known.labels.has(label)) throw new Error(`${known.metric.name} has no label ${label}: ${expression}`);
    }
  }
  if (found.size === 0) throw new Error(`It reads no metric: ${expression}`);
  for (const [, names = ''] of expression.matchAll(/\b(?:by|on|without|ignoring|group_left)\s*\(([^)]*)\)/g)) {
    for (const label of names.split(',').map((text) => text.trim())) {
      if (label !== '' && !labels.has(label)) throw new Error(`No series has the label ${label}: ${expression}`);
    }
  }
  return found;
}

/** Label matchers that narrow a metric down to what the dashboard's variables choose. */
export function chosen(metric: MetricDefinition): string {
  const matchers = ['job=~"$job"', 'instance=~"$instance"'];
  if (metric.labels.includes('datacenter')) matchers.push('datacenter=~"$datacenter"');
  if (metric.labels.includes('node')) matchers.push('node=~"$node"');
  return matchers.join(',');
}
