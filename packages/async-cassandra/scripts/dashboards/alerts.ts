import type { AlertGroup, AlertRule } from './alert-rule.ts';

const BY_INSTANCE = 'job, instance';
const BY_NODE = 'job, datacenter, node';

function perSecond(series: string, window = '5m', by = BY_INSTANCE): string {
  return `sum by (${by}) (rate(${series}[${window}]))`;
}

const requests = perSecond('cassandra_queries_total');
const failures = perSecond('cassandra_queries_total{success="failure"}');
const nodeP99 = `histogram_quantile(0.99, sum by (le, ${BY_NODE}) (rate(cassandra_node_request_duration_seconds_bucket[5m])))`;

const nodes: readonly AlertRule[] = [
  {
    name: 'CassandraNodeDown',
    severity: 'warning',
    expression: `max by (${BY_NODE}) (cassandra_node_up) == 0`,
    for: '1m',
    summary: 'Every instance of {{ $labels.job }} takes {{ $labels.node }} in {{ $labels.datacenter }} for down',
    meaning:
      'No instance of the service has a connection to the node, or can open one. Its requests go to other replicas; one node fewer stands between them and failures.',
    steps: [
      'Look at the node: is the process running, does `nodetool status` of a neighbour show it as DN, what does its `system.log` end with',
      'If it runs, try its native port from a machine of the service: firewalls and certificates look like a dead node',
      'If it is down for planned work, silence the alert for as long; if it does not come back, replace it before another replica fails',
    ],
  },
  {
    name: 'CassandraSeveralNodesDown',
    severity: 'critical',
    expression: 'count by (job, datacenter) (max by (job, datacenter, node) (cassandra_node_up) == 0) >= 2',
    for: '30s',
    summary: '{{ $value }} nodes in {{ $labels.datacenter }} are down for {{ $labels.job }}',
    meaning:
      'With three replicas, requests at QUORUM and LOCAL_QUORUM fail for every partition that has two of them on these nodes.',
    steps: [
      'Look for what they have in common: a rack, a switch, a deployment, an expired certificate',
      'Bring one of them back first: any of them restores the quorum of most partitions',
      'Expect UnavailableError until then; do not lower the consistency level without knowing what the application loses',
    ],
  },
  {
    name: 'CassandraNodeUnreachable',
    severity: 'warning',
    expression: `min by (${BY_NODE}) (cassandra_node_up) == 0 and max by (${BY_NODE}) (cassandra_node_up) == 1`,
    for: '5m',
    summary: 'Some instances of {{ $labels.job }} cannot reach {{ $labels.node }}, others can',
    meaning: 'The node runs; something between it and some instances does not.',
    steps: [
      'Find the instances with `cassandra_node_up == 0`, and what they have in common: a subnet, a security group, a build with other certificates',
      'Try the native port of the node from one of them',
      "See the instance's log: the driver says why it cannot connect",
    ],
  },
  {
    name: 'CassandraNoNodeConnected',
    severity: 'critical',
    expression: `sum by (${BY_INSTANCE}) (cassandra_connected_nodes) == 0 and sum by (${BY_INSTANCE}) (cassandra_sessions) > 0`,
    for: '30s',
    summary: '{{ $labels.instance }} of {{ $labels.job }} has no connection to Cassandra',
    meaning: 'Every request of this instance fails with NoHostAvailableError.',
    steps: [
      'If all instances are affected, look at the cluster; if it is one, look at its network and its credentials',
      'Check that readiness takes it out of the load balancer',
      'The driver goes on trying by itself: a restart of the service helps only if its configuration was wrong',
    ],
  },
  {
    name: 'CassandraNodeSlow',
    severity: 'warning',
    expression: `${nodeP99} > 0.1 and ${nodeP99} > on (job, datacenter) group_left () (4 * quantile by (job, datacenter) (0.5, ${nodeP99}))`,
    for: '10m',
    summary:
      '{{ $labels.node }} answers {{ $labels.job }} four times as slowly as its neighbours: p99 {{ $value | humanizeDuration }}',
    meaning:
      'One node is much slower than the median of its data centre: it is overloaded, ill, or has a hot partition.',
    steps: [
      'Look at its garbage collection, pending compactions and disks: `nodetool tpstats`, `nodetool compactionstats`, `iostat`',
      'Compare its request rate with that of its neighbours: an uneven one is a hot partition, or clients that are not token-aware',
      'Speculative execution hides it from idempotent reads; it does not heal it',
    ],
  },
  {
    name: 'CassandraHealthCheckFailing',
    severity: 'warning',
    expression: 'min by (job, instance, host) (cassandra_connection_healthy) == 0',
    for: '2m',
    summary: 'Health checks of {{ $labels.host }} by {{ $labels.instance }} fail',
    meaning: 'The connection monitor asks the node something that every node can answer, and gets no answer.',
    steps: [
      'Compare with CassandraNodeDown: alone, this means that connections are open and the node does not answer on them',
      "Look at the node's load and at long garbage collections",
    ],
  },
];

