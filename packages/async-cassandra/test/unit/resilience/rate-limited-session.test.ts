import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AbortError,
  ConfigurationError,
  RateLimitExceededError,
  SessionClosedError,
  TimeoutError,
} from '../../../src/errors/index.ts';
import { RateLimitedSession, type RateLimitOptions } from '../../../src/resilience/index.ts';
import { generatedRows, pages, t, VirtualClock } from '../../support/index.ts';
import { FakeSession } from '../../support/session/fake-session.ts';
import { hasSettled, rejection, SessionHarness } from '../../support/session/session-harness.ts';

const SELECT = 'SELECT k FROM ks.t';

function limited(options: RateLimitOptions) {
  const clock = new VirtualClock();
  const inner = new FakeSession();
  return { clock, inner, session: new RateLimitedSession(inner, options, clock) };
}

describe('a rate-limited session', () => {
  test('should hand on requests of all kinds as they are, and give back what comes of them', async () => {
    const { inner, session } = limited({});
    const options = { fetchSize: 10 };
    const all = [
      session.execute(SELECT, [1], options),
      session.executeStream(SELECT, [], options),
      session.prepare(SELECT),
      session.executeBatch('batch' as never, options),
    ];
    assert.deepEqual(
      inner.requests.map(({ kind, query, options: given }) => [kind, query, given]),
      [
        ['execute', SELECT, options],
        ['executeStream', SELECT, options],
        ['prepare', SELECT, undefined],
        ['executeBatch', 'batch', options],
      ],
    );
    assert.ok(inner.requests.every(({ options: given }) => given === undefined || given === options));
    const problem = new Error('its own');
    inner.requests[0]?.fail(problem);
    await assert.rejects(all[0] as Promise<unknown>, (error) => error === problem);
    for (const each of inner.requests) each.succeed();
    await Promise.all(all.slice(1));
    assert.equal(session.stats.inFlight, 0);
    assert.equal(session.stats.admitted, 4);
  });

  test('should have no more under way than it may, and go on in order when one ends, well or not', async () => {
    const { inner, session } = limited({ maxConcurrent: 2 });
    const all = [1, 2, 3, 4].map((n) => session.execute(`${n}`));
    const asked = () => inner.requests.map(({ query }) => query);
    assert.deepEqual(asked(), ['1', '2']);
    assert.deepEqual([session.stats.inFlight, session.stats.queued, session.activeOperations], [2, 2, 4]);
    inner.requests[1]?.fail(new Error('failed'));
    await assert.rejects(all[1] as Promise<unknown>, /failed/);
    assert.deepEqual(asked(), ['1', '2', '3']);
    inner.requests[0]?.succeed();
    await all[0];
    assert.deepEqual(asked(), ['1', '2', '3', '4']);
    for (const each of inner.requests) each.succeed();
    await Promise.all([all[2], all[3]]);
    assert.equal(session.stats.waited, 2);
  });

  test('should begin no more in a second than it may, after a burst', async () => {
    const { clock, inner, session } = limited({ requestsPerSecond: 10, burst: 3 });
    const begunAt: number[] = [];
    inner.onRequest = (request) => {
      begunAt.push(clock.now());
      request.succeed();
    };
    const all = Array.from({ length: 6 }, () => session.execute(SELECT));
    await clock.settle(Promise.all(all));
    assert.deepEqual(begunAt, [0, 0, 0, 100, 200, 300]);
    assert.equal(clock.pending, 0);
  });

  test('should refuse what cannot wait, and count it', async () => {
    const { clock, inner, session } = limited({ maxConcurrent: 1, maxQueued: 1, maxQueueMs: 50 });
    const first = session.execute('first');
    const late = rejection(session.execute('late'));
    const tooMany = await clock.settle(rejection(session.execute('too many')));
    assert.ok(tooMany instanceof RateLimitExceededError);
    assert.equal(tooMany.outcome, 'notSent');
    assert.match(tooMany.message, /maxQueued/);
    const error = await clock.settle(late);
    assert.ok(error instanceof RateLimitExceededError);
    assert.match(error.message, /maxQueueMs \(50 ms\)/);
    assert.equal(clock.now(), 50);
    const { refusedFull, refusedLate, rejected, queued } = session.stats;
    assert.deepEqual(
      { refusedFull, refusedLate, rejected, queued },
      { refusedFull: 1, refusedLate: 1, rejected: 2, queued: 0 },
    );
    inner.requests[0]?.succeed();
    await first;
    assert.deepEqual(
      inner.requests.map(({ query }) => query),
      ['first'],
    );
  });

  test('should tell those it refuses which bound it was and when it is worth trying again', async () => {
    const { clock, inner, session } = limited({ requestsPerSecond: 10, burst: 1, maxQueued: 3, maxQueueMs: 250 });
    inner.onRequest = (request) => request.succeed();
    const all = [1, 2, 3, 4].map((n) => session.execute(`${n}`).catch((error: unknown) => error));
    await clock.advance(40);
    const refused = await clock.settle(rejection(session.execute('5')));
    assert.ok(refused instanceof RateLimitExceededError);
    const { limit, queued, retryAfterMs } = refused;
    assert.deepEqual({ limit, queued, retryAfterMs }, { limit: 'maxQueued', queued: 3, retryAfterMs: 360 });
    await clock.advance(210);
    const late = await all[3];
    assert.ok(late instanceof RateLimitExceededError);
    assert.deepEqual([late.limit, late.queued, late.retryAfterMs], ['maxQueueMs', 0, 50]);
    // The others have come: at that moment one begins at once, and not sooner.
    await clock.advance(retryAfterMs - 210 - 101);
    const asked = inner.requests.length;
    const early = session.execute('early');
    assert.equal(inner.requests.length, asked);
    await clock.settle(early);
    assert.equal(clock.now(), 300);
  });

  test('should not guess when there is no rate', async () => {
    const { clock, inner, session } = limited({ maxConcurrent: 1, maxQueued: 0 });
    const first = session.execute('first');
    const refused = await clock.settle(rejection(session.execute('second')));
    assert.ok(refused instanceof RateLimitExceededError);
    assert.deepEqual([refused.limit, refused.queued, refused.retryAfterMs], ['maxQueued', 0, 0]);
    inner.requests[0]?.succeed();
    await first;
  });

  test('should count waiting as a part of the time that the request has', async () => {
    const { clock, inner, session } = limited({ maxConcurrent: 1 });
    const first = session.execute('first');
    const short = rejection(session.execute('short', [], { timeoutMs: 20 }));
    const long = session.execute('long', [], { timeoutMs: 100, fetchSize: 7 });
    const error = await clock.settle(short);
    assert.ok(error instanceof TimeoutError);
    assert.deepEqual([error.timeoutMs, error.outcome, clock.now()], [20, 'notSent', 20]);
    await clock.advance(10);
    inner.requests[0]?.succeed();
    await first;
    assert.deepEqual(inner.requests[1]?.options, { timeoutMs: 70, fetchSize: 7 });
    inner.requests[1]?.succeed();
    await long;
    assert.equal(session.stats.timedOut, 1);
  });

  test('should obey signals, before and while it waits, with one listener for all that share one', async () => {
    const { clock, inner, session } = limited({ maxConcurrent: 1 });
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>): void => {
      listeners++;
      add(...given);
    };
    const first = session.execute('first');
    const waiting = [1, 2, 3].map(() => rejection(session.execute('waits', [], { signal })));
    const last = session.execute('last');
    const reason = new Error('the client hung up');
    controller.abort(reason);
    for (const error of await Promise.all(waiting)) {
      assert.ok(error instanceof AbortError);
      assert.deepEqual([error.cause, error.outcome], [reason, 'notSent']);
    }
    assert.equal(listeners, 1);
    const after = await rejection(session.execute('after', [], { signal }));
    assert.ok(after instanceof AbortError);
    inner.requests[0]?.succeed();
    await first;
    inner.requests[1]?.succeed();
    await last;
    assert.deepEqual(
      inner.requests.map(({ query }) => query),
      ['first', 'last'],
    );
    assert.equal(session.stats.aborted, 4);
    assert.equal(clock.pending, 0);
  });

  test('should not let pass what is aborted in the very moment of its turn, nor keep a timer for nobody', async () => {
    const { clock, inner, session } = limited({ requestsPerSecond: 10, burst: 1 });
    const controller = new AbortController();
    inner.onRequest = (request) => request.succeed();
    clock.setTimeout(() => controller.abort(), 100);
    await session.execute('first');
    const { signal } = controller;
    const both = ['a', 'b'].map((query) => rejection(session.execute(query, [], { signal })));
    await clock.advance(100);
    for (const error of await Promise.all(both)) assert.ok(error instanceof AbortError);
    assert.deepEqual([session.stats.queued, session.stats.admitted, session.stats.aborted], [0, 1, 2]);
    assert.equal(clock.pending, 0);
    await session.execute('last');
    assert.deepEqual(
      inner.requests.map(({ query }) => query),
      ['first', 'last'],
    );
  });

  test('should keep no timer when it is closed', async () => {
    const { clock, inner, session } = limited({ requestsPerSecond: 1, burst: 1 });
    inner.onRequest = (request) => request.succeed();
    await session.execute('first');
    const waiting = rejection(session.execute('waits'));
    assert.equal(clock.pending, 2);
    await session.close({ drainTimeoutMs: 0 });
    assert.ok((await waiting) instanceof SessionClosedError);
    assert.equal(clock.pending, 0);
  });

  test('should keep no timer when all who waited have given up', async () => {
    const { clock, inner, session } = limited({ requestsPerSecond: 1, burst: 1 });
    inner.onRequest = (request) => request.succeed();
    await session.execute('first');
    const controller = new AbortController();
    const waiting = rejection(session.execute('waits', [], { signal: controller.signal }));
    controller.abort();
    await waiting;
    assert.equal(clock.pending, 0);
  });

  test('should let all that was taken finish when it closes, and take nothing new', async () => {
    const { clock, inner, session } = limited({ maxConcurrent: 1 });
    const all = [session.execute('1'), session.execute('2')];
    const closed = session.close({ drainTimeoutMs: 1_000 });
    assert.ok((await rejection(session.execute('3'))) instanceof SessionClosedError);
    await clock.advance(100);
    inner.requests[0]?.succeed();
    await all[0];
    inner.requests[1]?.succeed();
    await all[1];
    await closed;
    assert.ok(session.closed);
    assert.deepEqual(inner.closings, [{ drainTimeoutMs: 900 }]);
    assert.equal(clock.pending, 0);
  });

  test('should refuse what still waits when the time for closing is over', async () => {
    const { clock, inner, session } = limited({ maxConcurrent: 1 });
    const first = session.execute('1');
    const waiting = rejection(session.execute('2'));
    const closed = session.close({ drainTimeoutMs: 30 });
    assert.equal(session.close(), closed);
    const error = await clock.settle(waiting);
    assert.ok(error instanceof SessionClosedError);
    assert.equal(error.outcome, 'notSent');
    await closed;
    assert.deepEqual(inner.closings, [{ drainTimeoutMs: 0 }]);
    inner.requests[0]?.succeed();
    await first;
    assert.equal(session.activeOperations, 0);
  });

  test('should refuse options that are unknown or not possible, by name', () => {
    const wrong: [string, object][] = [
      ['maxConcurrent', { maxConcurrent: 0 }],
      ['requestsPerSecond', { requestsPerSecond: -1 }],
      ['burst', { burst: 1.5 }],
      ['maxQueued', { maxQueued: NaN }],
      ['maxQueueMs', { maxQueueMs: Infinity }],
      ['maxconcurrent', { maxconcurrent: 1 }],
    ];
    for (const [path, options] of wrong)
      assert.throws(
        () => limited(options),
        (error) => error instanceof ConfigurationError && error.path === path,
        path,
      );
    assert.equal(limited({ requestsPerSecond: 25 }).session.stats.limits.burst, 3);
  });
});

