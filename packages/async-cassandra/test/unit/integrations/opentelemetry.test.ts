import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import * as stable from '@opentelemetry/semantic-conventions';
import * as registry from '@opentelemetry/semantic-conventions/incubating';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import {
  OpenTelemetryTracker,
  type OpenTelemetryTrackerOptions,
} from '../../../src/integrations/opentelemetry/index.ts';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { attribute, ownAttribute } from '../../../src/integrations/opentelemetry/attribute-names.ts';
import { ConstantSpeculativeExecutionPolicy } from '../../../src/policies/index.ts';
import { BatchStatement } from '../../../src/session/index.ts';
import { delayed, error, generatedRows, never, pages, rows, sequence, t, voidResult } from '../../support/index.ts';
import { SpanWatch } from '../../support/integrations/span-watch.ts';
import { type HarnessOptions, SessionHarness } from '../../support/session/session-harness.ts';

const SELECT = 'SELECT * FROM shop.users WHERE id = ?';
const bind = { bind: { id: t.int }, partitionKey: ['id'] };

/** A session that is traced from its first request on. */
async function traced(
  watch: SpanWatch,
  tracing: OpenTelemetryTrackerOptions = {},
  { cluster, ...options }: HarnessOptions = {},
): Promise<SessionHarness> {
  const tracker = new OpenTelemetryTracker({ tracerProvider: watch.provider, ...tracing });
  const h = await SessionHarness.start({ ...options, cluster: { trackers: [tracker], ...cluster } });
  h.servers.when(SELECT, rows({ id: t.int }, [[1]]), bind);
  return h;
}

function only(spans: readonly ReadableSpan[]): ReadableSpan {
  assert.equal(spans.length, 1, `one span, not ${spans.map(({ name }) => name).join(', ')}`);
  return spans[0] as ReadableSpan;
}

function assertWell(watch: SpanWatch): void {
  assert.deepEqual([...watch.open.values()], [], 'a span was left open');
  assert.deepEqual(watch.complaints, []);
  assert.equal(watch.started, watch.endings);
}