const traffic: readonly AlertRule[] = [
  {
    name: 'CassandraErrors',
    severity: 'warning',
    expression: `${failures} / (${requests} > 0) > 0.01`,
    for: '5m',
    summary: '{{ $value | humanizePercentage }} of the requests of {{ $labels.instance }} fail',
    meaning: 'More than one request in a hundred fails, after all retries.',
    steps: [
      'See which errors: the panels "Errors by class" and "Errors by category"; docs/errors.md says what each means',
      'Timeouts and unavailable replicas: look at the nodes. Overloaded: send less. Syntax, invalid, unauthorized: look at what was deployed last',
    ],
  },
  {
    name: 'CassandraMostRequestsFail',
    severity: 'critical',
    expression: `${failures} / (${requests} > 0) > 0.5`,
    for: '1m',
    summary: '{{ $value | humanizePercentage }} of the requests of {{ $labels.instance }} fail',
    meaning: 'More than half of the requests fail: the service does not work.',
    steps: [
      'See whether it is one instance or all, and which class of errors',
      'All, with NoHostAvailableError or UnavailableError: the cluster. All, with QueryError: the last deployment or a schema change',
    ],
  },
  {
    name: 'CassandraSlow',
    severity: 'warning',
    expression: `histogram_quantile(0.99, sum by (le, ${BY_INSTANCE}) (rate(cassandra_query_duration_seconds_bucket[5m]))) > 0.5`,
    for: '10m',
    summary: 'p99 of the requests of {{ $labels.instance }} is {{ $value | humanizeDuration }}',
    meaning: 'One request in a hundred takes longer than half a second. Set the bound to what your service promises.',
    steps: [
      'Compare "p99 by node": one node, or all of them',
      'Compare "Queue delay": time spent waiting in the service is not the cluster\'s',
      'All nodes: look at the statements (the slow-query log), the size of partitions, tombstones',
    ],
  },
  {
    name: 'CassandraClientTimeouts',
    severity: 'warning',
    expression: `${perSecond('cassandra_client_timeouts_total')} / (${requests} > 0) > 0.01`,
    for: '5m',
    summary: '{{ $value | humanizePercentage }} of the requests of {{ $labels.instance }} run out of time',
    meaning: 'The service gives requests up before they are answered. The work may still be done by the servers.',
    steps: [
      'Look at "p99 by node" and at orphaned stream ids: a node that does not answer at all is passed over within a second',
      'If no node is slow, `requestTimeoutMs` is shorter than what the statements need',
    ],
  },
  {
    name: 'CassandraManyRetries',
    severity: 'warning',
    expression: `${perSecond('cassandra_retries_total')} / (${requests} > 0) > 0.1`,
    for: '5m',
    summary: '{{ $labels.instance }} sends {{ $value | humanizePercentage }} of its requests again',
    meaning: 'Retries hide failures, and add to the load of a cluster that has trouble already.',
    steps: [
      'See the reasons in the panel "Sent again", and the nodes in "Errors by node"',
      'Reason overloaded: send less, the rate limiter helps; timeouts: as for CassandraSlow',
    ],
  },
];

