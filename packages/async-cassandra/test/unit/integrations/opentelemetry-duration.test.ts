import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { metrics } from '@opentelemetry/api';
import { DataPointType, type Histogram, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import * as stable from '@opentelemetry/semantic-conventions';
import * as registry from '@opentelemetry/semantic-conventions/incubating';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { attribute, SCHEMA_URL } from '../../../src/integrations/opentelemetry/attribute-names.ts';
import {
  OpenTelemetryTracker,
  type OpenTelemetryTrackerOptions,
} from '../../../src/integrations/opentelemetry/index.ts';
import type { Consistency } from '../../../src/protocol/index.ts';
import { BatchStatement } from '../../../src/session/index.ts';
import { delayed, error, never, rows, t, voidResult } from '../../support/index.ts';
import { SpanWatch } from '../../support/integrations/span-watch.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const SELECT = 'SELECT * FROM shop.users WHERE id = ?';

class OnDemandReader extends MetricReader {
  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** The metrics of the real SDK, read when a test asks. */
class MetricWatch {
  readonly provider: MeterProvider;
  readonly #reader = new OnDemandReader();

  constructor() {
    this.provider = new MeterProvider({ readers: [this.#reader] });
  }

  /** The only metric that there may be, and the scope it is of. */
  async only(): Promise<{
    readonly scope: { readonly name: string; readonly schemaUrl?: string | undefined };
    readonly descriptor: { readonly name: string; readonly unit: string; readonly description: string };
    readonly points: readonly { readonly attributes: Readonly<Record<string, unknown>>; readonly value: Histogram }[];
  }> {
    const { resourceMetrics, errors } = await this.#reader.collect();
    assert.deepEqual(errors, []);
    const [scoped] = resourceMetrics.scopeMetrics;
    assert.ok(scoped !== undefined && resourceMetrics.scopeMetrics.length === 1);
    const [metric] = scoped.metrics;
    assert.ok(metric !== undefined && scoped.metrics.length === 1);
    assert.ok(metric.dataPointType === DataPointType.HISTOGRAM);
    return { scope: scoped.scope, descriptor: metric.descriptor, points: metric.dataPoints };
  }
}

async function watched(options: OpenTelemetryTrackerOptions): Promise<SessionHarness> {
  const h = await SessionHarness.start({ cluster: { trackers: [new OpenTelemetryTracker(options)] } });
  h.servers.when(SELECT, rows({ id: t.int }, [[1]]), { bind: { id: t.int }, partitionKey: ['id'] });
  return h;
}

describe('the metric of OpenTelemetryTracker', () => {
  it('should be what the conventions require: name, unit, bounds and attributes', async () => {
    const watch = new MetricWatch();
    await using h = await watched({ meterProvider: watch.provider, prepares: false });
    h.servers.when(SELECT, delayed(30, rows({ id: t.int }, [[1]])), { bind: { id: t.int } });
    await h.settle(h.session.execute(SELECT, [4_711]));
    await h.settle(h.session.execute(SELECT, [4_712]));
    const { scope, descriptor, points } = await watch.only();
    assert.deepEqual([scope.name, scope.schemaUrl], ['async-cassandra', SCHEMA_URL]);
    assert.equal(descriptor.name, stable.METRIC_DB_CLIENT_OPERATION_DURATION);
    assert.equal(descriptor.unit, 's');
    const [point] = points;
    assert.ok(point !== undefined && points.length === 1);
    assert.deepEqual(point.attributes, {
      'db.system.name': registry.DB_SYSTEM_NAME_VALUE_CASSANDRA,
      'db.namespace': 'shop',
      'db.collection.name': 'users',
      'db.operation.name': 'SELECT',
      'db.query.summary': 'SELECT users',
      'server.address': '10.0.0.1',
      'server.port': 9042,
    });
    const { buckets, count, sum = 0 } = point.value;
    // https://opentelemetry.io/docs/specs/semconv/db/database-metrics/
    assert.deepEqual(buckets.boundaries, [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]);
    assert.equal(count, 2);
    assert.equal(buckets.counts[3], 2, 'between 10 and 50 ms');
    assert.ok(sum >= 0.06 && sum < 0.1, `${sum}`);
  });

  it('should tell failures by class and server code, and batches as one operation', async () => {
    const watch = new MetricWatch();
    await using h = await watched({ meterProvider: watch.provider });
    h.servers.when('SELECT bad', error('syntaxError', { message: 'no viable alternative at input topsecret' }));
    h.servers.when('SELECT slow', never());
    h.servers.when({ opcode: ['BATCH'] }, voidResult());
    await h.failure(h.session.execute('SELECT bad'));
    await h.failure(h.session.execute('SELECT slow', undefined, { timeoutMs: 50 }));
    const insert = "INSERT INTO shop.users (id, name) VALUES (1, 'topsecret')";
    await h.settle(h.session.executeBatch(new BatchStatement('unlogged').add(insert).add(insert)));
    const { points } = await watch.only();
    const told = points.map(({ attributes, value: { count } }) => [
      attributes['db.operation.name'],
      attributes['error.type'],
      attributes['db.response.status_code'],
      count,
    ]);
    assert.deepEqual(told, [
      ['SELECT', 'CqlSyntaxError', String(0x2000), 1],
      ['SELECT', 'TimeoutError', undefined, 1],
      ['BATCH', undefined, undefined, 1],
    ]);
    assert.equal(JSON.stringify(points).includes('topsecret'), false);
  });

  it('should have names of the registry only, which are stable', async () => {
    const watch = new MetricWatch();
    await using h = await watched({ meterProvider: watch.provider });
    await h.settle(h.session.execute(SELECT, [1]));
    await h.failure(h.session.execute('SELECT bad', undefined, { timeoutMs: 1 }));
    const names = new Set<unknown>(Object.values(stable));
    for (const { attributes } of (await watch.only()).points)
      for (const name of Object.keys(attributes)) assert.ok(names.has(name), name);
  });

  it('should not grow with what texts call their tables', async () => {
    const watch = new MetricWatch();
    await using h = await watched({ meterProvider: watch.provider });
    for (let i = 0; i < 1_100; i++)
      await h.settle(h.session.execute(`INSERT INTO shop.t${i} (k) VALUES (1)`, undefined, { prepare: false }));
    const { points } = await watch.only();
    assert.equal(points.length, 1_001);
    const rest = points.filter(({ attributes }) => attributes['db.collection.name'] === undefined);
    assert.deepEqual(
      rest.map(({ attributes, value }) => [attributes['db.operation.name'], value.count]),
      [['INSERT', 100]],
    );
  });

  it('should find a provider that is registered after the cluster was made, and another one after it', async () => {
    const [first, second] = [new MetricWatch(), new MetricWatch()];
    await using h = await watched({ prepares: false });
    try {
      await h.settle(h.session.execute(SELECT, [1]));
      for (const watch of [first, second]) {
        metrics.disable();
        metrics.setGlobalMeterProvider(watch.provider);
        await h.settle(h.session.execute(SELECT, [1]));
      }
    } finally {
      metrics.disable();
    }
    for (const watch of [first, second]) assert.equal((await watch.only()).points[0]?.value.count, 1);
  });

  it('should go with spans, and be left out when told so', async () => {
    const watch = new MetricWatch();
    await using spans = new SpanWatch();
    await using h = await watched({ tracerProvider: spans.provider, meterProvider: watch.provider });
    h.session.observe(new OpenTelemetryTracker({ meterProvider: watch.provider, metrics: false }));
    await h.settle(h.session.execute(SELECT, [1]));
    const counts = (await watch.only()).points.map(({ value }) => value.count);
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      spans.ended.length,
    );
    for (const wrong of [{ metrics: 'yes' }, { meterProvider: {} }, { meterProvider: null }])
      assert.throws(
        () => new OpenTelemetryTracker(wrong as unknown as OpenTelemetryTrackerOptions),
        ConfigurationError,
      );
  });
});

describe('the conventions that are followed', () => {
  it('should be the version that the registry of the tests is of', () => {
    const entry = import.meta.resolve('@opentelemetry/semantic-conventions');
    const folder = entry.slice(0, entry.lastIndexOf('/semantic-conventions/') + '/semantic-conventions/'.length);
    const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string };
    assert.equal(SCHEMA_URL, `https://opentelemetry.io/schemas/${version}`);
  });

  it('should name every attribute as the registry does', () => {
    assert.deepEqual(attribute, {
      system: stable.ATTR_DB_SYSTEM_NAME,
      namespace: stable.ATTR_DB_NAMESPACE,
      collection: stable.ATTR_DB_COLLECTION_NAME,
      operation: stable.ATTR_DB_OPERATION_NAME,
      batchSize: stable.ATTR_DB_OPERATION_BATCH_SIZE,
      queryText: stable.ATTR_DB_QUERY_TEXT,
      querySummary: stable.ATTR_DB_QUERY_SUMMARY,
      returnedRows: registry.ATTR_DB_RESPONSE_RETURNED_ROWS,
      statusCode: stable.ATTR_DB_RESPONSE_STATUS_CODE,
      serverAddress: stable.ATTR_SERVER_ADDRESS,
      serverPort: stable.ATTR_SERVER_PORT,
      peerAddress: stable.ATTR_NETWORK_PEER_ADDRESS,
      peerPort: stable.ATTR_NETWORK_PEER_PORT,
      errorType: stable.ATTR_ERROR_TYPE,
      consistency: registry.ATTR_CASSANDRA_CONSISTENCY_LEVEL,
      dataCenter: registry.ATTR_CASSANDRA_COORDINATOR_DC,
      coordinator: registry.ATTR_CASSANDRA_COORDINATOR_ID,
      pageSize: registry.ATTR_CASSANDRA_PAGE_SIZE,
      idempotent: registry.ATTR_CASSANDRA_QUERY_IDEMPOTENT,
      speculativeExecutions: registry.ATTR_CASSANDRA_SPECULATIVE_EXECUTION_COUNT,
    });
  });

  it('should have a value for every consistency level', async () => {
    const levels = Object.entries(registry)
      .filter(([name]) => name.startsWith('CASSANDRA_CONSISTENCY_LEVEL_VALUE_'))
      .map(([name, value]) => [name.slice('CASSANDRA_CONSISTENCY_LEVEL_VALUE_'.length), value as unknown]);
    assert.equal(levels.length, 11);
    await using watch = new SpanWatch();
    await using h = await watched({ tracerProvider: watch.provider, prepares: false });
    for (const [level] of levels)
      await h.settle(h.session.execute(SELECT, [1], { consistency: level as Consistency }).catch(() => undefined));
    assert.deepEqual(
      watch.ended.map(({ attributes }) => attributes['cassandra.consistency.level']),
      levels.map(([, value]) => value),
    );
  });
});
