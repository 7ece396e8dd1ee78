import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, test } from 'node:test';
import type { RequestTracker, TrackedRequest } from '../../../../src/diagnostics/index.ts';
import { ConfigurationError } from '../../../../src/errors/index.ts';
import { ConstantSpeculativeExecutionPolicy } from '../../../../src/policies/index.ts';
import { BatchStatement } from '../../../../src/session/index.ts';
import {
  closeConnection,
  delayed,
  error,
  held,
  never,
  pages,
  rows,
  sequence,
  t,
  voidResult,
} from '../../../support/index.ts';
import { RecordingTracker } from '../../../support/session/recording-tracker.ts';
import { type HarnessOptions, SessionHarness } from '../../../support/session/session-harness.ts';

const SELECT = 'SELECT k FROM ks.t';
const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const BOUND = 'INSERT INTO ks.t (k) VALUES (?)';
const OK = ['start query ' + INSERT, 'attempt 1', 'attempt 1 answered', 'end ok'];

async function start(options: HarnessOptions = {}): Promise<{ h: SessionHarness; told: RecordingTracker }> {
  const h = await SessionHarness.start(options);
  const told = new RecordingTracker();
  h.session.observe(told);
  h.servers.when(SELECT, rows({ k: t.int }, [[1], [2]]));
  h.servers.when(BOUND, voidResult(), { bind: { k: t.int } });
  return { h, told };
}

