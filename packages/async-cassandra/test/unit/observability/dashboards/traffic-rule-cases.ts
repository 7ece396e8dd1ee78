import { instanceA, latencies, ofInstance, type RuleCase } from './rule-case.ts';

const failed = ofInstance('cassandra_queries_total', { query_type: 'SELECT', success: 'failure' });
const succeeded = ofInstance('cassandra_queries_total', { query_type: 'SELECT', success: 'success' });

/** For each alert about traffic at least one case in which it fires and one, next to it, in which it must not. */
export const trafficRuleCases: readonly RuleCase[] = [
  {
    alert: 'CassandraErrors',
    name: 'two in a hundred',
    series: { [failed]: '0+2x80', [succeeded]: '0+98x80' },
    fires: [instanceA],
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
    fires: [instanceA],
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
    series: latencies('cassandra_query_duration_seconds_bucket', { ...instanceA, query_type: 'SELECT' }, 1),
    fires: [instanceA],
    at: '20m',
  },
  {
    alert: 'CassandraSlow',
    name: 'p99 of 100 ms',
    series: latencies('cassandra_query_duration_seconds_bucket', { ...instanceA, query_type: 'SELECT' }, 0.1),
    fires: [],
    at: '20m',
  },
  {
    alert: 'CassandraClientTimeouts',
    name: 'two in a hundred',
    series: { [ofInstance('cassandra_client_timeouts_total')]: '0+2x80', [succeeded]: '0+100x80' },
    fires: [instanceA],
    at: '15m',
  },
  {
    alert: 'CassandraClientTimeouts',
    name: 'none',
    series: { [ofInstance('cassandra_client_timeouts_total')]: '0x80', [succeeded]: '0+100x80' },
    fires: [],
    at: '15m',
  },
  {
    alert: 'CassandraManyRetries',
    name: 'one in five',
    series: { [ofInstance('cassandra_retries_total', { reason: 'overloaded' })]: '0+20x80', [succeeded]: '0+100x80' },
    fires: [instanceA],
    at: '15m',
  },
  {
    alert: 'CassandraManyRetries',
    name: 'one in twenty',
    series: { [ofInstance('cassandra_retries_total', { reason: 'overloaded' })]: '0+5x80', [succeeded]: '0+100x80' },
    fires: [],
    at: '15m',
  },
];
