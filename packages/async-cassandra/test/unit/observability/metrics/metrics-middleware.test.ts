import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../../../src/errors/index.ts';
import {
  type ConnectionMetrics,
  createMetricsSystem,
  InMemoryMetricsCollector,
  type MetricsCollector,
  metricDefinitions,
  MetricsMiddleware,
  type QueryMetrics,
} from '../../../../src/observability/index.ts';
import {
  closeConnection,
  delayed,
  error,
  never,
  rows,
  sequence,
  t,
  VirtualClock,
  voidResult,
} from '../../../support/index.ts';
import { type HarnessOptions, SessionHarness } from '../../../support/session/session-harness.ts';

const SELECT = 'SELECT k FROM ks.t';
const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const BOUND = 'INSERT INTO ks.t (k) VALUES (?)';

async function start(metrics: MetricsMiddleware, options: HarnessOptions = {}): Promise<SessionHarness> {
  const h = await SessionHarness.start({ ...options, cluster: { metrics, ...options.cluster } });
  h.servers.when(SELECT, rows({ k: t.int }, [[1], [2]]));
  h.servers.when(BOUND, voidResult(), { bind: { k: t.int } });
  return h;
}

/** One value of a metric, of all its samples with these labels. */
function value(metrics: MetricsMiddleware, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const family = metrics.collect().find(({ definition }) => definition.name === name);
  assert.ok(family !== undefined, name);
  const matches = (own: Readonly<Record<string, string>>): boolean =>
    Object.entries(labels).every(([label, wanted]) => own[label] === wanted);
  const samples = family.samples.filter((sample) => matches(sample.labels)).map((sample) => sample.value);
  const counts = family.histograms.filter((sample) => matches(sample.labels)).map((sample) => sample.count);
  return [...samples, ...counts].reduce((sum, each) => sum + each, 0);
}