describe('trackers of requests', () => {
  test('should be told of a write and of a read, with its rows', async () => {
    const { h, told } = await start();
    await using _ = h;
    await h.settle(h.session.execute(INSERT));
    assert.deepEqual(told.take(), OK);
    await h.settle(h.session.execute(SELECT));
    assert.deepEqual(told.take(), ['start query ' + SELECT, 'attempt 1', 'attempt 1 answered', 'end ok 2 rows']);
    told.assertBalanced();
  });

  test('should be told of the preparation as a request of its own, and of batches with their size', async () => {
    const { h, told } = await start();
    await using _ = h;
    await h.settle(h.session.execute(BOUND, [1]));
    assert.deepEqual(
      told.take().filter((line) => !line.startsWith('attempt')),
      ['start prepare ' + BOUND, 'end ok', 'start query ' + BOUND, 'end ok'],
    );
    const seen: unknown[] = [];
    h.session.observe({
      onStart: ({ type, batchSize, parameterCount, isPrepared }) =>
        seen.push({ type, batchSize, parameterCount, isPrepared }),
      onEnd: () => undefined,
    });
    await h.settle(h.session.execute(BOUND, [1]));
    await h.settle(h.session.execute(new BatchStatement('unlogged').add(BOUND, [1]).add(BOUND, [2])));
    assert.deepEqual(seen, [
      { type: 'query', batchSize: undefined, parameterCount: 1, isPrepared: true },
      { type: 'batch', batchSize: 2, parameterCount: 2, isPrepared: false },
    ]);
    told.assertBalanced();
  });

  test('should be told of each server error once, as the promise is', async () => {
    const { h, told } = await start();
    await using _ = h;
    for (const name of ['invalid', 'syntaxError', 'unauthorized', 'serverError', 'overloaded'] as const) {
      h.servers.when(INSERT, error(name));
      const failure = await h.failure(h.session.execute(INSERT));
      const lines = told.take();
      assert.equal(lines.at(-1), `end ${failure.name}`);
      assert.equal(lines.filter((line) => line.startsWith('end')).length, 1);
      assert.ok(lines.includes(`attempt 1 failed ${failure.name}`), lines.join());
    }
    told.assertBalanced();
  });

  test('should be told of retries, on the same and on other nodes, and of the attempts between', async () => {
    const { h, told } = await start({ nodes: 2 });
    await using _ = h;
    h.servers.when(INSERT, sequence(closeConnection('reset'), voidResult()));
    await h.settle(h.session.execute(INSERT, undefined, { idempotent: true }));
    assert.deepEqual(told.take(), [
      'start query ' + INSERT,
      'attempt 1',
      'attempt 1 failed ConnectionError',
      'retryNext ConnectionError',
      'attempt 2',
      'attempt 2 answered',
      'end ok',
    ]);
    h.servers.when(INSERT, error('invalid'));
    await h.settle(
      h.session.execute(INSERT, undefined, { retryPolicy: { onRequestError: () => ({ decision: 'ignore' }) } }),
    );
    assert.deepEqual(told.take().slice(2), [
      'attempt 1 failed InvalidQueryError',
      'ignore InvalidQueryError',
      'end ok',
    ]);
    told.assertBalanced();
  });

  test('should be told of speculative executions: one is answered, the other abandoned', async () => {
    const policy = new ConstantSpeculativeExecutionPolicy({ delayMs: 50 });
    const { h, told } = await start({ nodes: 3, cluster: { speculativeExecutionPolicy: policy } });
    await using _ = h;
    h.servers.when(INSERT, sequence(held(voidResult()), voidResult()));
    await h.settle(h.session.execute(INSERT, undefined, { idempotent: true }));
    assert.deepEqual(told.take().slice(1), [
      'attempt 1',
      'attempt 2 speculative',
      'attempt 1 abandoned',
      'attempt 2 answered',
      'end ok',
    ]);
    told.assertBalanced();
  });

  test('should be told of timeouts, of the attempt and of the request', async () => {
    const { h, told } = await start();
    await using _ = h;
    h.servers.when(INSERT, never());
    await h.failure(h.session.execute(INSERT, undefined, { timeoutMs: 100 }));
    assert.deepEqual(told.take().slice(1), ['attempt 1', 'attempt 1 failed TimeoutError', 'end TimeoutError']);
    told.assertBalanced();
  });

  test('should be told of aborts before and after sending', async () => {
    const { h, told } = await start();
    await using _ = h;
    await h.failure(h.session.execute(INSERT, undefined, { signal: AbortSignal.abort() }));
    assert.deepEqual(told.take(), ['start query ' + INSERT, 'end AbortError']);
    h.servers.when(INSERT, never());
    const controller = new AbortController();
    const failing = h.failure(h.session.execute(INSERT, undefined, { signal: controller.signal }));
    await h.clock.advance(5);
    controller.abort();
    await failing;
    assert.deepEqual(told.take().slice(1), ['attempt 1', 'attempt 1 abandoned', 'end AbortError']);
    told.assertBalanced();
  });

  test('should be told how long requests have queued, and of those for which the queue is full', async () => {
    const { h, told } = await start({ cluster: { limits: { maxInFlight: 1, maxQueued: 1 } } });
    await using _ = h;
    const delays: number[] = [];
    h.session.observe({ onStart: () => undefined, onEnd: (request) => delays.push(request.queueDelayMs) });
    h.servers.when(INSERT, delayed(30, voidResult()));
    const outcomes = [1, 2, 3].map(() => h.session.execute(INSERT));
    assert.equal((await h.failure(outcomes[2] as Promise<unknown>)).name, 'QueueFullError');
    await h.settle(Promise.all(outcomes.slice(0, 2)));
    assert.deepEqual(delays.slice(0, 2), [0, 0]);
    assert.ok((delays[2] as number) >= 30 && (delays[2] as number) < 40, `${delays[2]}`);
    assert.deepEqual(told.lines.filter((line) => line.startsWith('end')).sort(), [
      'end QueueFullError',
      'end ok',
      'end ok',
    ]);
    told.assertBalanced();
  });

  test('should be told the end of what a closing session cuts, and nothing of what it refuses', async () => {
    const { h, told } = await start({ cluster: { limits: { maxInFlight: 1 } } });
    await using _ = h;
    h.servers.when(INSERT, never());
    const cut = [h.failure(h.session.execute(INSERT)), h.failure(h.session.execute(INSERT))];
    await h.settle(h.session.close({ drainTimeoutMs: 0 }));
    await h.settle(Promise.all(cut));
    assert.deepEqual(
      told.take().filter((line) => line.startsWith('end')),
      ['end SessionClosedError', 'end SessionClosedError'],
    );
    await h.failure(h.session.execute(INSERT));
    assert.deepEqual(told.lines, []);
    told.assertBalanced();
  });

  test('should be told of each page of a result, and of nothing of an empty page that is passed over', async () => {
    const { h, told } = await start();
    await using _ = h;
    h.servers.when(SELECT, pages({ k: t.int }, [[[1]], [], [[2]]]));
    const result = await h.settle(h.session.execute(SELECT));
    await h.settle(result.all());
    assert.deepEqual(
      told.take().filter((line) => !line.startsWith('attempt')),
      [
        'start query ' + SELECT,
        'end ok 1 rows',
        'start page ' + SELECT,
        'end ok 0 rows',
        'start page ' + SELECT,
        'end ok 1 rows',
      ],
    );
    h.servers.when(SELECT, pages({ k: t.int }, [[], [[2]]]));
    await h.settle(h.session.execute(SELECT));
    assert.deepEqual(told.take(), [
      'start query ' + SELECT,
      'attempt 1',
      'attempt 1 answered',
      'attempt 2',
      'attempt 2 answered',
      'end ok 1 rows',
    ]);
    told.assertBalanced();
  });
});

