/** What a rule must make of some series. */
export interface RuleCase {
  readonly alert: string;
  readonly name: string;
  /** In promtool's notation, every 15 seconds: `a+bxn` starts at a and goes up by b, n times. */
  readonly series: Readonly<Record<string, string>>;
  /** Labels of the alerts that fire at `at`, but for the severity. */
  readonly fires: readonly Readonly<Record<string, string>>[];
  readonly at: string;
}

/** Labels of one instance of the application. */
export const instanceA: Readonly<Record<string, string>> = { job: 'shop', instance: 'a' };

/** Labels of a node. */
export const node = (last: number): Readonly<Record<string, string>> => ({
  job: 'shop',
  datacenter: 'dc1',
  node: `10.0.0.${last}:9042`,
});

/** A series in Prometheus' notation. */
export const labelled = (metric: string, labels: Readonly<Record<string, string>>): string =>
  `${metric}{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;

/** Whether an instance is connected to a node. */
export const nodeUp = (last: number, instance = 'a'): string =>
  labelled('cassandra_node_up', { ...node(last), instance });

/** A series of the one instance. */
export const ofInstance = (metric: string, labels: Readonly<Record<string, string>> = {}): string =>
  labelled(metric, { ...instanceA, ...labels });

/** Latencies in buckets: all requests below a bound. */
export function latencies(
  metric: string,
  labels: Readonly<Record<string, string>>,
  boundSeconds: number,
): Record<string, string> {
  return Object.fromEntries(
    [0.01, 0.1, 1, Infinity].map((le) => [
      labelled(metric, { ...labels, le: le === Infinity ? '+Inf' : String(le) }),
      le >= boundSeconds ? '0+100x200' : '0x200',
    ]),
  );
}