describe('the metrics of a cluster', () => {
  test('should count requests by type and success, with their times and rows', async () => {
    const metrics = new MetricsMiddleware();
    await using h = await start(metrics);
    h.servers.when(SELECT, delayed(20, rows({ k: t.int }, [[1], [2]])));
    await h.settle(h.session.execute(SELECT));
    await h.settle(h.session.execute(BOUND, [1]));
    await h.settle(h.session.execute(BOUND, [2]));
    h.servers.when(INSERT, error('invalid'));
    await h.failure(h.session.execute(INSERT));
    const queries = (query_type: string, success: string): number =>
      value(metrics, 'cassandra_queries_total', { query_type, success });
    assert.equal(queries('simple', 'success'), 1);
    assert.equal(queries('prepared', 'success'), 2);
    assert.equal(queries('prepare', 'success'), 1);
    assert.equal(queries('simple', 'failure'), 1);
    assert.equal(value(metrics, 'cassandra_errors_total', { error_type: 'InvalidQueryError', category: 'request' }), 1);
    assert.equal(value(metrics, 'cassandra_rows_total'), 2);
    const durations = metrics
      .collect()
      .find(({ definition }) => definition.name === 'cassandra_query_duration_seconds');
    const simple = durations?.histograms.find(
      ({ labels }) => labels['query_type'] === 'simple' && labels['success'] === 'success',
    );
    assert.equal(simple?.count, 1);
    assert.ok(simple?.sum >= 0.02 && simple?.sum < 0.03, `${simple?.sum}`);
    // Within (0.01, 0.025]: the sixth bucket, counted from then on.
    assert.deepEqual(simple?.cumulative.slice(4, 7), [0, 1, 1]);
    assert.equal(value(metrics, 'cassandra_prepared_cache_misses_total'), 1);
    assert.equal(value(metrics, 'cassandra_prepared_cache_hits_total'), 1);
    assert.equal(value(metrics, 'cassandra_prepared_statements'), 1);
    const node = { node: '10.0.0.1:9042', datacenter: 'datacenter1' };
    assert.equal(value(metrics, 'cassandra_node_request_duration_seconds', node), 4);
    assert.equal(value(metrics, 'cassandra_node_errors_total', { ...node, category: 'request' }), 1);
  });

  test('should count retries, ignored errors, timeouts, aborts, refusals and queueing', async () => {
    const metrics = new MetricsMiddleware();
    await using h = await start(metrics, { nodes: 2, cluster: { limits: { maxInFlight: 1, maxQueued: 1 } } });
    h.servers.when(INSERT, sequence(error('overloaded'), voidResult()), { times: 2 });
    await h.settle(h.session.execute(INSERT, undefined, { idempotent: true }));
    assert.equal(value(metrics, 'cassandra_retries_total', { reason: 'overloaded' }), 1);
    assert.equal(value(metrics, 'cassandra_node_errors_total', { category: 'overload' }), 1);
    h.servers.when(INSERT, error('invalid'), { times: 1 });
    await h.settle(
      h.session.execute(INSERT, undefined, { retryPolicy: { onRequestError: () => ({ decision: 'ignore' }) } }),
    );
    assert.equal(value(metrics, 'cassandra_ignored_errors_total'), 1);
    h.servers.when(INSERT, never(), { times: 2 });
    await h.failure(h.session.execute(INSERT, undefined, { timeoutMs: 50 }));
    assert.equal(value(metrics, 'cassandra_client_timeouts_total'), 1);
    assert.equal(value(metrics, 'cassandra_node_orphaned_stream_ids'), 1);
    const controller = new AbortController();
    const aborted = h.failure(h.session.execute(INSERT, undefined, { signal: controller.signal }));
    await h.clock.advance(5);
    assert.equal(value(metrics, 'cassandra_in_flight_requests'), 1);
    controller.abort();
    await aborted;
    assert.equal(value(metrics, 'cassandra_aborted_requests_total'), 1);
    h.servers.when(INSERT, delayed(30, voidResult()));
    const three = [1, 2, 3].map(() => h.session.execute(INSERT).catch((reason: unknown) => reason));
    assert.equal(value(metrics, 'cassandra_queued_requests'), 1);
    await h.settle(Promise.all(three));
    assert.equal(value(metrics, 'cassandra_queue_rejections_total'), 1);
    assert.equal(value(metrics, 'cassandra_queue_delay_seconds'), 1);
  });

  test('should tell of connections and bytes by node, and not fall when a session closes', async () => {
    const metrics = new MetricsMiddleware();
    await using h = await start(metrics, { nodes: 2 });
    await h.settle(h.session.execute(INSERT));
    assert.equal(value(metrics, 'cassandra_connected_nodes'), 2);
    assert.equal(value(metrics, 'cassandra_node_open_connections'), 2);
    assert.equal(value(metrics, 'cassandra_node_connections_opened_total'), 2);
    assert.equal(value(metrics, 'cassandra_node_up', { node: '10.0.0.2:9042' }), 1);
    const second = await h.settle(h.cluster.connect());
    await h.settle(second.execute(INSERT));
    const names = [
      'cassandra_node_bytes_sent_total',
      'cassandra_node_bytes_received_total',
      'cassandra_node_connections_opened_total',
    ];
    const before = names.map((name) => value(metrics, name));
    assert.equal(before[2], 4);
    assert.ok((before[0] as number) > 50 && (before[1] as number) > 50, before.join());
    await h.settle(second.close());
    const after = names.map((name) => value(metrics, name));
    for (const [i, count] of after.entries())
      assert.ok(count >= (before[i] as number), `${names[i]}: ${before[i]}, ${count}`);
    assert.equal(value(metrics, 'cassandra_node_connections_closed_total'), 2);
    assert.equal(value(metrics, 'cassandra_sessions'), 1);
    await h.servers.stopNode(h.servers.node(1));
    await h.clock.advance(2_000);
    assert.equal(value(metrics, 'cassandra_node_up', { node: '10.0.0.2:9042' }), 0);
    assert.ok(value(metrics, 'cassandra_node_connection_errors_total', { node: '10.0.0.2:9042' }) > 0);
    assert.equal(value(metrics, 'cassandra_connection_healthy', { host: '10.0.0.2:9042' }), 0);
  });

  test('should give every metric of the catalogue, with the labels that it says', async () => {
    const metrics = new MetricsMiddleware();
    await using h = await start(metrics);
    h.servers.when(INSERT, closeConnection('reset'), { times: 1 });
    await h.failure(h.session.execute(INSERT, undefined, { idempotent: true }));
    await h.clock.advance(1_000);
    await h.failure(h.session.execute('SELECT nothing FROM ks.nowhere'));
    await (await h.settle(h.session.executeStream(SELECT))).cancel();
    const families = metrics.collect();
    assert.deepEqual(
      families.map(({ definition }) => definition),
      metricDefinitions,
    );
    for (const { definition, samples, histograms } of families) {
      for (const { labels } of [...samples, ...histograms])
        assert.deepEqual(Object.keys(labels), definition.labels, definition.name);
      assert.equal(definition.type === 'histogram' ? samples.length : histograms.length, 0, definition.name);
      assert.equal(definition.type === 'counter', definition.name.endsWith('_total'), definition.name);
    }
  });

  test('should count nothing while disabled', async () => {
    const metrics = createMetricsSystem();
    await using h = await start(metrics);
    metrics.disable();
    await h.settle(h.session.execute(INSERT));
    metrics.recordQueryMetrics({ query: INSERT, durationMs: 1 });
    assert.equal(value(metrics, 'cassandra_queries_total'), 0);
    metrics.enable();
    await h.settle(h.session.execute(INSERT));
    metrics.recordQueryMetrics({ query: INSERT, durationMs: 1 });
    assert.equal(value(metrics, 'cassandra_queries_total'), 2);
  });
});