describe('a session with trackers', () => {
  test('should give each of them a place of its own', async () => {
    const { h, told } = await start({ nodes: 2 });
    await using _ = h;
    const other = new RecordingTracker();
    h.session.observe(other);
    h.servers.when(INSERT, sequence(closeConnection('reset'), voidResult()));
    await h.settle(h.session.execute(INSERT, undefined, { idempotent: true }));
    const stream = await h.settle(h.session.executeStream(SELECT));
    await stream.cancel();
    assert.deepEqual(told.lines, other.lines);
    assert.ok(told.lines.length > 10);
    told.assertBalanced();
    other.assertBalanced();
  });

  test('should tell a tracker that was taken away the end of what it saw begin, and nothing more', async () => {
    const { h, told } = await start();
    await using _ = h;
    const late = held(voidResult());
    h.servers.when(INSERT, late);
    const running = h.session.execute(INSERT);
    await h.clock.advance(5);
    assert.equal(h.session.unobserve(told), true);
    assert.equal(h.session.unobserve(told), false);
    const another = h.session.execute(INSERT);
    late.open();
    await h.settle(Promise.all([running, another]));
    assert.deepEqual(told.lines, OK);
    told.assertBalanced();
  });

  test('should not be harmed by one that throws, tell the others, and log it once in a while', async () => {
    const logged: unknown[] = [];
    const { h, told } = await start({ cluster: { logger: { error: (...given: unknown[]) => logged.push(given) } } });
    await using _ = h;
    const fail = (): never => {
      throw new Error('no good');
    };
    const bad: RequestTracker = {
      onStart: fail,
      onEnd: fail,
      onAttemptStart: fail,
      onAttemptEnd: fail,
      onStreamStart: fail,
      onStreamEnd: fail,
    };
    h.session.unobserve(told);
    h.session.observe(bad);
    h.session.observe(told);
    for (let i = 0; i < 20; i++) await h.settle(h.session.execute(INSERT));
    const stream = await h.settle(h.session.executeStream(SELECT));
    await stream.cancel();
    assert.deepEqual(told.lines.slice(0, 4), OK);
    const lines = logged.filter((line) => JSON.stringify(line).includes('A tracker threw'));
    assert.equal(lines.length, 5);
    assert.ok(lines.every((line) => JSON.stringify(line).includes('no good')));
    const { trackerFailures } = h.session.counters;
    assert.ok(trackerFailures > 50, 'in each of its calls');
    await h.clock.advance(10_000);
    assert.equal(logged.length, 6);
    assert.match(JSON.stringify(logged[5]), new RegExp(`A tracker threw.* \\(${trackerFailures - 5} more`));
    told.assertBalanced();
  });

  test('should call onStart in the asynchronous context of the caller, also after preparing', async () => {
    const { h } = await start();
    await using _ = h;
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    h.session.observe({ onStart: (request) => seen.push([request.type, context.getStore()]), onEnd: () => undefined });
    await context.run('first', () => h.settle(h.session.execute(BOUND, [1])));
    await context.run('second', () => h.settle(h.session.execute(BOUND, [1])));
    assert.deepEqual(seen, [
      ['prepare', 'first'],
      ['query', 'first'],
      ['query', 'second'],
    ]);
  });

  test('should send what a tracker puts into the payload, with what the caller gives', async () => {
    const { h } = await start({ versions: [5] });
    await using _ = h;
    let count = 0;
    h.session.observe({
      onStart: (request: TrackedRequest) => request.setPayload('traceparent', Buffer.from(`trace ${++count}`)),
      onEnd: () => undefined,
    });
    h.servers.when(SELECT, pages({ k: t.int }, [[[1]], [[2]]]));
    const result = await h.settle(
      h.session.execute(SELECT, undefined, { customPayload: { own: Buffer.from('mine') } }),
    );
    await h.settle(result.all());
    assert.deepEqual(
      h.statements.map(({ customPayload }) =>
        [...(customPayload ?? [])].map(([name, bytes]) => `${name}: ${Buffer.from(bytes ?? []).toString()}`),
      ),
      [
        ['own: mine', 'traceparent: trace 1'],
        ['own: mine', 'traceparent: trace 2'],
      ],
    );
  });

  test('should refuse what is no tracker, as a method and as an option', async () => {
    const { h } = await start();
    await using _ = h;
    for (const wrong of [null, 'text', {}, { onStart: () => undefined }, { onStart() {}, onEnd() {}, onRetry: 1 }])
      assert.throws(() => h.session.observe(wrong as unknown as RequestTracker), ConfigurationError);
    await assert.rejects(
      SessionHarness.start({ cluster: { trackers: [{} as RequestTracker] } }),
      (thrown: unknown) => thrown instanceof ConfigurationError && thrown.message.includes('onStart()'),
    );
  });

  test('should take trackers as an option of the cluster, and let go of one by `using`', async () => {
    const told = new RecordingTracker();
    const h = await SessionHarness.start({ cluster: { trackers: [told] }, keyspace: 'ks' });
    await using _ = h;
    assert.deepEqual(told.lines, []);
    await h.settle(h.session.execute(INSERT));
    assert.deepEqual(told.take(), OK);
    const other = new RecordingTracker();
    {
      using observed = h.session.observe(other);
      assert.ok(observed);
      await h.settle(h.session.execute(INSERT));
    }
    await h.settle(h.session.execute(INSERT));
    assert.deepEqual(other.lines, OK);
  });
});
