import type { SessionState } from '../../session/index.ts';
import type { Delivery } from './delivery.ts';
import { metricCatalogue } from './metric-catalogue.ts';
import type { MetricName } from './metric-name.ts';
import type { HistogramSample, MetricFamily, MetricSample } from './metric-definition.ts';
import { gaugesByNode, type NodeGauges } from './node-gauges.ts';
import type { GuardSums, ObservedGuards } from './observed-guards.ts';
import type { CounterSums, ObservedSessions } from './observed-sessions.ts';
import type { ConnectionMetrics } from './query-metrics.ts';
import type { RequestStatistics } from './request-statistics.ts';

/** Where metrics are read. */
export interface MetricsInputs {
  readonly statistics: RequestStatistics;
  readonly sessions: ObservedSessions;
  readonly guards: ObservedGuards;
  readonly delivery: Delivery;
  readonly health: ReadonlyMap<string, ConnectionMetrics>;
}

type Values = number | readonly MetricSample[] | { readonly histograms: readonly HistogramSample[] };
type Read = (inputs: Snapshot) => Values;

interface Snapshot extends MetricsInputs {
  readonly states: readonly SessionState[];
  readonly nodes: readonly NodeGauges[];
  readonly sums: CounterSums;
  readonly guardSums: GuardSums;
}

function total(of: (state: SessionState) => number): Read {
  return ({ states }) => states.reduce((sum, state) => sum + of(state), 0);
}

function perNode(of: (node: NodeGauges) => number): Read {
  return ({ nodes }) => nodes.map((node) => ({ labels: node.labels, value: of(node) }));
}

type NodeTotal =
  | 'bytesSent'
  | 'bytesReceived'
  | 'connectionsOpened'
  | 'connectionsClosed'
  | 'connectionErrors'
  | 'authenticationErrors';

function nodeTotal(of: NodeTotal): Read {
  return ({ sums }) =>
    Array.from(sums.nodes.values(), (node) => ({
      labels: { node: node.endPoint, datacenter: node.dataCenter },
      value: node[of],
    }));
}

function guardTotal(of: keyof GuardSums['counts']): Read {
  return ({ guardSums }) => guardSums.counts[of];
}

/** @param by - what is counted, by the label's value */
function guardTotals(label: string, by: Readonly<Record<string, keyof GuardSums['counts']>>): Read {
  return ({ guardSums }) =>
    Object.entries(by).map(([value, of]) => ({ labels: { [label]: value }, value: guardSums.counts[of] }));
}

function labelled(
  names: readonly string[],
  counts: (inputs: Snapshot) => Iterable<readonly [readonly string[], number]>,
): Read {
  return (inputs) =>
    Array.from(counts(inputs), ([values, value]) => ({
      labels: Object.fromEntries(names.map((name, i) => [name, values[i] as string])),
      value,
    }));
}

function healthOf({ health, nodes }: Snapshot): MetricSample[] {
  const hosts = new Map<string, number>();
  // What no monitor has looked at is as healthy as the driver takes it for.
  for (const node of nodes) hosts.set(node.labels.node, Number(node.isUp));
  for (const { host, isHealthy } of health.values()) hosts.set(host, Number(isHealthy));
  return Array.from(hosts, ([host, value]) => ({ labels: { host }, value }));
}

