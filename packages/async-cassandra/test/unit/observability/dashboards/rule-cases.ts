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

const A = { job: 'shop', instance: 'a' };
const node = (last: number): Readonly<Record<string, string>> => ({
  job: 'shop',
  datacenter: 'dc1',
  node: `10.0.0.${last}:9042`,
});
const at = (metric: string, labels: Readonly<Record<string, string>>): string =>
  `${metric}{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;
const up = (last: number, instance = 'a'): string => at('cassandra_node_up', { ...node(last), instance });
const of = (metric: string, labels: Readonly<Record<string, string>> = {}): string => at(metric, { ...A, ...labels });
const failed = of('cassandra_queries_total', { query_type: 'SELECT', success: 'failure' });
const succeeded = of('cassandra_queries_total', { query_type: 'SELECT', success: 'success' });

/** Latencies of a node: all requests of it below a bound. */
function latencies(
  metric: string,
  labels: Readonly<Record<string, string>>,
  boundSeconds: number,
): Record<string, string> {
  return Object.fromEntries(
    [0.01, 0.1, 1, Infinity].map((le) => [
      at(metric, { ...labels, le: le === Infinity ? '+Inf' : String(le) }),
      le >= boundSeconds ? '0+100x200' : '0x200',
    ]),
  );
}

const NODE_LATENCY = 'cassandra_node_request_duration_seconds_bucket';

/** For each alert at least one case in which it fires and one, next to it, in which it must not. */
export const ruleCases: readonly RuleCase[] = [
  {
    alert: 'CassandraNodeDown',
    name: 'all instances see it',
    series: { [up(1)]: '1x40', [up(2)]: '1x8 0x32', [up(2, 'b')]: '1x8 0x32' },
    fires: [node(2)],
    at: '4m',
  },
  {
    alert: 'CassandraNodeDown',
    name: 'one of two sees it',
    series: { [up(2)]: '0x40', [up(2, 'b')]: '1x40' },
    fires: [],
    at: '9m',
  },
  { alert: 'CassandraNodeDown', name: 'too short', series: { [up(2)]: '1x8 0x2 1x20' }, fires: [], at: '4m' },
  {
    alert: 'CassandraSeveralNodesDown',
    name: 'two of three',
    series: { [up(1)]: '1x40', [up(2)]: '0x40', [up(3)]: '0x40' },
    fires: [{ job: 'shop', datacenter: 'dc1' }],
    at: '2m',
  },
  {
    alert: 'CassandraSeveralNodesDown',
    name: 'one of three',
    series: { [up(1)]: '1x40', [up(2)]: '0x40', [up(3)]: '1x40' },
    fires: [],
    at: '2m',
  },
  {
    alert: 'CassandraNodeUnreachable',
    name: 'one of two instances',
    series: { [up(2)]: '0x40', [up(2, 'b')]: '1x40' },
    fires: [node(2)],
    at: '8m',
  },
  {
    alert: 'CassandraNodeUnreachable',
    name: 'all',
    series: { [up(2)]: '0x40', [up(2, 'b')]: '0x40' },
    fires: [],
    at: '8m',
  },
  {
    alert: 'CassandraNoNodeConnected',
    name: 'with a session',
    series: { [of('cassandra_connected_nodes')]: '3x4 0x40', [of('cassandra_sessions')]: '1x44' },
    fires: [A],
    at: '4m',
  },
  {
    alert: 'CassandraNoNodeConnected',
    name: 'without a session',
    series: { [of('cassandra_connected_nodes')]: '0x44', [of('cassandra_sessions')]: '0x44' },
    fires: [],
    at: '4m',
  },
  {
    alert: 'CassandraNodeSlow',
    name: 'one of three',
    series: {
      ...latencies(NODE_LATENCY, { ...node(1), instance: 'a' }, 0.01),
      ...latencies(NODE_LATENCY, { ...node(2), instance: 'a' }, 1),
      ...latencies(NODE_LATENCY, { ...node(3), instance: 'a' }, 0.01),
    },
    fires: [node(2)],
    at: '20m',
  },
  {
    alert: 'CassandraNodeSlow',
    name: 'all of three',
    series: {
      ...latencies(NODE_LATENCY, { ...node(1), instance: 'a' }, 1),
      ...latencies(NODE_LATENCY, { ...node(2), instance: 'a' }, 1),
      ...latencies(NODE_LATENCY, { ...node(3), instance: 'a' }, 1),
    },
    fires: [],
    at: '20m',
  },
  {
    alert: 'CassandraHealthCheckFailing',
    name: 'for two minutes',
    series: { [of('cassandra_connection_healthy', { host: '10.0.0.2' })]: '0x40' },
    fires: [{ ...A, host: '10.0.0.2' }],
    at: '3m',
  },
  {
    alert: 'CassandraHealthCheckFailing',
    name: 'healthy',
    series: { [of('cassandra_connection_healthy', { host: '10.0.0.2' })]: '1x40' },
    fires: [],
    at: '3m',
  },
  {
    alert: 'CassandraErrors',
    name: 'two in a hundred',
    series: { [failed]: '0+2x80', [succeeded]: '0+98x80' },
    fires: [A],
    at: '15m',
  },
  {
    alert: 'CassandraErrors',
    name: 'one in two hundred',
    series: { [failed]: '0+1x80', [succeeded]: '0+199x80' },
    fires: [],
    at: '15m',
  },
  {
    alert: 'CassandraErrors',
    name: 'nothing is asked',
    series: { [failed]: '5x80', [succeeded]: '9x80' },
    fires: [],
    at: '15m',
  },
  {
    alert: 'CassandraMostRequestsFail',
    name: 'three in four',
    series: { [failed]: '0+3x80', [succeeded]: '0+1x80' },
    fires: [A],
    at: '10m',
  },
  {
    alert: 'CassandraMostRequestsFail',
    name: 'one in four',
    series: { [failed]: '0+1x80', [succeeded]: '0+3x80' },
    fires: [],
    at: '10m',
  },
  {
    alert: 'CassandraSlow',
    name: 'p99 of a second',
    series: latencies('cassandra_query_duration_seconds_bucket', { ...A, query_type: 'SELECT' }, 1),
    fires: [A],
    at: '20m',
  },
  {
    alert: 'CassandraSlow',
    name: 'p99 of 100 ms',
    series: latencies('cassandra_query_duration_seconds_bucket', { ...A, query_type: 'SELECT' }, 0.1),
    fires: [],
    at: '20m',
  },
  {
    alert: 'CassandraClientTimeouts',
    name: 'two in a hundred',
    series: { [of('cassandra_client_timeouts_total')]: '0+2x80', [succeeded]: '0+100x80' },
    fires: [A],
    at: '15m',
  },
  {
    alert: 'CassandraClientTimeouts',
    name: 'none',
    series: { [of('cassandra_client_timeouts_total')]: '0x80', [succeeded]: '0+100x80' },
    fires: [],
    at: '15m',
  },
  {
    alert: 'CassandraManyRetries',
    name: 'one in five',
    series: { [of('cassandra_retries_total', { reason: 'overloaded' })]: '0+20x80', [succeeded]: '0+100x80' },
    fires: [A],
    at: '15m',
  },
  {
    alert: 'CassandraManyRetries',
    name: 'one in twenty',
    series: { [of('cassandra_retries_total', { reason: 'overloaded' })]: '0+5x80', [succeeded]: '0+100x80' },
    fires: [],
    at: '15m',
  },
  {
    alert: 'CassandraRequestsQueued',
    name: 'all the time',
    series: { [of('cassandra_queued_requests')]: '5x40' },
    fires: [A],
    at: '5m',
  },
  {
    alert: 'CassandraRequestsQueued',
    name: 'now and then',
    series: { [of('cassandra_queued_requests')]: '5 5 0 5 5 5 0 5 5 5 0 5 5 5 0 5 5 5 0 5 5 5 0 5' },
    fires: [],
    at: '5m',
  },
  {
    alert: 'CassandraRequestsRefused',
    name: 'some',
    series: { [of('cassandra_queue_rejections_total')]: '0+1x80' },
    fires: [A],
    at: '5m',
  },
  {
    alert: 'CassandraRequestsRefused',
    name: 'none any more',
    series: { [of('cassandra_queue_rejections_total')]: '7x80' },
    fires: [],
    at: '5m',
  },
  {
    alert: 'CassandraRateLimited',
    name: 'for two reasons',
    series: {
      [of('cassandra_rate_limit_rejected_total', { reason: 'queue_full' })]: '0+1x80',
      [of('cassandra_rate_limit_rejected_total', { reason: 'queue_time' })]: '0+2x80',
    },
    fires: [A],
    at: '6m',
  },
  {
    alert: 'CassandraRateLimited',
    name: 'none any more',
    series: { [of('cassandra_rate_limit_rejected_total', { reason: 'queue_full' })]: '9x80' },
    fires: [],
    at: '6m',
  },
  {
    alert: 'CassandraCircuitOpen',
    name: 'one of two, which tries now and then',
    series: {
      [of('cassandra_circuit_breakers', { state: 'closed' })]: '2x4 1x40',
      [of('cassandra_circuit_breakers', { state: 'open' })]: '0x4 1x3 0 1x40',
      [of('cassandra_circuit_breakers', { state: 'half_open' })]: '0x4 0x3 1 0x40',
    },
    fires: [A],
    at: '3m',
  },
  {
    alert: 'CassandraCircuitOpen',
    name: 'closed again',
    series: {
      [of('cassandra_circuit_breakers', { state: 'closed' })]: '0x2 1x40',
      [of('cassandra_circuit_breakers', { state: 'open' })]: '1x2 0x40',
    },
    fires: [],
    at: '3m',
  },
  {
    alert: 'CassandraConnectionsFull',
    name: 'almost',
    series: {
      [at('cassandra_node_available_stream_ids', { ...node(1), instance: 'a' })]: '5x40',
      [at('cassandra_node_in_flight_requests', { ...node(1), instance: 'a' })]: '90x40',
      [at('cassandra_node_orphaned_stream_ids', { ...node(1), instance: 'a' })]: '5x40',
    },
    fires: [{ ...node(1), instance: 'a' }],
    at: '5m',
  },
  {
    alert: 'CassandraConnectionsFull',
    name: 'half',
    series: {
      [at('cassandra_node_available_stream_ids', { ...node(1), instance: 'a' })]: '50x40',
      [at('cassandra_node_in_flight_requests', { ...node(1), instance: 'a' })]: '50x40',
      [at('cassandra_node_orphaned_stream_ids', { ...node(1), instance: 'a' })]: '0x40',
    },
    fires: [],
    at: '5m',
  },
  {
    alert: 'CassandraOrphanedRequests',
    name: 'many',
    series: { [at('cassandra_node_orphaned_stream_ids', { ...node(1), instance: 'a' })]: '150x60' },
    fires: [{ ...node(1), instance: 'a' }],
    at: '8m',
  },
  {
    alert: 'CassandraOrphanedRequests',
    name: 'few',
    series: { [at('cassandra_node_orphaned_stream_ids', { ...node(1), instance: 'a' })]: '50x60' },
    fires: [],
    at: '8m',
  },
  {
    alert: 'CassandraManyStreamsOpen',
    name: 'for a quarter of an hour',
    series: { [of('cassandra_open_streams')]: '2000x80' },
    fires: [A],
    at: '20m',
  },
  {
    alert: 'CassandraManyStreamsOpen',
    name: 'a peak',
    series: { [of('cassandra_open_streams')]: '10x40 2000x40' },
    fires: [],
    at: '20m',
  },
  {
    alert: 'CassandraStreamsForgotten',
    name: 'one',
    series: { [of('cassandra_streams_total', { kind: 'stream', ending: 'forgotten' })]: '0x20 1x60' },
    fires: [A],
    at: '20m',
  },
  {
    alert: 'CassandraStreamsForgotten',
    name: 'completed',
    series: { [of('cassandra_streams_total', { kind: 'stream', ending: 'completed' })]: '0+5x80' },
    fires: [],
    at: '20m',
  },
  {
    alert: 'CassandraStatementsPreparedAgain',
    name: 'each time',
    series: {
      [of('cassandra_prepared_cache_misses_total')]: '0+50x140',
      [of('cassandra_prepared_cache_hits_total')]: '0+50x140',
    },
    fires: [A],
    at: '34m',
  },
  {
    alert: 'CassandraStatementsPreparedAgain',
    name: 'hardly ever',
    series: {
      [of('cassandra_prepared_cache_misses_total')]: '0+1x140',
      [of('cassandra_prepared_cache_hits_total')]: '0+99x140',
    },
    fires: [],
    at: '34m',
  },
  {
    alert: 'CassandraConnectionsUnstable',
    name: 'of a node that is up',
    series: {
      [up(1)]: '1x80',
      [at('cassandra_node_connections_closed_total', { ...node(1), instance: 'a' })]: '0+1x80',
    },
    fires: [node(1)],
    at: '20m',
  },
  {
    alert: 'CassandraConnectionsUnstable',
    name: 'of a node that is down',
    series: {
      [up(1)]: '0x80',
      [at('cassandra_node_connections_closed_total', { ...node(1), instance: 'a' })]: '0+1x80',
    },
    fires: [],
    at: '20m',
  },
  {
    alert: 'CassandraAuthenticationFails',
    name: 'now',
    series: { [at('cassandra_node_authentication_errors_total', { ...node(1), instance: 'a' })]: '0x10 0+1x40' },
    fires: [node(1)],
    at: '8m',
  },
  {
    alert: 'CassandraAuthenticationFails',
    name: 'long ago',
    series: { [at('cassandra_node_authentication_errors_total', { ...node(1), instance: 'a' })]: '3x80' },
    fires: [],
    at: '8m',
  },
  {
    alert: 'CassandraMetricsIncomplete',
    name: 'dropped',
    series: {
      [of('cassandra_metrics_dropped_total')]: '0x10 0+1x60',
      [of('cassandra_metrics_failures_total')]: '0x70',
    },
    fires: [A],
    at: '15m',
  },
  {
    alert: 'CassandraMetricsIncomplete',
    name: 'complete',
    series: { [of('cassandra_metrics_dropped_total')]: '0x70', [of('cassandra_metrics_failures_total')]: '0x70' },
    fires: [],
    at: '15m',
  },
];
