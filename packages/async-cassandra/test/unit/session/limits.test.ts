import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClusterOptions } from '../../../src/client/index.ts';
import { ProtocolError, QueueFullError, TimeoutError } from '../../../src/errors/index.ts';
import type { SessionLimits } from '../../../src/session/index.ts';
import { delayed, generatedRows, held, never, rows, t, voidResult } from '../../support/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const KIB = 1024;
const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const SELECT = 'SELECT k FROM ks.t';

function start(limits: ClusterOptions['limits'], pooling?: ClusterOptions['pooling']): Promise<SessionHarness> {
  return SessionHarness.start({ cluster: { limits, pooling } });
}

async function full(h: SessionHarness, promise: Promise<unknown>, limit: string): Promise<void> {
  const failure = await h.failure(promise);
  assert.ok(failure instanceof QueueFullError, failure.message);
  assert.equal(failure.limit, limit);
  assert.equal(failure.outcome, 'notSent');
  assert.match(failure.message, /limits\.\w+/);
}

describe('the limits of a session', () => {
  test('should stand in its state', async () => {
    const limits = {
      maxInFlight: 101,
      maxQueued: 102,
      maxQueueMs: 103,
      preparedStatements: 104,
      openStreams: 105,
      maxEnvelopeBytes: 100_006,
      maxBufferedWriteBytes: 100_007,
      maxOrphaned: 108,
    };
    await using h = await start(limits, { maxRequestsPerConnection: 109 });
    const expected: SessionLimits = { ...limits, maxRequestsPerConnection: 109 };
    assert.deepEqual(h.session.state.limits, expected);
  });

  for (const [name, limits, pooling] of [
    ['limits.maxInFlight', { maxInFlight: 3, maxQueued: 5 }, undefined],
    ['pooling.maxRequestsPerConnection', { maxQueued: 5 }, { maxRequestsPerConnection: 3 }],
  ] as const) {
    test(`should have what is beyond ${name} wait, and refuse what is beyond limits.maxQueued`, async () => {
      await using h = await start(limits, pooling);
      const slow = held(voidResult());
      h.servers.when(INSERT, slow);
      const work = Array.from({ length: 8 }, () => h.session.execute(INSERT));
      await full(h, h.session.execute(INSERT), 'limits.maxQueued');
      const { inFlight, queued, nodes } = h.session.state;
      assert.deepEqual([inFlight, queued, nodes[0]?.inFlight], [3, 5, 3]);
      slow.open();
      await h.settle(Promise.all(work));
      assert.deepEqual([h.session.state.inFlight, h.session.state.queued], [0, 0]);
    });
  }

  test('should hold for all kinds of requests together: streams and preparations wait like others', async () => {
    await using h = await start({ maxInFlight: 2, maxQueued: 3 });
    h.servers.when(INSERT, never());
    h.servers.when(
      SELECT,
      generatedRows({ k: t.int }, 10, (i) => [i]),
    );
    const work = [INSERT, INSERT].map((cql) => rejection(h.session.execute(cql, undefined, { timeoutMs: 300 })));
    const stream = h.session.executeStream(SELECT, [], { fetchSize: 5 });
    const prepared = h.session.prepare(SELECT);
    const result = h.session.execute(SELECT);
    await full(h, h.session.executeStream(SELECT), 'limits.maxQueued');
    await full(h, h.session.prepare('SELECT k FROM ks.other'), 'limits.maxQueued');
    await full(h, h.session.execute(SELECT), 'limits.maxQueued');
    assert.equal(h.session.state.openStreams, 1);
    await h.settle(Promise.all([...work, prepared, result]));
    const read = async (): Promise<number> => {
      let count = 0;
      for await (const _ of await stream) count++;
      return count;
    };
    assert.equal(await h.settle(read()), 10);
  });

  test('should end a wait by limits.maxQueueMs', async () => {
    await using h = await start({ maxInFlight: 1, maxQueueMs: 100 });
    h.servers.when(INSERT, never());
    h.session.execute(INSERT).catch(() => undefined);
    await full(h, h.session.execute(INSERT), 'limits.maxQueueMs');
    assert.equal(h.session.state.queued, 0);
  });

  test('should forget what was used longest ago beyond limits.preparedStatements', async () => {
    await using h = await start({ preparedStatements: 2 });
    for (const table of ['a', 'b', 'c', 'd'])
      await h.settle(h.session.prepare(`INSERT INTO ks.${table} (k) VALUES (1)`));
    assert.equal(h.session.state.preparedStatements, 2);
  });

  test('should refuse streams beyond limits.openStreams', async () => {
    await using h = await start({ openStreams: 2 });
    h.servers.when(
      SELECT,
      generatedRows({ k: t.int }, 10, (i) => [i]),
    );
    const streams = await h.settle(Promise.all([h.session.executeStream(SELECT), h.session.executeStream(SELECT)]));
    await full(h, h.session.executeStream(SELECT), 'limits.openStreams');
    assert.equal(h.session.state.openStreams, 2);
    await streams[0]?.cancel();
    await h.settle(h.session.executeStream(SELECT));
  });

  test('should let callers feel a node that does not read: beyond limits.maxBufferedWriteBytes they wait', async () => {
    await using h = await start({ maxBufferedWriteBytes: 64 * KIB, maxQueued: 10 });
    const cql = `INSERT INTO ks.t (v) VALUES ('${'x'.repeat(10_000)}')`;
    h.servers.when(/^INSERT/, voidResult());
    const links = h.network.openLinks('10.0.0.1');
    for (const link of links) link.stall();
    const work: Promise<unknown>[] = [];
    while (h.session.state.queued < 10) {
      work.push(h.session.execute(cql).catch((error: unknown) => error));
      await h.clock.advance(1);
      assert.ok(work.length < 60, 'nothing has begun to wait');
    }
    const { nodes, limits } = h.session.state;
    const bufferedBytes = nodes[0]?.bufferedBytes ?? 0;
    assert.ok(bufferedBytes > limits.maxBufferedWriteBytes && bufferedBytes < 2 * limits.maxBufferedWriteBytes);
    await full(h, h.session.execute(cql), 'limits.maxQueued');
    for (const link of links) link.resume();
    const failures = (await h.settle(Promise.all(work))).filter((each) => each instanceof Error);
    assert.deepEqual(failures, []);
    assert.equal(h.session.state.nodes[0]?.bufferedBytes, 0);
    assert.equal(h.session.state.queued, 0);
  });

  test('should end the wait for a node that does not read by the time of the request', async () => {
    await using h = await start({ maxBufferedWriteBytes: 64 * KIB });
    const cql = `INSERT INTO ks.t (v) VALUES ('${'x'.repeat(50_000)}')`;
    for (const link of h.network.openLinks('10.0.0.1')) link.stall();
    const written: Promise<unknown>[] = [];
    while ((h.session.state.nodes[0]?.bufferedBytes ?? 0) <= 64 * KIB && written.length < 10) {
      written.push(rejection(h.session.execute(cql, undefined, { timeoutMs: 500 })));
      await h.clock.advance(1);
    }
    const failure = await h.failure(h.session.execute(INSERT, undefined, { timeoutMs: 100 }));
    assert.ok(failure instanceof TimeoutError);
    assert.equal(failure.outcome, 'notSent');
    await h.settle(Promise.all(written));
  });

  for (const [version, compression] of [
    [4, 'none'],
    [4, 'lz4'],
    [5, 'none'],
    [5, 'lz4'],
  ] as const) {
    test(`should refuse replies beyond limits.maxEnvelopeBytes at once, v${version} with compression ${compression}`, async () => {
      const cluster: ClusterOptions = { limits: { maxEnvelopeBytes: 64 * KIB }, compression };
      await using h = await SessionHarness.start({ nodes: 3, versions: [version], cluster });
      h.servers.when(SELECT, rows({ v: t.text }, [['x'.repeat(100_000)]]));
      const failure = await h.failure(h.session.execute(SELECT));
      assert.ok(failure instanceof ProtocolError, `${failure.name}: ${failure.message}`);
      assert.match(failure.message, /limits\.maxEnvelopeBytes/);
      assert.equal(failure.outcome, 'rejected');
      assert.ok(h.servers.nodes.some((node) => node.contactPoint === failure.node));
      assert.equal(h.statements.length, 1, 'another node would send as much');
      assert.equal(h.session.state.openConnections, 2);
      assert.equal((await h.failure(h.session.executeStream(SELECT))).name, 'ProtocolError');
      await h.clock.advance(5000);
      assert.equal(h.session.state.openConnections, 3);
    });
  }

  test('should have others on a connection with a reply that is too large go on elsewhere', async () => {
    const cluster: ClusterOptions = { limits: { maxEnvelopeBytes: 64 * KIB } };
    await using h = await SessionHarness.start({ cluster, nodes: 2 });
    h.servers.when(SELECT, rows({ v: t.text }, [['x'.repeat(100_000)]]));
    h.servers.when(INSERT, delayed(5, voidResult()));
    const large = rejection(h.session.execute(SELECT));
    const others = Array.from({ length: 20 }, () => h.session.execute(INSERT, undefined, { idempotent: true }));
    assert.ok((await h.settle(large)) instanceof ProtocolError);
    await h.settle(Promise.all(others));
  });

  test('should replace a connection with more than limits.maxOrphaned requests that were given up', async () => {
    await using h = await start({ maxOrphaned: 3 });
    h.servers.when(SELECT, never());
    h.servers.when(INSERT, voidResult());
    for (let i = 1; i <= 3; i++) {
      await h.failure(h.session.execute(SELECT, undefined, { timeoutMs: 20, idempotent: false }));
      assert.equal(h.session.state.nodes[0]?.orphaned, i);
    }
    const before = h.node().connectionsAccepted;
    await h.failure(h.session.execute(SELECT, undefined, { timeoutMs: 20, idempotent: false }));
    await h.clock.advance(2000);
    assert.equal(h.session.state.nodes[0]?.orphaned, 0);
    assert.equal(h.node().connectionsAccepted, before + 1);
    await h.settle(h.session.execute(INSERT));
  });
});
