import { metricDefinitions } from '../../src/observability/metrics/metric-catalogue.ts';
import { metricsOf } from './expression.ts';
import { defaultPanel, lowest, type Panel, quantile, rate, ratio, total } from './panel.ts';

/** Panels under one heading. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

type Times = Pick<Panel, 'title' | 'description' | 'unit'>;

function times(about: Times, targets: Readonly<Record<string, string>>): Panel {
  return {
    ...about,
    kind: 'timeseries',
    targets: Object.entries(targets).map(([legend, expression]) => ({ legend, expression })),
  };
}

function stat(about: Times & Pick<Panel, 'threshold'>, expression: string): Panel {
  return { ...about, kind: 'stat', targets: [{ legend: about.title, expression }] };
}

const queries = rate('cassandra_queries_total');
const failed = rate('cassandra_queries_total', [], 'success="failure"');

const overview: Section = {
  title: 'Overview',
  panels: [
    stat({ title: 'Requests', description: 'Requests that end, each second', unit: 'reqps' }, queries),
    stat(
      { title: 'Errors', description: 'Share of requests that fail', unit: 'percentunit', threshold: 0.01 },
      ratio(`(${failed} or vector(0))`, queries),
    ),
    stat(
      { title: 'p99', description: 'What 99 of 100 requests do not exceed', unit: 's', threshold: 0.5 },
      quantile(0.99, 'cassandra_query_duration_seconds'),
    ),
    stat(
      { title: 'Nodes down', description: 'Nodes that some instance takes for down', unit: 'short', threshold: 1 },
      `count(${lowest('cassandra_node_up', ['node'])} == 0) or vector(0)`,
    ),
    stat(
      { title: 'In flight', description: 'Requests that wait for a reply', unit: 'short' },
      total('cassandra_in_flight_requests'),
    ),
    stat(
      { title: 'Queued', description: 'Requests that wait for room', unit: 'short', threshold: 1 },
      total('cassandra_queued_requests'),
    ),
  ],
};

const requests: Section = {
  title: 'Requests',
  panels: [
    times(
      { title: 'Requests by type', description: 'Requests that end, each second; each page is one', unit: 'reqps' },
      { '{{query_type}}': rate('cassandra_queries_total', ['query_type']) },
    ),
    times(
      { title: 'Latency', description: 'Time of requests, retries and queueing included', unit: 's' },
      {
        p50: quantile(0.5, 'cassandra_query_duration_seconds'),
        p95: quantile(0.95, 'cassandra_query_duration_seconds'),
        p99: quantile(0.99, 'cassandra_query_duration_seconds'),
        'p99.9': quantile(0.999, 'cassandra_query_duration_seconds'),
      },
    ),
    times(
      { title: 'p99 by type', description: 'What 99 of 100 requests do not exceed', unit: 's' },
      { '{{query_type}}': quantile(0.99, 'cassandra_query_duration_seconds', ['query_type']) },
    ),
    times(
      { title: 'Errors by class', description: 'Requests that fail, each second', unit: 'reqps' },
      { '{{error_type}}': rate('cassandra_errors_total', ['error_type']) },
    ),
    times(
      { title: 'Errors by category', description: 'Requests that fail, each second', unit: 'reqps' },
      { '{{category}}': rate('cassandra_errors_total', ['category']) },
    ),
    times(
      {
        title: 'Given up by the client',
        description: 'Requests whose time was over, or that were aborted',
        unit: 'reqps',
      },
      {
        'timed out': rate('cassandra_client_timeouts_total'),
        aborted: rate('cassandra_aborted_requests_total'),
      },
    ),
    times(
      { title: 'Sent again', description: 'Retries and speculative executions, each second', unit: 'reqps' },
      {
        'retry: {{reason}}': rate('cassandra_retries_total', ['reason']),
        speculative: rate('cassandra_speculative_executions_total'),
      },
    ),
    times(
      { title: 'Rows', description: 'Rows that come with results, each second', unit: 'cps' },
      { rows: rate('cassandra_rows_total') },
    ),
  ],
};

const nodes: Section = {
  title: 'Nodes',
  panels: [
    {
      title: 'State',
      description: 'Whether the driver takes a node for up (1) or down (0); the worst of what all instances say',
      kind: 'states',
      unit: 'short',
      targets: [{ legend: '{{node}}', expression: lowest('cassandra_node_up', ['datacenter', 'node']) }],
    },
    times(
      { title: 'Requests by node', description: 'Requests that the node answers, each second', unit: 'reqps' },
      { '{{node}}': rate('cassandra_node_request_duration_seconds', ['node']) },
    ),
    times(
      { title: 'p99 by node', description: 'What 99 of 100 requests that it answers do not exceed', unit: 's' },
      { '{{node}}': quantile(0.99, 'cassandra_node_request_duration_seconds', ['node']) },
    ),
    times(
      { title: 'Errors by node', description: 'Attempts that fail at the node, each second', unit: 'reqps' },
      { '{{node}} {{category}}': rate('cassandra_node_errors_total', ['node', 'category']) },
    ),
    times(
      { title: 'In flight by node', description: 'Requests that wait for its reply', unit: 'short' },
      { '{{node}}': total('cassandra_node_in_flight_requests', ['node']) },
    ),
    times(
      { title: 'Orphaned stream ids', description: 'Requests given up whose replies have not come', unit: 'short' },
      { '{{node}}': total('cassandra_node_orphaned_stream_ids', ['node']) },
    ),
  ],
};

const connections: Section = {
  title: 'Connections',
  panels: [
    times(
      { title: 'Open connections', description: 'Connections that take requests', unit: 'short' },
      { '{{node}}': total('cassandra_node_open_connections', ['node']) },
    ),
    times(
      { title: 'Connections coming and going', description: 'Each second', unit: 'cps' },
      {
        opened: rate('cassandra_node_connections_opened_total'),
        closed: rate('cassandra_node_connections_closed_total'),
        'could not be opened': rate('cassandra_node_connection_errors_total'),
        'refused by authentication': rate('cassandra_node_authentication_errors_total'),
      },
    ),
    times(
      { title: 'Room for requests', description: 'Requests that the open connections have room for', unit: 'short' },
      { '{{node}}': total('cassandra_node_available_stream_ids', ['node']) },
    ),
    times(
      { title: 'Traffic', description: 'Bytes each second', unit: 'Bps' },
      {
        'sent to {{node}}': rate('cassandra_node_bytes_sent_total', ['node']),
        'received from {{node}}': rate('cassandra_node_bytes_received_total', ['node']),
      },
    ),
  ],
};

const session: Section = {
  title: 'Sessions',
  panels: [
    times(
      { title: 'Requests under way', description: 'Operations, requests in flight and queued', unit: 'short' },
      {
        'active operations': total('cassandra_active_operations'),
        'in flight': total('cassandra_in_flight_requests'),
        queued: total('cassandra_queued_requests'),
      },
    ),
    times(
      { title: 'Queue delay', description: 'How long requests wait that have to', unit: 's' },
      {
        p50: quantile(0.5, 'cassandra_queue_delay_seconds'),
        p99: quantile(0.99, 'cassandra_queue_delay_seconds'),
      },
    ),
    times(
      { title: 'Streams', description: 'Streams and scans: open, and ended each second', unit: 'short' },
      {
        open: total('cassandra_open_streams'),
        '{{kind}} {{ending}}': rate('cassandra_streams_total', ['kind', 'ending']),
      },
    ),
    times(
      { title: 'Prepared statements', description: 'In the cache of all sessions', unit: 'short' },
      { prepared: total('cassandra_prepared_statements') },
    ),
    times(
      {
        title: 'Prepared cache hits',
        description: 'Share of uses of a text that was prepared already',
        unit: 'percentunit',
      },
      {
        hits: ratio(
          rate('cassandra_prepared_cache_hits_total'),
          `(${rate('cassandra_prepared_cache_hits_total')} + ${rate('cassandra_prepared_cache_misses_total')})`,
        ),
      },
    ),
  ],
};

const guards: Section = {
  title: 'Rate limits and circuit breakers',
  panels: [
    times(
      { title: 'Under rate limits', description: 'What rate limits do with requests, each second', unit: 'reqps' },
      {
        permitted: rate('cassandra_rate_limit_permitted_total'),
        'rejected: {{reason}}': rate('cassandra_rate_limit_rejected_total', ['reason']),
        'given up: {{reason}}': rate('cassandra_rate_limit_given_up_total', ['reason']),
      },
    ),
    times(
      { title: 'Places under rate limits', description: 'Requests that have a turn, or wait for it', unit: 'short' },
      {
        waiting: total('cassandra_rate_limit_waiting_requests'),
        'in flight': total('cassandra_rate_limit_in_flight_requests'),
      },
    ),
    times(
      { title: 'Time waited for a turn', description: 'The mean of those that had to wait', unit: 's' },
      {
        mean: ratio(rate('cassandra_rate_limit_wait_seconds_total'), rate('cassandra_rate_limit_waited_total')),
      },
    ),
    times(
      { title: 'Circuit breakers', description: 'How many are in which state', unit: 'short' },
      { '{{state}}': total('cassandra_circuit_breakers', ['state']) },
    ),
    times(
      { title: 'Under circuit breakers', description: 'What becomes of requests, each second', unit: 'reqps' },
      {
        '{{verdict}}': rate('cassandra_circuit_breaker_requests_total', ['verdict']),
        rejected: rate('cassandra_circuit_breaker_rejected_total'),
      },
    ),
    times(
      {
        title: 'Circuits opening',
        description: 'Openings and requests that try the cluster, each second',
        unit: 'cps',
      },
      {
        opened: rate('cassandra_circuit_breaker_opened_total'),
        probes: rate('cassandra_circuit_breaker_probes_total'),
      },
    ),
  ],
};

/** All sections; metrics that none of them shows have a panel each in the last. */
export function allSections(): readonly Section[] {
  const written = [overview, requests, nodes, connections, session, guards];
  const shown = new Set(
    written.flatMap(({ panels }) =>
      panels.flatMap(({ targets }) => targets.flatMap(({ expression }) => [...metricsOf(expression)])),
    ),
  );
  const rest = metricDefinitions.filter(({ name }) => !shown.has(name)).map(defaultPanel);
  return rest.length === 0 ? written : [...written, { title: 'More', panels: rest }];
}
