/**
 * Traces of 100,000 requests, with failures, retries, timeouts, aborts and streams among them, through the real
 * OpenTelemetry SDK to a collector by OTLP: no span is left open or ended twice or lost, each has its parent, and every
 * attribute is one of the semantic conventions' registry or the driver's own.
 *
 *     npm run prove -- traces
 *
 * `PROPERTY_SCALE` scales the number of requests.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import * as registry from '@opentelemetry/semantic-conventions/incubating';
import { AsyncCluster } from '../../src/client/index.ts';
import { OpenTelemetryTracker } from '../../src/integrations/opentelemetry/index.ts';
import { type AsyncCassandraSession, BatchStatement } from '../../src/session/index.ts';
import { error, generatedRows, never, rows, ScriptedCluster, t, voidResult } from '../support/index.ts';
import { OtlpCollector } from '../support/integrations/otlp-collector.ts';
import { SpanWatch } from '../support/integrations/span-watch.ts';
import { propertyRuns } from '../support/property-runs.ts';

const COUNT = propertyRuns(100_000);
const CONCURRENCY = 200;
const READ = 'SELECT * FROM shop.users WHERE id = ?';

/** The n-th request of the mix. */
async function request(session: AsyncCassandraSession, n: number): Promise<unknown> {
  if (n % 500 === 1) return session.execute('SELECT slow FROM shop.users', undefined, { timeoutMs: 30 });
  if (n % 250 === 2) return session.execute(READ, [n], { signal: AbortSignal.timeout(0) });
  if (n % 50 === 3) return session.execute('SELECT busy FROM shop.users');
  if (n % 40 === 4) return session.execute("SELECT bad FROM shop.users WHERE name = 'topsecret'");
  if (n % 40 === 5) return session.executeBatch(new BatchStatement('unlogged').add(READ, [n]).add(READ, [n]));
  if (n % 40 !== 6) return session.execute(READ, [n]);
  const stream = await session.executeStream('SELECT k FROM shop.events', [], { fetchSize: 10 });
  let seen = 0;
  for await (const _row of stream) if (++seen === 15 && n % 80 === 6) break;
  return seen;
}

it('should_end_every_span_once_and_export_it_as_the_conventions_have_it', { timeout: 600_000 }, async (test) => {
  await using collector = await OtlpCollector.start();
  const exporter = new OTLPTraceExporter({ url: collector.url });
  const processor = new BatchSpanProcessor(exporter, { maxQueueSize: 10_000_000, maxExportBatchSize: 4_000 });
  await using watch = new SpanWatch({ keeps: false, processors: [processor] });
  const servers = await ScriptedCluster.start({ nodes: 3 });
  servers.when(READ, rows({ id: t.int }, [[1]]), { bind: { id: t.int } });
  servers.when({ opcode: ['BATCH'] }, voidResult());
  servers.when('SELECT slow FROM shop.users', never());
  servers.when('SELECT busy FROM shop.users', error('overloaded'));
  servers.when(/^SELECT bad/, error('invalid'));
  servers.when(
    'SELECT k FROM shop.events',
    generatedRows({ k: t.int }, 30, (i) => [i]),
  );
  const tracker = new OpenTelemetryTracker({ tracerProvider: watch.provider, propagate: true });
  const cluster = new AsyncCluster({ contactPoints: servers.contactPoints, trackers: [tracker] });
  const failures = new Map<string, number>();
  try {
    const session = await cluster.connect();
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < COUNT) {
        await request(session, next++).catch(({ name }: Error) => failures.set(name, (failures.get(name) ?? 0) + 1));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  } finally {
    await cluster.shutdown({ drainTimeoutMs: 5_000 });
    await servers.stop();
  }
  assert.deepEqual([...watch.open.values()], [], 'spans left open');
  assert.deepEqual([...new Set(watch.complaints)], []);
  assert.equal(watch.started, watch.endings);
  await watch.provider.shutdown();
  const { spans } = collector;
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  assert.equal(spans.length, watch.endings, 'spans lost on their way');
  assert.equal(byId.size, spans.length, 'spans exported twice');
  assert.deepEqual([...collector.scopes], ['async-cassandra']);
  const known = new Set<unknown>(Object.values(registry).filter((value) => typeof value === 'string'));
  const values = new Set<string>();
  let clients = 0;
  for (const { name, kind, parentSpanId, attributes, startTimeUnixNano, endTimeUnixNano, status } of spans) {
    if (kind === 3) clients++;
    if (parentSpanId !== undefined && parentSpanId !== '') assert.ok(byId.has(parentSpanId), `${name} has no parent`);
    assert.ok(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano), `${name} ends before it starts`);
    const names = new Set(attributes.map(({ key }) => key));
    assert.equal(status.code === 2, names.has('error.type'), `${name} has error.type if and only if it failed`);
    for (const { key, value } of attributes) {
      assert.ok(known.has(key) || key.startsWith('async_cassandra.'), `${key} is not in the registry`);
      if (key === 'db.query.text') values.add(String(value['stringValue']));
      if (key === 'cassandra.consistency.level') assert.ok(known.has(String(value['stringValue'])));
    }
  }
  assert.ok(clients >= COUNT - (failures.get('AbortError') ?? 0), 'one span for each request');
  assert.ok([...values].every((text) => !text.includes('topsecret')));
  const told = [...failures].map(([name, times]) => `${name} ${times}`).join(', ');
  test.diagnostic(`${COUNT} requests, ${spans.length} spans, ${clients} of them CLIENT; ${told}`);
});