const bounds: readonly AlertRule[] = [
  {
    name: 'CassandraRequestsQueued',
    severity: 'warning',
    expression: `min_over_time(sum by (${BY_INSTANCE}) (cassandra_queued_requests)[2m:15s]) > 0`,
    for: '0s',
    summary: '{{ $value }} requests of {{ $labels.instance }} wait for a connection with room',
    meaning: 'For two minutes requests have waited in the service: more is asked than connections take.',
    steps: [
      'Look at "In flight by node": full connections mean a slow cluster; see CassandraSlow and CassandraNodeSlow',
      'A fast cluster with full connections: more `pooling.connectionsPerNode`, or less concurrency in the service',
    ],
  },
  {
    name: 'CassandraRequestsRefused',
    severity: 'critical',
    expression: `${perSecond('cassandra_queue_rejections_total')} > 0`,
    for: '1m',
    summary: '{{ $labels.instance }} refuses {{ $value | humanize }} requests a second: its queue is full',
    meaning: 'Requests fail with QueueFullError without having been sent.',
    steps: [
      'Shed load before it reaches the driver: answer 503, limit the rate; docs/resilience.md shows how',
      'Then as for CassandraRequestsQueued; a longer queue only makes those wait longer that are refused later',
    ],
  },
  {
    name: 'CassandraRateLimited',
    severity: 'warning',
    expression: `${perSecond('cassandra_rate_limit_rejected_total')} > 0`,
    for: '2m',
    summary: 'A rate limit of {{ $labels.instance }} refuses {{ $value | humanize }} requests a second',
    meaning: 'More is asked under a RateLimitedSession than it lets pass: requests fail with RateLimitExceededError.',
    steps: [
      'See the reason in the panel "Under rate limits": queue_full is a burst or a limit that is too low, queue_time a queue that is too long',
      'Compare with "p99 by node": a slow cluster keeps places taken, and raising maxConcurrent makes it slower',
      'If the cluster has room, raise the limit; if not, shed load before it reaches the driver: docs/resilience.md shows how',
    ],
  },
  {
    name: 'CassandraCircuitOpen',
    severity: 'critical',
    expression: `sum by (${BY_INSTANCE}) (cassandra_circuit_breakers{state!="closed"}) > 0`,
    for: '30s',
    summary: '{{ $value }} circuit breakers of {{ $labels.instance }} are open',
    meaning:
      'Too many requests of a CircuitBreakerSession have failed, and it refuses all but one in a while: they fail with CircuitOpenError.',
    steps: [
      'Look for what has opened it: the panels "Errors by class" and "Errors by node" just before',
      'All instances: the cluster, or a data centre. One instance: its network',
      'It closes by itself when a request that tries succeeds; a restart only forgets what it has learnt',
    ],
  },
  {
    name: 'CassandraConnectionsFull',
    severity: 'warning',
    expression: `cassandra_node_available_stream_ids / (cassandra_node_available_stream_ids + cassandra_node_in_flight_requests + cassandra_node_orphaned_stream_ids > 0) < 0.1`,
    for: '2m',
    summary:
      'Connections of {{ $labels.instance }} to {{ $labels.node }} have room for {{ $value | humanizePercentage }} of their requests',
    meaning: 'Soon requests for this node are queued, or go to other nodes.',
    steps: [
      'See whether requests or orphaned stream ids take the room: orphaned ones mean a node that does not answer',
      'If it answers, raise `pooling.connectionsPerNode`, or `maxRequestsPerConnection` when that was lowered',
    ],
  },
  {
    name: 'CassandraOrphanedRequests',
    severity: 'warning',
    expression: 'sum by (job, instance, datacenter, node) (cassandra_node_orphaned_stream_ids) > 100',
    for: '5m',
    summary: '{{ $value }} requests of {{ $labels.instance }} to {{ $labels.node }} were given up and are not answered',
    meaning:
      'The node takes requests and leaves them unanswered. Past `limits.maxOrphaned` the driver replaces the connection.',
    steps: [
      'Look at the node: blocked threads, dropped messages, long garbage collections (`nodetool tpstats`, `system.log`)',
      'If timeouts are much shorter than what statements take, this is their price: give them the time they need',
    ],
  },
  {
    name: 'CassandraManyStreamsOpen',
    severity: 'warning',
    expression: `min_over_time(sum by (${BY_INSTANCE}) (cassandra_open_streams)[15m:1m]) > 1000`,
    for: '0s',
    summary: '{{ $value }} streams of {{ $labels.instance }} have been open for a quarter of an hour',
    meaning:
      'Streams are opened faster than they are read to their end, or are left open. At `limits.openStreams` opening more fails.',
    steps: [
      'Look for readers that wait for slow clients: give exports a deadline and an AbortSignal',
      'Look for streams that are neither read to the end nor cancelled; `await using` ends them',
    ],
  },
  {
    name: 'CassandraStreamsForgotten',
    severity: 'warning',
    expression: `sum by (${BY_INSTANCE}) (increase(cassandra_streams_total{ending="forgotten"}[1h])) > 0`,
    for: '0s',
    summary: '{{ $labels.instance }} has forgotten {{ $value | humanize }} streams within an hour',
    meaning:
      'Code opens streams and drops them. They are ended when they are collected as garbage, which may take long.',
    steps: [
      'Search for `executeStream` and `scan` without `for await`, `cancel()` or `await using` on every path, errors included',
    ],
  },
  {
    name: 'CassandraStatementsPreparedAgain',
    severity: 'warning',
    expression: `${perSecond('cassandra_prepared_cache_misses_total', '15m')} / (${perSecond('cassandra_prepared_cache_hits_total', '15m')} + ${perSecond('cassandra_prepared_cache_misses_total', '15m')} > 0) > 0.1`,
    for: '15m',
    summary: '{{ $value | humanizePercentage }} of the texts that {{ $labels.instance }} uses had to be prepared first',
    meaning:
      'Either texts are built with literals in them, a new one each time, or there are more of them than the cache holds.',
    steps: [
      'Look at the panel "Prepared statements": at the bound it is too small (`limits.preparedStatements`), or texts differ by literals',
      'Bind values instead of writing them into the text',
    ],
  },
];

