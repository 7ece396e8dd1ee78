import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import { collectUntil } from '../../support/collect-garbage.ts';
import { generatedRows, held, t } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const CQL = 'SELECT k FROM ks.t';
const thousand = generatedRows({ k: t.int }, 1000, (i) => [i]);

describe('a stream with a signal, or a fetch under way, that is merely forgotten', () => {
  test('should take its fetch along, and have fetched no more', async () => {
    await using h = await SessionHarness.start();
    const slow = held(thousand);
    h.servers.when(CQL, thousand);
    h.servers.when({ cql: CQL, where: (request) => request.parameters?.pagingState != null }, slow);
    const begin = async (): Promise<void> => {
      const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10, prefetchPages: 3 }));
      await h.settle(stream[Symbol.asyncIterator]().next());
    };
    await begin();
    await h.clock.advance(10);
    assert.equal(h.session.state.inFlight, 1);
    await collectUntil(() => h.session.state.openStreams === 0);
    assert.equal(h.session.state.inFlight, 0);
    assert.equal(h.session.activeOperations, 0);
    slow.open();
    await h.clock.advance(1000);
    assert.equal(h.statements.length, 2);
  });

  test('should leave nothing at a signal that lives on, which others may share', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, thousand);
    const controller = new AbortController();
    const { signal } = controller;
    const forget = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) {
        const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10, signal }));
        await h.settle(stream[Symbol.asyncIterator]().next());
      }
    };
    await forget();
    await h.clock.advance(100);
    assert.equal(h.session.state.openStreams, 20);
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    await collectUntil(() => h.session.state.openStreams === 0);
    assert.equal(h.session.state.openStreams, 0);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    controller.abort();
  });

  test('should be collected with its signal when the signal refers to it', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, thousand);
    const forget = async (): Promise<void> => {
      const { signal } = new AbortController();
      const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10, signal }));
      signal.addEventListener('abort', () => void stream.cancel());
      await h.settle(stream.pages().next());
    };
    await forget();
    await h.clock.advance(100);
    await collectUntil(() => h.session.state.openStreams === 0);
    assert.equal(h.session.state.openStreams, 0);
  });
});
