import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { ConfigurationError } from '../../../../src/errors/index.ts';
import { PrometheusMetricsCollector } from '../../../../src/integrations/prometheus/index.ts';
import { metricDefinitions, MetricsMiddleware } from '../../../../src/observability/index.ts';
import { delayed, error, voidResult } from '../../../support/index.ts';
import { SessionHarness } from '../../../support/session/session-harness.ts';

const INSERT = "INSERT INTO ks.t (k) VALUES ('secret')";

describe('the Prometheus collector', () => {
  test('should show what the driver has counted when it is scraped', async () => {
    const registry = new Registry();
    const collector = new PrometheusMetricsCollector({ registry });
    await using h = await SessionHarness.start({ cluster: { metrics: new MetricsMiddleware([collector]) } });
    h.servers.when(INSERT, delayed(20, voidResult()));
    await h.settle(h.session.execute(INSERT));
    h.servers.when(INSERT, error('overloaded'));
    await h.failure(h.session.execute(INSERT));
    const text = await registry.metrics();
    for (const line of [
      '# TYPE cassandra_query_duration_seconds histogram',
      'cassandra_query_duration_seconds_bucket{le="0.01",query_type="simple",success="success"} 0',
      'cassandra_query_duration_seconds_bucket{le="0.025",query_type="simple",success="success"} 1',
      'cassandra_query_duration_seconds_bucket{le="+Inf",query_type="simple",success="success"} 1',
      'cassandra_query_duration_seconds_count{query_type="simple",success="success"} 1',
      'cassandra_queries_total{query_type="simple",success="failure"} 1',
      'cassandra_errors_total{error_type="OverloadedError",category="overload"} 1',
      'cassandra_connection_healthy{host="10.0.0.1:9042"} 1',
      'cassandra_node_open_connections{node="10.0.0.1:9042",datacenter="datacenter1"} 1',
    ])
      assert.ok(text.includes(`${line}\n`), `${line} is not in\n${text}`);
    assert.ok(!text.includes('secret'));
    assert.equal(await collector.getStats(), text);
    // Read anew at each scrape.
    h.servers.when(INSERT, voidResult());
    await h.settle(h.session.execute(INSERT));
    assert.ok(
      (await registry.metrics()).includes('cassandra_queries_total{query_type="simple",success="success"} 2\n'),
    );
  });

  test('should export the metrics of the catalogue and no others', async () => {
    const registry = new Registry();
    const metrics = new MetricsMiddleware([
      new PrometheusMetricsCollector({ registry, prefix: 'shop_', labels: { region: 'eu' } }),
    ]);
    metrics.recordQueryMetrics({ query: 'SELECT 1', durationMs: 5 });
    const exported = await registry.getMetricsAsJSON();
    assert.deepEqual(
      exported.map(({ name, type, help }) => ({ name, type, help })),
      metricDefinitions.map(({ name, type, help }) => ({ name: `shop_${name}`, type, help })),
    );
    const text = await registry.metrics();
    assert.ok(
      text.includes('shop_cassandra_queries_total{query_type="simple",success="success",region="eu"} 1\n'),
      text,
    );
  });

  test('should live beside other metrics, know its registry, and leave it', async () => {
    const registry = new Registry();
    new Counter({ name: 'orders_total', help: 'Orders', registers: [registry] }).inc(3);
    const collector = new PrometheusMetricsCollector({ registry });
    assert.throws(() => new PrometheusMetricsCollector({ registry }), ConfigurationError);
    assert.ok((await registry.metrics()).includes('orders_total 3\n'));
    const middleware = new MetricsMiddleware([collector]);
    assert.ok(middleware.isEnabled);
    assert.throws(() => new MetricsMiddleware([collector]), ConfigurationError);
    collector.unregister();
    assert.ok(!(await registry.metrics()).includes('cassandra_'));
    for (const wrong of [
      { prefix: '1x' },
      { prefix: 'a-b' },
      { labels: { node: 'x' } },
      { labels: { le: 'x' } },
      { registry: {} as Registry },
    ])
      assert.throws(() => new PrometheusMetricsCollector({ registry: new Registry(), ...wrong }), ConfigurationError);
  });
});
