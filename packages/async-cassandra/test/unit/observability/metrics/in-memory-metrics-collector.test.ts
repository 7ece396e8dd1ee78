import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../../../src/errors/index.ts';
import { InMemoryMetricsCollector, type QueryMetrics } from '../../../../src/observability/index.ts';
import { delayed, error, VirtualClock, voidResult } from '../../../support/index.ts';
import { SessionHarness } from '../../../support/session/session-harness.ts';

function query(index: number, durationMs: number, success = true): QueryMetrics {
  return {
    queryHash: `hash ${index}`,
    query: `query ${index}`,
    queryType: 'simple',
    durationMs,
    success,
    errorType: success ? undefined : 'TimeoutError',
    errorCategory: success ? undefined : 'client_timeout',
    timestamp: new Date(0),
    parametersCount: 0,
    resultSize: 0,
    node: undefined,
  };
}

describe('metrics in memory', () => {
  test('should tell percentiles, rates and errors of what is kept', async () => {
    const clock = new VirtualClock();
    const collector = new InMemoryMetricsCollector({}, clock);
    for (let ms = 1; ms <= 1000; ms++) collector.recordQuery(query(1, ms, ms % 10 !== 0));
    const { queryPerformance, errorSummary } = collector.getStats();
    assert.equal(queryPerformance.totalQueries, 1000);
    assert.equal(queryPerformance.avgDurationMs, 500.5);
    assert.deepEqual([queryPerformance.minDurationMs, queryPerformance.maxDurationMs], [1, 1000]);
    for (const [percentile, exact] of [
      [queryPerformance.p50DurationMs, 500],
      [queryPerformance.p95DurationMs, 950],
      [queryPerformance.p99DurationMs, 990],
    ] as const)
      assert.ok(Math.abs(percentile - exact) < exact * 0.01, `${percentile} instead of ${exact}`);
    assert.equal(queryPerformance.successRate, 0.9);
    assert.deepEqual(errorSummary, { TimeoutError: 100 });
    assert.equal(queryPerformance.recentQueries5Min, 1000);
    assert.equal(queryPerformance.queriesPerSecond, 1000 / 60);
    await clock.advance(61_000);
    assert.equal(collector.getStats().queryPerformance.queriesPerSecond, 0);
    assert.equal(collector.getStats().queryPerformance.recentQueries5Min, 1000);
    await clock.advance(300_000);
    assert.equal(collector.getStats().queryPerformance.recentQueries5Min, 0);
  });

  test('should keep so many requests and tell so many statements apart', async () => {
    const clock = new VirtualClock();
    const collector = new InMemoryMetricsCollector({ maxEntries: 10, maxStatements: 3 }, clock);
    for (let i = 0; i < 100; i++) {
      collector.recordQuery(query(i % 20, i));
      await clock.advance(10);
    }
    const { queryPerformance, topQueries } = collector.getStats();
    assert.equal(queryPerformance.totalQueries, 100);
    assert.deepEqual([queryPerformance.minDurationMs, queryPerformance.maxDurationMs], [90, 99]);
    assert.equal(queryPerformance.recentQueries5Min, 10);
    assert.ok(Math.abs(queryPerformance.queriesPerSecond - 100) < 1, `${queryPerformance.queriesPerSecond}`);
    assert.deepEqual(
      topQueries.map(({ query: text, count }) => [text, count]),
      [
        ['other', 85],
        ['query 0', 5],
        ['query 1', 5],
        ['query 2', 5],
      ],
    );
  });

  test('should follow a session, statement by statement', async () => {
    const collector = new InMemoryMetricsCollector();
    await using h = await SessionHarness.start({ cluster: { metrics: [collector] } });
    const insert = /^INSERT INTO ks.t/;
    h.servers.when(insert, delayed(10, voidResult()));
    for (let i = 0; i < 5; i++) await h.settle(h.session.execute(`INSERT INTO ks.t (k) VALUES (${i})`));
    h.servers.when(insert, error('unavailable', { consistency: 'ONE', required: 1, alive: 0 }));
    await h.failure(h.session.execute('INSERT INTO ks.t (k) VALUES (9)'));
    const { queryPerformance, topQueries, errorSummary } = collector.getStats();
    assert.equal(queryPerformance.totalQueries, 6);
    assert.deepEqual(errorSummary, { UnavailableError: 1 });
    assert.equal(topQueries.length, 1);
    const [{ query: text, count, errors, avgDurationMs, queryHash }] = topQueries as [(typeof topQueries)[number]];
    assert.deepEqual([text, count, errors], ['insert into ks.t(k) values (?)', 6, 1]);
    assert.ok(avgDurationMs > 8 && avgDurationMs < 15, `${avgDurationMs}`);
    assert.match(queryHash, /^[0-9a-f]{16}$/);
    assert.ok(queryPerformance.p50DurationMs >= 10);
  });

  test('should have plain figures when there was nothing, and refuse impossible bounds', () => {
    const { queryPerformance, topQueries } = new InMemoryMetricsCollector().getStats();
    assert.deepEqual(topQueries, []);
    assert.equal(queryPerformance.successRate, 1);
    for (const figure of Object.values(queryPerformance)) assert.ok(Number.isFinite(figure));
    for (const maxEntries of [0, -1, 1.5, Number.NaN, 1e9, '10' as never])
      assert.throws(() => new InMemoryMetricsCollector({ maxEntries }), ConfigurationError);
  });
});
