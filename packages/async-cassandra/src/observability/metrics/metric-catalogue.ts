import { guardMetrics } from './guard-metrics.ts';
import type { MetricDefinition } from './metric-definition.ts';
import type { MetricName } from './metric-name.ts';

const NODE = ['node', 'datacenter'] as const;

export type MetricCatalogue = Readonly<Record<MetricName, MetricDefinition>>;

function define(metrics: Readonly<Record<MetricName, Omit<MetricDefinition, 'name'>>>): MetricCatalogue {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, rest]) => [name, Object.freeze({ name, ...rest })]),
  ) as unknown as MetricCatalogue;
}

/**
 * All metrics, by name. A label never has a value of the application in it: no text of a statement, no bound value, no
 * keyspace; nodes are the only label that grows with the cluster.
 */
export const metricCatalogue: MetricCatalogue = define({
  cassandra_query_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    labels: ['query_type', 'success'],
    help: 'Time of requests, from the call to its result or error, retries and queueing included',
  },
  cassandra_queries_total: {
    type: 'counter',
    unit: 'requests',
    labels: ['query_type', 'success'],
    help: 'Requests that have ended; each page is one',
  },
  cassandra_errors_total: {
    type: 'counter',
    unit: 'requests',
    labels: ['error_type', 'category'],
    help: 'Requests that have failed, by the class of their error and its category',
  },
  cassandra_connection_healthy: {
    type: 'gauge',
    unit: 'bool',
    labels: ['host'],
    help: 'Whether the node was reachable when last checked (1) or not (0)',
  },
  cassandra_client_timeouts_total: {
    type: 'counter',
    unit: 'requests',
    labels: [],
    help: 'Requests that have failed because their own time was over',
  },
  cassandra_aborted_requests_total: {
    type: 'counter',
    unit: 'requests',
    labels: [],
    help: 'Requests that were aborted by their signal',
  },
  cassandra_retries_total: {
    type: 'counter',
    unit: 'requests',
    labels: ['reason'],
    help: 'Requests sent again after a failure, by what had failed',
  },
  cassandra_ignored_errors_total: {
    type: 'counter',
    unit: 'requests',
    labels: ['reason'],
    help: 'Errors that the retry policy had ignored, by what had failed',
  },
  cassandra_speculative_executions_total: {
    type: 'counter',
    unit: 'requests',
    labels: [],
    help: 'Requests sent to another node because the first was slow to answer',
  },
  cassandra_rows_total: {
    type: 'counter',
    unit: 'rows',
    labels: [],
    help: 'Rows that have come with results',
  },
  cassandra_queue_delay_seconds: {
    type: 'histogram',
    unit: 'seconds',
    labels: [],
    help: 'How long requests have waited for a connection with room; those that did not wait are not counted',
  },
  cassandra_queue_rejections_total: {
    type: 'counter',
    unit: 'requests',
    labels: [],
    help: 'Requests refused because the queue was full, or that waited in it for longer than limits.maxQueueMs',
  },
  cassandra_streams_total: {
    type: 'counter',
    unit: 'streams',
    labels: ['kind', 'ending'],
    help: 'Streams and scans that have ended, by how',
  },
  cassandra_sessions: { type: 'gauge', unit: 'events', labels: [], help: 'Sessions that are observed' },
  cassandra_active_operations: {
    type: 'gauge',
    unit: 'requests',
    labels: [],
    help: 'Operations accepted and not settled yet',
  },
  cassandra_in_flight_requests: {
    type: 'gauge',
    unit: 'requests',
    labels: [],
    help: 'Requests that wait for a reply',
  },
  cassandra_queued_requests: {
    type: 'gauge',
    unit: 'requests',
    labels: [],
    help: 'Requests that wait for a connection with room',
  },
  cassandra_open_streams: { type: 'gauge', unit: 'streams', labels: [], help: 'Streams and scans that are open' },
  cassandra_prepared_statements: {
    type: 'gauge',
    unit: 'statements',
    labels: [],
    help: 'Prepared statements in the cache',
  },
  cassandra_prepared_cache_hits_total: {
    type: 'counter',
    unit: 'events',
    labels: [],
    help: 'Uses of a text that was prepared already',
  },
  cassandra_prepared_cache_misses_total: {
    type: 'counter',
    unit: 'events',
    labels: [],
    help: 'Uses of a text that had to be prepared first',
  },
  cassandra_connected_nodes: {
    type: 'gauge',
    unit: 'nodes',
    labels: [],
    help: 'Nodes with at least one open connection',
  },
  cassandra_node_up: {
    type: 'gauge',
    unit: 'bool',
    labels: NODE,
    help: 'Whether the driver takes the node for up (1) or down (0)',
  },
  cassandra_node_request_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    labels: NODE,
    help: 'Time of requests that the node has answered with a result, from the call on',
  },
  cassandra_node_errors_total: {
    type: 'counter',
    unit: 'requests',
    labels: [...NODE, 'category'],
    help: 'Attempts that have failed at the node, by the category of the error',
  },
  cassandra_node_open_connections: {
    type: 'gauge',
    unit: 'connections',
    labels: NODE,
    help: 'Open connections to the node',
  },
  cassandra_node_in_flight_requests: {
    type: 'gauge',
    unit: 'requests',
    labels: NODE,
    help: 'Requests that wait for a reply of the node',
  },
  cassandra_node_orphaned_stream_ids: {
    type: 'gauge',
    unit: 'stream ids',
    labels: NODE,
    help: 'Stream ids taken by requests that were given up and whose replies have not come',
  },
  cassandra_node_available_stream_ids: {
    type: 'gauge',
    unit: 'stream ids',
    labels: NODE,
    help: 'Requests that the open connections to the node have room for',
  },
  cassandra_node_buffered_bytes: {
    type: 'gauge',
    unit: 'bytes',
    labels: NODE,
    help: 'Bytes handed to the sockets that have not left',
  },
  cassandra_node_bytes_sent_total: { type: 'counter', unit: 'bytes', labels: NODE, help: 'Bytes sent to the node' },
  cassandra_node_bytes_received_total: {
    type: 'counter',
    unit: 'bytes',
    labels: NODE,
    help: 'Bytes received from the node',
  },
  cassandra_node_connections_opened_total: {
    type: 'counter',
    unit: 'connections',
    labels: NODE,
    help: 'Connections opened to the node; more than were configured are reconnects',
  },
  cassandra_node_connections_closed_total: {
    type: 'counter',
    unit: 'connections',
    labels: NODE,
    help: 'Connections to the node that were lost, replaced, or closed with their session',
  },
  cassandra_node_connection_errors_total: {
    type: 'counter',
    unit: 'connections',
    labels: NODE,
    help: 'Connections to the node that could not be opened',
  },
  cassandra_node_authentication_errors_total: {
    type: 'counter',
    unit: 'connections',
    labels: NODE,
    help: 'Connections to the node that could not be opened because it refused the credentials',
  },
  ...guardMetrics,
  cassandra_metrics_dropped_total: {
    type: 'counter',
    unit: 'events',
    labels: [],
    help: 'Query metrics that were not given to collectors, which were too slow to take them',
  },
  cassandra_metrics_failures_total: {
    type: 'counter',
    unit: 'events',
    labels: [],
    help: 'Calls of trackers and collectors that threw or rejected',
  },
});

/** All metrics, in the order in which they are documented. */
export const metricDefinitions: readonly MetricDefinition[] = Object.freeze(Object.values(metricCatalogue));
