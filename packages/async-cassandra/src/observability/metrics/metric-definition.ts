/** What a metric is: the documentation, the exporters, the dashboards and the alerts all go by these. */
export interface MetricDefinition {
  /** As Prometheus knows it. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly unit:
    | 'seconds'
    | 'bytes'
    | 'requests'
    | 'connections'
    | 'stream ids'
    | 'rows'
    | 'streams'
    | 'statements'
    | 'nodes'
    | 'breakers'
    | 'bool'
    | 'events';
  readonly labels: readonly string[];
  /** One sentence. */
  readonly help: string;
}

/** One value, by its labels. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One histogram, by its labels. */
export interface HistogramSample {
  readonly labels: Readonly<Record<string, string>>;
  /** How many values did not exceed the bound of the same place; the last one is for all values. */
  readonly cumulative: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** A metric and its values at one moment. */
export interface MetricFamily {
  readonly definition: MetricDefinition;
  /** Of counters and gauges. */
  readonly samples: readonly MetricSample[];
  /** Of histograms. */
  readonly histograms: readonly HistogramSample[];
}