/** How each metric of the catalogue is read: none is missing, or the types do not match. */
const READERS: { readonly [K in MetricName]: Read } = {
  cassandra_query_duration_seconds: ({ statistics }) => ({
    histograms: Array.from(statistics.durations(), ([query_type, success, histogram]) =>
      histogram.sample({ query_type, success: success ? 'success' : 'failure' }),
    ),
  }),
  cassandra_queries_total: ({ statistics }) =>
    Array.from(statistics.durations(), ([query_type, success, { count }]) => ({
      labels: { query_type, success: success ? 'success' : 'failure' },
      value: count,
    })),
  cassandra_errors_total: labelled(['error_type', 'category'], ({ statistics }) => statistics.errors),
  cassandra_connection_healthy: healthOf,
  cassandra_client_timeouts_total: ({ statistics }) => statistics.clientTimeouts,
  cassandra_aborted_requests_total: ({ statistics }) => statistics.aborted,
  cassandra_retries_total: labelled(['reason'], ({ statistics }) => statistics.retries),
  cassandra_ignored_errors_total: labelled(['reason'], ({ statistics }) => statistics.ignoredErrors),
  cassandra_speculative_executions_total: ({ statistics }) => statistics.speculativeExecutions,
  cassandra_rows_total: ({ statistics }) => statistics.rows,
  cassandra_queue_delay_seconds: ({ statistics }) => ({ histograms: [statistics.queueDelays.sample({})] }),
  cassandra_queue_rejections_total: ({ statistics }) => statistics.queueRejections,
  cassandra_streams_total: labelled(['kind', 'ending'], ({ statistics }) => statistics.streams),
  cassandra_sessions: ({ states }) => states.length,
  cassandra_active_operations: total((state) => state.activeOperations),
  cassandra_in_flight_requests: total((state) => state.inFlight),
  cassandra_queued_requests: total((state) => state.queued),
  cassandra_open_streams: total((state) => state.openStreams),
  cassandra_prepared_statements: total((state) => state.preparedStatements),
  cassandra_prepared_cache_hits_total: ({ sums }) => sums.preparedHits,
  cassandra_prepared_cache_misses_total: ({ sums }) => sums.preparedMisses,
  cassandra_connected_nodes: ({ nodes }) => nodes.filter((node) => node.openConnections > 0).length,
  cassandra_node_up: perNode((node) => Number(node.isUp)),
  cassandra_node_request_duration_seconds: ({ statistics }) => ({
    histograms: Array.from(statistics.nodes, ({ node, durations }) =>
      durations.sample({ node: node.endPoint, datacenter: node.dataCenter }),
    ),
  }),
  cassandra_node_errors_total: labelled(['node', 'datacenter', 'category'], ({ statistics }) => statistics.nodeErrors),
  cassandra_node_open_connections: perNode((node) => node.openConnections),
  cassandra_node_in_flight_requests: perNode((node) => node.inFlight),
  cassandra_node_orphaned_stream_ids: perNode((node) => node.orphaned),
  cassandra_node_available_stream_ids: perNode((node) => node.available),
  cassandra_node_buffered_bytes: perNode((node) => node.bufferedBytes),
  cassandra_node_bytes_sent_total: nodeTotal('bytesSent'),
  cassandra_node_bytes_received_total: nodeTotal('bytesReceived'),
  cassandra_node_connections_opened_total: nodeTotal('connectionsOpened'),
  cassandra_node_connections_closed_total: nodeTotal('connectionsClosed'),
  cassandra_node_connection_errors_total: nodeTotal('connectionErrors'),
  cassandra_node_authentication_errors_total: nodeTotal('authenticationErrors'),
  cassandra_rate_limit_permitted_total: guardTotal('admitted'),
  cassandra_rate_limit_rejected_total: guardTotals('reason', { queue_full: 'refusedFull', queue_time: 'refusedLate' }),
  cassandra_rate_limit_given_up_total: guardTotals('reason', { timeout: 'timedOut', aborted: 'aborted' }),
  cassandra_rate_limit_waited_total: guardTotal('waited'),
  cassandra_rate_limit_wait_seconds_total: ({ guardSums }) => guardSums.counts.waitedMs / 1000,
  cassandra_rate_limit_waiting_requests: ({ guardSums }) => guardSums.queued,
  cassandra_rate_limit_in_flight_requests: ({ guardSums }) => guardSums.inFlight,
  cassandra_circuit_breakers: ({ guardSums: { breakers } }) => [
    { labels: { state: 'closed' }, value: breakers.closed },
    { labels: { state: 'open' }, value: breakers.open },
    { labels: { state: 'half_open' }, value: breakers.halfOpen },
  ],
  cassandra_circuit_breaker_opened_total: guardTotal('opened'),
  cassandra_circuit_breaker_rejected_total: guardTotal('refused'),
  cassandra_circuit_breaker_requests_total: guardTotals('verdict', {
    succeeded: 'succeeded',
    failed: 'failed',
    excused: 'excused',
  }),
  cassandra_circuit_breaker_probes_total: guardTotal('probes'),
  cassandra_metrics_dropped_total: ({ delivery }) => delivery.dropped,
  cassandra_metrics_failures_total: ({ delivery, sums }) => delivery.failures + sums.trackerFailures,
};

/** Reads all metrics. */
export function collectMetrics(inputs: MetricsInputs): MetricFamily[] {
  const states = inputs.sessions.states();
  const snapshot = {
    ...inputs,
    states,
    nodes: gaugesByNode(states),
    sums: inputs.sessions.sums(),
    guardSums: inputs.guards.sums(),
  };
  return (Object.keys(READERS) as MetricName[]).map((name) => {
    const definition = metricCatalogue[name];
    const values = READERS[name](snapshot);
    if (typeof values === 'number') return { definition, samples: [{ labels: {}, value: values }], histograms: [] };
    if ('histograms' in values) return { definition, samples: [], histograms: joined(values.histograms) };
    return { definition, samples: joinedSamples(values), histograms: [] };
  });
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return Object.values(labels).join('\0');
}

/** Two nodes may have had one address, one after the other: series must not come twice. */
function joinedSamples(samples: readonly MetricSample[]): MetricSample[] {
  const joint = new Map<string, MetricSample>();
  for (const sample of samples) {
    const key = keyOf(sample.labels);
    const known = joint.get(key);
    joint.set(key, known === undefined ? sample : { labels: sample.labels, value: known.value + sample.value });
  }
  return [...joint.values()];
}

function joined(samples: readonly HistogramSample[]): HistogramSample[] {
  const joint = new Map<string, HistogramSample>();
  for (const sample of samples) {
    const key = keyOf(sample.labels);
    const known = joint.get(key);
    joint.set(key, known === undefined ? sample : sumOf(known, sample));
  }
  return [...joint.values()];
}

function sumOf(a: HistogramSample, b: HistogramSample): HistogramSample {
  return {
    labels: b.labels,
    cumulative: b.cumulative.map((count, i) => count + (a.cumulative[i] as number)),
    sum: a.sum + b.sum,
    count: a.count + b.count,
  };
}
