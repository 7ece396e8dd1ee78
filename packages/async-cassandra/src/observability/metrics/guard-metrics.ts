import type { MetricDefinition } from './metric-definition.ts';
import type { MetricName } from './metric-name.ts';

/** The metrics of rate limits and circuit breakers, a part of the catalogue. */
export const guardMetrics: Readonly<
  Record<Extract<MetricName, `cassandra_${'rate_limit' | 'circuit'}${string}`>, Omit<MetricDefinition, 'name'>>
> = {
  cassandra_rate_limit_permitted_total: {
    type: 'counter',
    unit: 'requests',
    labels: [],
    help: 'Requests that rate limits have let pass, at once or after waiting',
  },
  cassandra_rate_limit_rejected_total: {
    type: 'counter',
    unit: 'requests',
    labels: ['reason'],
    help: 'Requests that rate limits have refused: too many waited already (queue_full), or it has waited too long (queue_time)',
  },
  cassandra_rate_limit_given_up_total: {
    type: 'counter',
    unit: 'requests',
    labels: ['reason'],
    help: 'Requests that did not get their turn within their own time (timeout), or were aborted before (aborted)',
  },
  cassandra_rate_limit_waited_total: {
    type: 'counter',
    unit: 'requests',
    labels: [],
    help: 'Requests that rate limits have let pass after waiting',
  },
  cassandra_rate_limit_wait_seconds_total: {
    type: 'counter',
    unit: 'seconds',
    labels: [],
    help: 'How long these have waited for their turn, all together',
  },
  cassandra_rate_limit_waiting_requests: {
    type: 'gauge',
    unit: 'requests',
    labels: [],
    help: 'Requests that wait for their turn under a rate limit',
  },
  cassandra_rate_limit_in_flight_requests: {
    type: 'gauge',
    unit: 'requests',
    labels: [],
    help: 'Requests that rate limits have let pass and that have not ended',
  },
  cassandra_circuit_breakers: {
    type: 'gauge',
    unit: 'breakers',
    labels: ['state'],
    help: 'Circuit breakers by their state: closed, open, or half_open while one request is trying',
  },
  cassandra_circuit_breaker_opened_total: {
    type: 'counter',
    unit: 'events',
    labels: [],
    help: 'How often circuit breakers have opened after having been closed',
  },
  cassandra_circuit_breaker_rejected_total: {
    type: 'counter',
    unit: 'requests',
    labels: [],
    help: 'Requests that circuit breakers have refused',
  },
  cassandra_circuit_breaker_requests_total: {
    type: 'counter',
    unit: 'requests',
    labels: ['verdict'],
    help: 'Requests that circuit breakers have let pass: succeeded, failed, or excused, which says nothing against the cluster',
  },
  cassandra_circuit_breaker_probes_total: {
    type: 'counter',
    unit: 'requests',
    labels: [],
    help: 'Requests that open circuit breakers have let pass to try the cluster',
  },
};
