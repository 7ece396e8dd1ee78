import { instanceA, latencies, node, nodeUp, ofInstance, type RuleCase } from './rule-case.ts';

const NODE_LATENCY = 'cassandra_node_request_duration_seconds_bucket';

/** For each alert about nodes at least one case in which it fires and one, next to it, in which it must not. */
export const nodeRuleCases: readonly RuleCase[] = [
  {
    alert: 'CassandraNodeDown',
    name: 'all instances see it',
    series: { [nodeUp(1)]: '1x40', [nodeUp(2)]: '1x8 0x32', [nodeUp(2, 'b')]: '1x8 0x32' },
    fires: [node(2)],
    at: '4m',
  },
  {
    alert: 'CassandraNodeDown',
    name: 'one of two sees it',
    series: { [nodeUp(2)]: '0x40', [nodeUp(2, 'b')]: '1x40' },
    fires: [],
    at: '9m',
  },
  { alert: 'CassandraNodeDown', name: 'too short', series: { [nodeUp(2)]: '1x8 0x2 1x20' }, fires: [], at: '4m' },
  {
    alert: 'CassandraSeveralNodesDown',
    name: 'two of three',
    series: { [nodeUp(1)]: '1x40', [nodeUp(2)]: '0x40', [nodeUp(3)]: '0x40' },
    fires: [{ job: 'shop', datacenter: 'dc1' }],
    at: '2m',
  },
  {
    alert: 'CassandraSeveralNodesDown',
    name: 'one of three',
    series: { [nodeUp(1)]: '1x40', [nodeUp(2)]: '0x40', [nodeUp(3)]: '1x40' },
    fires: [],
    at: '2m',
  },
  {
    alert: 'CassandraNodeUnreachable',
    name: 'one of two instances',
    series: { [nodeUp(2)]: '0x40', [nodeUp(2, 'b')]: '1x40' },
    fires: [node(2)],
    at: '8m',
  },
  {
    alert: 'CassandraNodeUnreachable',
    name: 'all',
    series: { [nodeUp(2)]: '0x40', [nodeUp(2, 'b')]: '0x40' },
    fires: [],
    at: '8m',
  },
  {
    alert: 'CassandraNoNodeConnected',
    name: 'with a session',
    series: { [ofInstance('cassandra_connected_nodes')]: '3x4 0x40', [ofInstance('cassandra_sessions')]: '1x44' },
    fires: [instanceA],
    at: '4m',
  },
  {
    alert: 'CassandraNoNodeConnected',
    name: 'without a session',
    series: { [ofInstance('cassandra_connected_nodes')]: '0x44', [ofInstance('cassandra_sessions')]: '0x44' },
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
    series: { [ofInstance('cassandra_connection_healthy', { host: '10.0.0.2' })]: '0x40' },
    fires: [{ ...instanceA, host: '10.0.0.2' }],
    at: '3m',
  },
  {
    alert: 'CassandraHealthCheckFailing',
    name: 'healthy',
    series: { [ofInstance('cassandra_connection_healthy', { host: '10.0.0.2' })]: '1x40' },
    fires: [],
    at: '3m',
  },
];