const connections: readonly AlertRule[] = [
  {
    name: 'CassandraConnectionsUnstable',
    severity: 'warning',
    expression: `sum by (${BY_NODE}) (increase(cassandra_node_connections_closed_total[15m])) > 10 and max by (${BY_NODE}) (cassandra_node_up) == 1`,
    for: '0s',
    summary:
      'Instances of {{ $labels.job }} have lost {{ $value | humanize }} connections to {{ $labels.node }} within 15 minutes',
    meaning: 'Connections come and go although the node is up. A deployment of the service closes connections too.',
    steps: [
      'See the log of an instance for the reasons: heartbeats that were missed, orphaned requests, resets by something in between',
      'Idle timeouts of firewalls and load balancers must be longer than `pooling.heartbeatIntervalMs`',
    ],
  },
  {
    name: 'CassandraAuthenticationFails',
    severity: 'critical',
    expression: `sum by (${BY_NODE}) (increase(cassandra_node_authentication_errors_total[5m])) > 0`,
    for: '0s',
    summary: '{{ $labels.node }} refuses the credentials of {{ $labels.job }}',
    meaning: 'Connections that are open go on working; none that is lost comes back.',
    steps: [
      'Look for a password that was changed at one place only, or a role that lost LOGIN',
      'If it is one node, check that `system_auth` is replicated to all data centres and repaired',
    ],
  },
  {
    name: 'CassandraMetricsIncomplete',
    severity: 'warning',
    expression: `sum by (${BY_INSTANCE}) (increase(cassandra_metrics_dropped_total[15m]) + increase(cassandra_metrics_failures_total[15m])) > 0`,
    for: '0s',
    summary: 'Metrics collectors of {{ $labels.instance }} fail or are too slow',
    meaning: 'Requests are not affected; what custom collectors say of them is incomplete.',
    steps: [
      'Look for warnings about trackers and collectors in the log of the instance, and mend or remove the collector',
    ],
  },
];

/** All alerts, by what they are about. */
export const alertGroups: readonly AlertGroup[] = [
  { name: 'async-cassandra-nodes', title: 'Nodes', rules: nodes },
  { name: 'async-cassandra-traffic', title: 'Traffic', rules: traffic },
  { name: 'async-cassandra-bounds', title: 'Bounds', rules: bounds },
  { name: 'async-cassandra-connections', title: 'Connections and metrics', rules: connections },
];
