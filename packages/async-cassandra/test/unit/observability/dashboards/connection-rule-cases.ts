import { instanceA, labelled, node, nodeUp, ofInstance, type RuleCase } from './rule-case.ts';

/** For each alert about connections or metrics a case in which it fires and one, next to it, in which it must not. */
export const connectionRuleCases: readonly RuleCase[] = [
  {
    alert: 'CassandraConnectionsUnstable',
    name: 'of a node that is up',
    series: {
      [nodeUp(1)]: '1x80',
      [labelled('cassandra_node_connections_closed_total', { ...node(1), instance: 'a' })]: '0+1x80',
    },
    fires: [node(1)],
    at: '20m',
  },
  {
    alert: 'CassandraConnectionsUnstable',
    name: 'of a node that is down',
    series: {
      [nodeUp(1)]: '0x80',
      [labelled('cassandra_node_connections_closed_total', { ...node(1), instance: 'a' })]: '0+1x80',
    },
    fires: [],
    at: '20m',
  },
  {
    alert: 'CassandraAuthenticationFails',
    name: 'now',
    series: { [labelled('cassandra_node_authentication_errors_total', { ...node(1), instance: 'a' })]: '0x10 0+1x40' },
    fires: [node(1)],
    at: '8m',
  },
  {
    alert: 'CassandraAuthenticationFails',
    name: 'long ago',
    series: { [labelled('cassandra_node_authentication_errors_total', { ...node(1), instance: 'a' })]: '3x80' },
    fires: [],
    at: '8m',
  },
  {
    alert: 'CassandraMetricsIncomplete',
    name: 'dropped',
    series: {
      [ofInstance('cassandra_metrics_dropped_total')]: '0x10 0+1x60',
      [ofInstance('cassandra_metrics_failures_total')]: '0x70',
    },
    fires: [instanceA],
    at: '15m',
  },
  {
    alert: 'CassandraMetricsIncomplete',
    name: 'complete',
    series: {
      [ofInstance('cassandra_metrics_dropped_total')]: '0x70',
      [ofInstance('cassandra_metrics_failures_total')]: '0x70',
    },
    fires: [],
    at: '15m',
  },
];