describe('pages under a rate limit', () => {
  test('should each be a request of their own: those of results', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(SELECT, pages({ k: t.int }, [[[1]], [[2]], [[3]]]));
    const session = new RateLimitedSession(h.session, { requestsPerSecond: 10, burst: 1 }, h.clock);
    const result = await h.settle(session.execute(SELECT));
    const begun = h.clock.now();
    assert.deepEqual(await h.settle(result.all()), [{ k: 1 }, { k: 2 }, { k: 3 }]);
    assert.ok(h.clock.now() - begun >= 195, `${h.clock.now() - begun}`);
    assert.equal(session.stats.admitted, 3);
  });

  test('should each be a request of their own: those of streams, which hold no place in between', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(
      SELECT,
      generatedRows({ k: t.int }, 100, (i) => [i]),
    );
    h.servers.when(
      'SELECT k FROM ks.other',
      generatedRows({ k: t.int }, 1, (i) => [i]),
    );
    const session = new RateLimitedSession(h.session, { maxConcurrent: 1 }, h.clock);
    const read = async (): Promise<number> => {
      let rows = 0;
      for await (const row of await session.executeStream(SELECT, [], { fetchSize: 10 })) {
        // With a place held by the stream, this would wait for itself.
        await session.execute('SELECT k FROM ks.other');
        rows += typeof row['k'] === 'number' ? 1 : 0;
      }
      return rows;
    };
    assert.equal(await h.settle(read()), 100);
    const { admitted, inFlight, queued } = session.stats;
    assert.deepEqual([inFlight, queued], [0, 0]);
    assert.ok(admitted >= 110, `${admitted}`);
  });

  test('should be given up while they wait, when their stream ends', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(
      SELECT,
      generatedRows({ k: t.int }, 100, (i) => [i]),
    );
    const session = new RateLimitedSession(h.session, { requestsPerSecond: 1, burst: 1 }, h.clock);
    const stream = await h.settle(session.executeStream(SELECT, [], { fetchSize: 10, prefetchPages: 1 }));
    const iterator = stream.pages();
    assert.equal((await h.settle(iterator.next())).value?.length, 10);
    const next = iterator.next();
    assert.equal(await hasSettled(next), false);
    assert.equal(session.stats.queued, 1);
    await stream.cancel();
    assert.deepEqual(await h.settle(next), { done: true, value: undefined });
    await h.settle(new Promise((resolve) => h.clock.setImmediate(() => resolve(undefined))));
    assert.deepEqual([session.stats.queued, session.stats.inFlight, session.activeOperations], [0, 0, 0]);
    assert.equal(h.session.state.openStreams, 0);
  });

  test('should have the time of a page for waiting too', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(
      SELECT,
      generatedRows({ k: t.int }, 100, (i) => [i]),
    );
    const session = new RateLimitedSession(
      h.session,
      { requestsPerSecond: 0.1, burst: 1, maxQueueMs: 60_000 },
      h.clock,
    );
    const stream = await h.settle(session.executeStream(SELECT, [], { fetchSize: 10, pageTimeoutMs: 500 }));
    const iterator = stream.pages();
    await h.settle(iterator.next());
    const from = h.clock.now();
    const error = await h.failure(iterator.next());
    assert.ok(error instanceof TimeoutError, String(error));
    assert.ok(h.clock.now() - from <= 501);
    assert.equal(h.session.state.openStreams, 0);
  });
});