describe('OpenTelemetryTracker', () => {
  it('should make one span of kind CLIENT for a request, with the attributes of the conventions', async () => {
    await using watch = new SpanWatch();
    await using h = await traced(watch);
    const prepared = await h.settle(h.session.prepare(SELECT, { idempotent: true }));
    assert.equal(only(watch.ended).name, 'PREPARE');
    await h.settle(h.session.execute(prepared, [4_711], { consistency: 'LOCAL_QUORUM', fetchSize: 10 }));
    const span = only(watch.named('SELECT users'));
    assert.equal(span.kind, SpanKind.CLIENT);
    assert.equal(span.status.code, SpanStatusCode.UNSET);
    assert.deepEqual(span.attributes, {
      'db.system.name': 'cassandra',
      'db.namespace': 'shop',
      'db.collection.name': 'users',
      'db.operation.name': 'SELECT',
      'db.query.summary': 'SELECT users',
      'db.query.text': SELECT,
      'db.response.returned_rows': 1,
      'cassandra.consistency.level': 'local_quorum',
      'cassandra.query.idempotent': true,
      'cassandra.page.size': 10,
      'cassandra.coordinator.dc': 'datacenter1',
      'cassandra.coordinator.id': [...h.cluster.metadata.nodes.values()][0]?.hostId,
      'server.address': '10.0.0.1',
      'server.port': 9042,
      'network.peer.address': '10.0.0.1',
      'network.peer.port': 9042,
    });
    assert.deepEqual(watch.childrenOf(span), [], 'one attempt needs no span of its own');
    assertWell(watch);
  });

  it('should tell texts without values as they are, and no literals of others', async () => {
    const literal = "SELECT * FROM shop.users WHERE name = 'topsecret' AND id IN (1, 2, 3)";
    const mixed = "SELECT * FROM shop.users WHERE name = 'topsecret' AND id = ?";
    const clean = 'select * from shop.users where name = ? and id in (?)';
    for (const [queryText, expected] of [
      ['parameterized', [clean, mixed]],
      ['sanitized', [clean, 'select * from shop.users where name = ? and id = ?']],
      ['none', [undefined, undefined]],
    ] as const) {
      await using watch = new SpanWatch();
      await using h = await traced(watch, { queryText, prepares: false });
      h.servers.when(literal, rows({ id: t.int }, []));
      h.servers.when(mixed, rows({ id: t.int }, []), bind);
      await h.settle(h.session.execute(literal));
      await h.settle(h.session.execute(mixed, [1]));
      assert.deepEqual(
        watch.ended.map((span) => span.attributes['db.query.text']),
        expected,
      );
      assertWell(watch);
    }
  });

  it('should tell errors by type and code, and their messages only when asked', async () => {
    for (const errorMessages of [false, true]) {
      await using watch = new SpanWatch();
      await using h = await traced(watch, { errorMessages });
      h.servers.when('SELECT bad', error('syntaxError', { message: 'no viable alternative at input topsecret' }));
      await h.failure(h.session.execute('SELECT bad'));
      const span = only(watch.ended);
      assert.equal(span.name, 'SELECT');
      assert.equal(span.attributes['error.type'], 'CqlSyntaxError');
      assert.equal(span.attributes['db.response.status_code'], String(0x2000));
      assert.equal(span.attributes['async_cassandra.error.outcome'], 'rejected');
      assert.equal(span.status.code, SpanStatusCode.ERROR);
      assert.equal(span.status.message?.includes('topsecret'), errorMessages);
      assertWell(watch);
    }
  });

  it('should have spans of attempts below the span of a request that was sent again', async () => {
    await using watch = new SpanWatch();
    await using h = await traced(watch, {}, { nodes: 3 });
    const cql = 'SELECT * FROM shop.users WHERE id = 1';
    h.servers.when(cql, sequence(error('overloaded'), error('overloaded'), rows({ id: t.int }, [[1]])));
    await h.settle(h.session.execute(cql));
    const span = only(watch.named('SELECT users'));
    assert.equal(span.attributes['async_cassandra.request.attempts'], 3);
    assert.equal(span.status.code, SpanStatusCode.UNSET);
    const attempts = watch.childrenOf(span);
    assert.deepEqual(
      attempts.map(({ name, attributes }) => [
        name,
        attributes['async_cassandra.attempt.number'],
        attributes['async_cassandra.attempt.ending'],
        attributes['error.type'],
        attributes['db.response.status_code'],
      ]),
      [
        ['SELECT users attempt', 1, 'failed', 'OverloadedError', '4097'],
        ['SELECT users attempt', 2, 'failed', 'OverloadedError', '4097'],
        ['SELECT users attempt', 3, 'answered', undefined, undefined],
      ],
    );
    assert.equal(new Set(attempts.map(({ attributes }) => attributes['server.address'])).size, 3);
    assert.equal(attempts.at(-1)?.attributes['server.address'], span.attributes['server.address']);
    assertWell(watch);
  });

  it('should tell speculative executions, and end the span of the one that lost', async () => {
    await using watch = new SpanWatch();
    const speculativeExecutionPolicy = new ConstantSpeculativeExecutionPolicy({
      delayMs: 10,
      maxSpeculativeExecutions: 1,
    });
    await using h = await traced(watch, {}, { nodes: 2, cluster: { speculativeExecutionPolicy } });
    const cql = 'SELECT * FROM shop.users WHERE id = 1';
    const answer = rows({ id: t.int }, [[1]]);
    h.servers.when(cql, sequence(delayed(100, answer), answer));
    await h.settle(h.session.execute(cql));
    const span = only(watch.named('SELECT users'));
    assert.equal(span.attributes['cassandra.speculative_execution.count'], 1);
    assert.deepEqual(
      watch
        .childrenOf(span)
        .map(({ attributes }) => attributes['async_cassandra.attempt.ending'])
        .sort(),
      ['abandoned', 'answered'],
    );
    await h.clock.advance(200);
    assertWell(watch);
  });

  it('should make spans of all attempts, or of none, when told so', async () => {
    for (const [attempts, count] of [
      ['all', 1],
      ['none', 0],
    ] as const) {
      await using watch = new SpanWatch();
      await using h = await traced(watch, { attempts });
      await h.settle(h.session.execute(SELECT, [1]));
      assert.equal(watch.childrenOf(only(watch.named('SELECT users'))).length, count);
      assertWell(watch);
    }
  });

  it('should put the pages of a stream below its span, which ends with it, however that is', async () => {
    const cql = 'SELECT k FROM shop.events';
    for (const [way, ending, pagesRead] of [
      ['all', 'completed', 10],
      ['break', 'cancelled', 1],
      ['fail', 'failed', 1],
    ] as const) {
      await using watch = new SpanWatch();
      await using h = await traced(watch);
      h.servers.when(
        cql,
        generatedRows({ k: t.int }, 100, (i) => [i]),
      );
      if (way === 'fail') h.servers.when({ cql, nth: 2 }, error('invalid'));
      const read = async (): Promise<void> => {
        const stream = await h.session.executeStream(cql, [], { fetchSize: 10, prefetchPages: 0 });
        for await (const _row of stream) if (way === 'break') break;
      };
      await h.settle(read().catch(() => undefined));
      const span = only(watch.ended.filter(({ kind }) => kind === SpanKind.INTERNAL));
      assert.equal(span.name, 'stream events');
      assert.equal(span.attributes['async_cassandra.stream.ending'], ending);
      assert.equal(span.attributes['async_cassandra.stream.pages'], pagesRead);
      assert.equal(span.attributes['db.response.returned_rows'], pagesRead * 10);
      assert.equal(span.status.code, way === 'fail' ? SpanStatusCode.ERROR : SpanStatusCode.UNSET);
      const below = watch.childrenOf(span).map(({ name }) => name);
      assert.deepEqual(below, Array<string>(way === 'fail' ? 2 : pagesRead).fill('SELECT events'));
      assertWell(watch);
    }
  });

  it('should end the span of a stream that is never read when its session closes', async () => {
    await using watch = new SpanWatch();
    {
      await using h = await traced(watch);
      h.servers.when('SELECT k FROM shop.events', pages({ k: t.int }, [[[1]], [[2]]]));
      await h.settle(h.session.executeStream('SELECT k FROM shop.events'));
      assert.equal(watch.open.size, 1);
    }
    assertWell(watch);
  });

  it('should keep the context across awaits, queues and concurrent runs', async () => {
    await using watch = new SpanWatch();
    await using h = await traced(watch, {}, { cluster: { limits: { maxInFlight: 2 } } });
    const insert = 'INSERT INTO shop.users (id) VALUES (?)';
    h.servers.when(insert, delayed(5, voidResult()), bind);
    const tracer = watch.provider.getTracer('test');
    const work = (name: string): Promise<void> =>
      tracer.startActiveSpan(name, async (span) => {
        await h.session.execute(SELECT, [1]);
        assert.equal(trace.getActiveSpan(), span);
        await h.session.executeConcurrent(
          insert,
          Array.from({ length: 20 }, (_, i) => [i]),
          { concurrency: 5 },
        );
        assert.equal(trace.getActiveSpan(), span);
        span.end();
      });
    await h.settle(Promise.all(['a', 'b', 'c'].map(work)));
    const below = (name: string): string[] => watch.childrenOf(only(watch.named(name))).map((span) => span.name);
    for (const name of ['a', 'b', 'c']) {
      const names = below(name);
      assert.equal(names.filter((each) => each === 'INSERT users').length, 20);
      assert.equal(names.filter((each) => each === 'SELECT users').length, 1);
    }
    assert.equal(trace.getSpan(context.active()), undefined);
    assertWell(watch);
  });

  it('should send the trace context with every attempt when asked, and nothing when not', async () => {
    for (const propagate of [true, false]) {
      await using watch = new SpanWatch();
      await using h = await traced(watch, { propagate }, { nodes: 2 });
      h.servers.when(SELECT, error('overloaded'), { times: 1, ...bind });
      const prepared = await h.settle(h.session.prepare(SELECT, { idempotent: true }));
      h.clearLogs();
      await h.settle(h.session.execute(prepared, [1], { customPayload: { mine: Buffer.from('kept') } }));
      const { traceId, spanId } = only(watch.named('SELECT users')).spanContext();
      const sent = h.statements.map(({ customPayload }) => [
        customPayload?.get('mine')?.toString(),
        customPayload?.get('traceparent')?.toString(),
      ]);
      const expected = ['kept', propagate ? `00-${traceId}-${spanId}-01` : undefined];
      assert.ok(sent.length >= 2, 'it was sent again');
      for (const each of sent) assert.deepEqual(each, expected);
      assertWell(watch);
    }
  });

  it('should make spans of batches by their size', async () => {
    await using watch = new SpanWatch();
    await using h = await traced(watch, { prepares: false });
    const insert = "INSERT INTO shop.users (id, name) VALUES (1, 'topsecret')";
    for (const size of [1, 3]) {
      const batch = new BatchStatement('unlogged');
      for (let i = 0; i < size; i++) batch.add(insert);
      await h.settle(h.session.executeBatch(batch));
    }
    assert.deepEqual(
      watch.ended.map(({ name, attributes }) => [name, attributes['db.operation.batch.size']]),
      [
        ['BATCH users', undefined],
        ['BATCH users', 3],
      ],
    );
    assert.equal(JSON.stringify(watch.ended.map(({ attributes }) => attributes)).includes('topsecret'), false);
    assertWell(watch);
  });

  it('should end spans of requests that time out, are aborted, or are cut by close()', async () => {
    await using watch = new SpanWatch();
    const types: unknown[] = [];
    {
      await using h = await traced(watch);
      h.servers.when('SELECT slow', never());
      await h.failure(h.session.execute('SELECT slow', undefined, { timeoutMs: 50 }));
      const controller = new AbortController();
      const aborted = h.failure(h.session.execute('SELECT slow', undefined, { signal: controller.signal }));
      controller.abort(new Error('topsecret'));
      await aborted;
      const cut = h.session.execute('SELECT slow').catch(() => undefined);
      await h.settle(h.session.close({ drainTimeoutMs: 0 }));
      await h.settle(cut);
    }
    types.push(...watch.ended.map(({ attributes }) => attributes['error.type']));
    assert.deepEqual(types, ['TimeoutError', 'AbortError', 'SessionClosedError']);
    assertWell(watch);
  });

  it('should name attributes as the registry of the conventions does, and what is stable there is', () => {
    const names = (conventions: object): Set<unknown> => new Set(Object.values(conventions));
    const isStable = (name: string): boolean => !name.startsWith('cassandra.') && name !== 'db.response.returned_rows';
    for (const name of Object.values(attribute))
      assert.ok(names(isStable(name) ? stable : registry).has(name), `${name} is not in the registry`);
    for (const name of Object.values(ownAttribute)) assert.equal(names(registry).has(name), false);
  });

  it('should refuse options that do not exist or are of another kind', () => {
    for (const options of [
      { attempt: 'all' },
      { attempts: 'some' },
      { queryText: true },
      { propagate: 'yes' },
      { tracerProvider: {} },
    ]) {
      assert.throws(() => new OpenTelemetryTracker(options as OpenTelemetryTrackerOptions), ConfigurationError);
    }
  });
});