describe('a collector', () => {
  test('should be given each request as an object, without any value, after the request', async () => {
    const given: QueryMetrics[] = [];
    await using h = await start(new MetricsMiddleware([{ recordQuery: (metrics) => void given.push(metrics) }]));
    await h.settle(h.session.execute("SELECT k FROM ks.t WHERE name = 'secret'").catch(() => undefined));
    await h.settle(h.session.execute(BOUND, [1_717_171_717]));
    await h.clock.advance(1);
    assert.deepEqual(
      given.map(({ query, queryType, success, errorType, errorCategory, parametersCount, node }) => ({
        query,
        queryType,
        success,
        errorType,
        errorCategory,
        parametersCount,
        node,
      })),
      [
        {
          query: 'select k from ks.t where name = ?',
          queryType: 'simple',
          success: false,
          errorType: 'InvalidQueryError',
          errorCategory: 'request',
          parametersCount: 0,
          node: '10.0.0.1:9042',
        },
        {
          query: 'prepare insert into ks.t(k) values (?)',
          queryType: 'prepare',
          success: true,
          errorType: undefined,
          errorCategory: undefined,
          parametersCount: 0,
          node: '10.0.0.1:9042',
        },
        {
          query: 'insert into ks.t(k) values (?)',
          queryType: 'prepared',
          success: true,
          errorType: undefined,
          errorCategory: undefined,
          parametersCount: 1,
          node: '10.0.0.1:9042',
        },
      ],
    );
    assert.ok(given.every(({ timestamp, durationMs }) => timestamp instanceof Date && durationMs >= 0));
    assert.ok(!JSON.stringify(given).includes('secret') && !JSON.stringify(given).includes('1717171717'));
  });

  test('should not harm requests or other collectors when it throws, rejects or never ends; it misses what it cannot take', async () => {
    const seen: string[] = [];
    const bad: MetricsCollector[] = [
      {
        recordQuery: () => {
          throw new Error('no good');
        },
      },
      { recordQuery: () => Promise.reject(new Error('no good')) },
      {
        recordRequest: () => {
          throw new Error('no good');
        },
      },
    ];
    const endless: MetricsCollector = { recordQuery: () => new Promise(() => undefined) };
    const good: MetricsCollector = { recordQuery: ({ query }) => void seen.push(query) };
    const metrics = new MetricsMiddleware([...bad, endless, good]);
    await using h = await start(metrics);
    for (let i = 0; i < 1_200; i += 100) {
      await h.settle(Promise.all(Array.from({ length: 100 }, () => h.session.execute(INSERT))));
      await h.clock.advance(1);
    }
    assert.equal(seen.length, 1_200);
    // The endless one holds a thousand calls, and misses the others.
    assert.equal(value(metrics, 'cassandra_metrics_dropped_total'), 200);
    assert.equal(value(metrics, 'cassandra_metrics_failures_total'), 3_600);
  });

  test('should be bounded in what waits for it', async () => {
    const clock = new VirtualClock();
    let count = 0;
    const metrics = new MetricsMiddleware([{ recordQuery: () => void count++ }], clock);
    for (let i = 0; i < 12_000; i++) metrics.recordQueryMetrics({ query: INSERT, durationMs: 1 });
    assert.equal(count, 0, 'it was called in the way of a request');
    await clock.advance(1);
    assert.equal(count, 10_000);
    assert.equal(value(metrics, 'cassandra_metrics_dropped_total'), 2_000);
  });

  test('should leave the event loop to others when it is slow', async () => {
    const clock = new VirtualClock();
    let count = 0;
    let most = 0;
    let now = clock.now();
    const timers = {
      now: () => now,
      setImmediate: (callback: () => void) => void turns.push(callback),
      wallClockMicros: () => 0,
    };
    const turns: (() => void)[] = [];
    const slow: MetricsCollector = {
      recordQuery: () => {
        now += 2;
        count++;
      },
    };
    const metrics = new MetricsMiddleware([slow], {
      ...timers,
      setTimeout: () => ({}),
      clearTimeout: () => undefined,
      nextTick: () => undefined,
    });
    for (let i = 0; i < 20; i++) metrics.recordQueryMetrics({ query: INSERT, durationMs: 1 });
    while (turns.length > 0) {
      const before = count;
      turns.shift()?.();
      most = Math.max(most, count - before);
    }
    assert.equal(count, 20);
    assert.equal(most, 3, 'calls of 2 ms each in one turn of at most 5 ms');
  });

  test('should be told of the health of nodes', () => {
    const given: ConnectionMetrics[] = [];
    const memory = new InMemoryMetricsCollector();
    const metrics = new MetricsMiddleware([
      { recordConnectionHealth: (health) => void given.push(health) },
      memory,
      {
        recordConnectionHealth: () => {
          throw new Error('x');
        },
      },
    ]);
    metrics.recordConnectionMetrics({ host: '10.0.0.1:9042', isHealthy: false, responseTimeMs: 7, errorCount: 2 });
    assert.deepEqual(
      { ...given[0], lastCheck: null },
      { host: '10.0.0.1:9042', isHealthy: false, responseTimeMs: 7, errorCount: 2, totalQueries: 0, lastCheck: null },
    );
    assert.equal(memory.getStats().connectionHealth['10.0.0.1:9042']?.isHealthy, false);
    assert.equal(value(metrics, 'cassandra_connection_healthy', { host: '10.0.0.1:9042' }), 0);
    metrics.recordConnectionMetrics({ host: '10.0.0.1:9042', isHealthy: true, responseTimeMs: 7 });
    assert.equal(value(metrics, 'cassandra_connection_healthy'), 1);
    assert.equal(value(metrics, 'cassandra_metrics_failures_total'), 2);
  });
});

describe('the option metrics', () => {
  test('should take a middleware or collectors, and nothing else', async () => {
    const memory = new InMemoryMetricsCollector();
    await using h = await SessionHarness.start({ cluster: { metrics: [memory] } });
    await h.settle(h.session.execute(INSERT));
    assert.equal(memory.getStats().queryPerformance.totalQueries, 1);
    for (const wrong of [true, 'memory', {}, [1], memory])
      await assert.rejects(SessionHarness.start({ cluster: { metrics: wrong as never } }), ConfigurationError);
    assert.throws(() => new MetricsMiddleware(memory as never), ConfigurationError);
    assert.throws(() => createMetricsSystem({ backend: 'disk' as never }), ConfigurationError);
  });
});
