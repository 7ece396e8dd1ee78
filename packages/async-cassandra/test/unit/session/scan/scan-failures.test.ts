import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AbortError,
  ConfigurationError,
  InvalidQueryError,
  QueueFullError,
  type Row,
  SessionClosedError,
  TimeoutError,
} from '../../../../src/index.ts';
import { delayed, error, never, t } from '../../../support/index.ts';
import {
  ALL,
  collect,
  idOf,
  iterate,
  pagesAsked,
  ROWS,
  sorted,
  startScans,
} from '../../../support/session/scan-stage.ts';
import { rejection } from '../../../support/session/session-harness.ts';

describe('a scan in trouble', () => {
  it('should ask another node for a page that one fails, whichever page it is', async () => {
    await using stage = await startScans(ROWS, { rf: 3 });
    const options = { fetchSize: 10, concurrency: 3, splits: 5 };
    await stage.h.settle(collect(stage.scan(options)));
    const pages = pagesAsked(stage.h);
    for (const name of [
      'overloaded',
      'serverError',
      'readTimeout',
      'unavailable',
      'readFailure',
      'isBootstrapping',
    ] as const)
      for (let nth = 1; nth <= pages; nth += 3) {
        const fields = {
          consistency: 'ONE',
          required: 1,
          received: 0,
          alive: 0,
          failures: {},
          dataPresent: false,
        } as const;
        const rule = stage.h.servers.when({ cql: stage.table.matcher(), nth }, error(name, fields), {
          bind: { start: t.bigint, end: t.bigint },
        });
        const scan = stage.scan(options);
        assert.deepEqual(sorted(await stage.h.settle(collect(scan))), ALL, `${name} at page ${nth}`);
        assert.equal(rule.answered, 1);
        rule.remove();
      }
  });

  it('should outlast nodes that are down, by pauses that grow', async () => {
    await using stage = await startScans(ROWS, { rf: 1 });
    const scan = stage.scan({ fetchSize: 5, concurrency: 2, splits: 6, pageTimeoutMs: 500 });
    const seen: string[] = [];
    const reading = collect(scan, seen);
    await stage.h.clock.runUntil(() => seen.length > 10);
    const victim = stage.h.servers.node(1);
    await stage.h.servers.stopNode(victim);
    const unavailable = stage.h.servers.when(
      stage.table.matcher(),
      error('unavailable', { consistency: 'ONE', required: 1, alive: 0 }),
    );
    await stage.h.clock.advance(4000);
    assert.ok(stage.h.session.state.openStreams === 1);
    unavailable.remove();
    await stage.h.servers.startNode(victim);
    assert.deepEqual(sorted(await stage.h.settle(reading)), ALL);
  });

  it('should fail with the last error when pages stay away, and go on from its checkpoint', async () => {
    await using stage = await startScans(ROWS);
    for (const pageRetries of [0, 3]) {
      const rule = stage.h.servers.when({ cql: stage.table.matcher(), nth: (n) => n > 6 }, error('invalid'), {
        bind: { start: t.bigint, end: t.bigint },
      });
      const seen: string[] = [];
      const scan = stage.scan({ fetchSize: 3, concurrency: 2, pageRetries });
      const failure = await stage.h.failure(collect(scan, seen));
      assert.ok(failure instanceof InvalidQueryError);
      rule.remove();
      assert.ok(seen.length > 0);
      assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint }), seen))), ALL);
      assert.equal(stage.h.session.state.openStreams, 0);
    }
    stage.h.clearLogs();
    const rule = stage.h.servers.when(stage.table.matcher(), error('overloaded'));
    const scan = stage.scan({ concurrency: 1, pageRetries: 4 });
    const before = stage.h.clock.now();
    assert.equal((await stage.h.failure(collect(scan))).name, 'OverloadedError');
    assert.ok(stage.h.clock.now() - before >= (100 + 200 + 400 + 800) / 2);
    rule.remove();
    assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint })))), ALL);
  });

  it('should refuse a retry policy that would leave out rows', async () => {
    await using stage = await startScans(ROWS);
    stage.h.servers.when({ cql: stage.table.matcher(), nth: 4 }, error('overloaded'));
    const retryPolicy = { onRequestError: () => ({ decision: 'ignore' }) as const };
    const failure = await stage.h.failure(collect(stage.scan({ retryPolicy })));
    assert.ok(failure instanceof ConfigurationError);
    assert.equal(failure.path, 'retryPolicy');
  });

  it('should end by its signal at once, also in a pause, and go on from its checkpoint', async () => {
    await using stage = await startScans(ROWS);
    const answers = { slow: delayed(50, stage.table.reply()), never: never(), refusing: error('overloaded') };
    for (const [name, reply] of Object.entries(answers)) {
      const controller = new AbortController();
      const scan = stage.scan({ fetchSize: 3, concurrency: 2, signal: controller.signal });
      const seen: string[] = [];
      const reading = rejection(collect(scan, seen));
      await stage.h.clock.runUntil(() => seen.length > 4);
      const rule = stage.h.servers.when(stage.table.matcher(), reply);
      await stage.h.clock.advance(300);
      controller.abort('enough');
      const before = stage.h.clock.now();
      const failure = await stage.h.settle(reading);
      assert.ok(failure instanceof AbortError, `${name}: ${failure.name}`);
      assert.equal(failure.cause, 'enough');
      assert.ok(stage.h.clock.now() - before < 5);
      rule.remove();
      assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint }), seen))), ALL);
    }
    const aborted = stage.scan({ signal: AbortSignal.abort('before') });
    assert.ok((await stage.h.failure(collect(aborted))) instanceof AbortError);
  });

  it('should let go of pages when its signal fires while nobody reads', async () => {
    await using stage = await startScans(ROWS);
    const controller = new AbortController();
    const scan = stage.scan({ fetchSize: 4, concurrency: 2, signal: controller.signal });
    const iterator = scan[Symbol.asyncIterator]();
    const seen = [idOf((await stage.h.settle(iterator.next())).value as Row)];
    controller.abort();
    assert.equal(stage.h.session.state.openStreams, 0);
    assert.ok((await stage.h.failure(iterator.next())) instanceof AbortError);
    assert.equal((await stage.h.settle(iterator.next())).done, true);
    assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint }), seen))), ALL);
  });

  it('should end by timeoutMs, and bound each page by pageTimeoutMs', async () => {
    await using stage = await startScans(ROWS);
    const slow = stage.h.servers.when(stage.table.matcher(), delayed(40, stage.table.reply()), {
      bind: { start: t.bigint, end: t.bigint },
    });
    const scan = stage.scan({ fetchSize: 2, concurrency: 1, timeoutMs: 300 });
    const seen: string[] = [];
    const failure = await stage.h.failure(collect(scan, seen));
    assert.ok(failure instanceof TimeoutError);
    assert.equal(failure.timeoutMs, 300);
    slow.remove();
    const rest = stage.scan({ resumeFrom: scan.checkpoint });
    assert.deepEqual(sorted(await stage.h.settle(collect(rest, seen))), ALL);
    const rule = stage.h.servers.when({ cql: stage.table.matcher(), nth: 3 }, never());
    const before = stage.h.clock.now();
    assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ pageTimeoutMs: 200 })))), ALL);
    assert.ok(stage.h.clock.now() - before < 600);
    rule.remove();
  });

  it('should end at every point, leaving nothing', async () => {
    await using stage = await startScans(ROWS);
    for (let ms = 0; ms < 40; ms++) {
      const seen: string[] = [];
      const scan = stage.scan({ fetchSize: 4, concurrency: 3 });
      const reading = collect(scan, seen);
      await stage.h.clock.advance(ms / 2);
      await scan.cancel();
      const count = seen.length;
      assert.ok((await stage.h.settle(reading)).length <= count + 1);
      await stage.h.clock.advance(100);
      assert.deepEqual([stage.h.session.state.openStreams, stage.h.session.state.inFlight], [0, 0]);
      assert.deepEqual(
        sorted(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint }), seen))),
        ALL,
        `${ms}`,
      );
    }
    const breaking = stage.scan({ fetchSize: 4 });
    await assert.rejects(async () => {
      for await (const _ of iterate(stage, breaking)) throw new Error('mine');
    }, /mine/);
    await breaking.cancel();
    await breaking[Symbol.asyncDispose]();
    assert.equal(stage.h.session.state.openStreams, 0);
  });

  it('should end with its session, also in a pause', async () => {
    const stage = await startScans(ROWS);
    stage.h.servers.when({ cql: stage.table.matcher(), nth: (n) => n > 5 }, error('overloaded'), {
      bind: { start: t.bigint, end: t.bigint },
    });
    const reading = rejection(collect(stage.scan({ fetchSize: 3, concurrency: 2, pageRetries: 1000 })));
    await stage.h.clock.advance(2000);
    await stage.h.settle(stage.h.session.close({ drainTimeoutMs: 0 }));
    assert.ok((await stage.h.settle(reading)) instanceof SessionClosedError);
    assert.throws(() => stage.scan(), SessionClosedError);
    await stage[Symbol.asyncDispose]();
    await stage.h.clock.advance(3000);
    assert.equal(stage.h.clock.pending, 0);
  });

  it('should go on while nodes come, go and restart', async () => {
    await using stage = await startScans(ROWS, { rf: 2, nodes: 4 });
    const scan = stage.scan({ fetchSize: 2, concurrency: 2, pageTimeoutMs: 300 });
    const seen: string[] = [];
    const reading = collect(scan, seen);
    await stage.h.clock.runUntil(() => seen.length > 20);
    const { servers } = stage.h;
    await servers.stopNode(servers.node(0), { silently: true });
    await stage.h.clock.runUntil(() => seen.length > 40);
    await servers.addNode({ tokens: ['17', '-4611686018427387904'] });
    await servers.startNode(servers.node(0), { silently: true });
    servers.node(0).forgetPrepared();
    await stage.h.clock.runUntil(() => seen.length > 60);
    await servers.removeNode(servers.node(2));
    assert.deepEqual(sorted(await stage.h.settle(reading)), ALL);
  });

  it('should count against limits.openStreams', async () => {
    await using stage = await startScans(ROWS, { cluster: { limits: { openStreams: 1 } } });
    const first = stage.scan({ fetchSize: 3 })[Symbol.asyncIterator]();
    await stage.h.settle(first.next());
    assert.ok((await stage.h.failure(collect(stage.scan()))) instanceof QueueFullError);
    await first.return?.();
    assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan()))), ALL);
  });
});
