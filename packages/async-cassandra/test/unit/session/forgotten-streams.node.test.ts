import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collectGarbage, collectUntil } from '../../support/collect-garbage.ts';
import { generatedRows, held, t } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const CQL = 'SELECT k FROM ks.t';
const thousand = generatedRows({ k: t.int }, 1000, (i) => [i]);

describe('a stream that is merely forgotten', () => {
  const forgetters: Readonly<Record<string, (h: SessionHarness) => Promise<WeakRef<object>>>> = {
    'before it is read': async (h) => new WeakRef(await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10 }))),
    'half-way through a page': async (h) => {
      const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10 }));
      const iterator = stream[Symbol.asyncIterator]();
      for (let i = 0; i < 5; i++) await h.settle(iterator.next());
      return new WeakRef(stream);
    },
    'between pages, with an AbortSignal': async (h) => {
      const { signal } = new AbortController();
      const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10, signal, timeoutMs: 60_000 }));
      await h.settle(stream.pages().next());
      return new WeakRef(stream);
    },
  };
  for (const [when, forget] of Object.entries(forgetters)) {
    test(`${when} should be collected and counted off`, async () => {
      await using h = await SessionHarness.start();
      h.servers.when(CQL, thousand);
      const streams: WeakRef<object>[] = [];
      for (let i = 0; i < 20; i++) streams.push(await forget(h));
      await h.clock.advance(1000);
      assert.equal(h.session.state.inFlight, 0);
      assert.equal(h.session.activeOperations, 0);
      await collectUntil(() => h.session.state.openStreams === 0);
      assert.equal(h.session.state.openStreams, 0);
      assert.deepEqual(
        streams.filter((stream) => stream.deref() !== undefined),
        [],
      );
    });
  }

  test('during a fetch should be counted off, and the fetch be the last', async () => {
    await using h = await SessionHarness.start();
    const slow = held(thousand);
    h.servers.when(CQL, thousand);
    h.servers.when({ cql: CQL, where: (request) => request.parameters?.pagingState != null }, slow);
    const begin = async (): Promise<void> => {
      const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10, prefetchPages: 2 }));
      await h.settle(stream[Symbol.asyncIterator]().next());
    };
    await begin();
    await h.clock.advance(10);
    assert.equal(slow.waiting, 1);
    await collectUntil(() => h.session.state.openStreams === 0);
    assert.equal(h.session.state.openStreams, 0);
    slow.open();
    await h.clock.advance(1000);
    assert.ok(h.statements.length <= 3);
    assert.equal(h.session.state.inFlight, 0);
  });

  test('should not keep what its pages held', async () => {
    await using h = await SessionHarness.start();
    const text = 'x'.repeat(100_000);
    h.servers.when(
      CQL,
      generatedRows({ v: t.text }, 100, () => [text]),
    );
    const used = (): number => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    };
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 50, prefetchPages: 0 }));
    h.clearLogs();
    const iterator = stream[Symbol.asyncIterator]();
    const before = used();
    for (let i = 0; i < 100; i++) await h.settle(iterator.next());
    assert.equal((await h.settle(iterator.next())).done, true);
    // The connection may keep the bytes of its last large reply until the next one.
    await h.settle(h.session.execute('INSERT INTO ks.t (k) VALUES (1)'));
    h.clearLogs();
    // Buffers are given back on a thread of their own.
    await collectUntil(() => used() - before < 4_000_000);
    const kept = used() - before;
    assert.ok(kept < 4_000_000, `${kept} bytes are still held by a stream that has ended`);
    assert.equal(stream.pageNumber, 2);
  });
});
