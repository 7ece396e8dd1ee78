import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { AbortError } from '../../../src/errors/index.ts';
import type { AsyncCassandraSession } from '../../../src/session/index.ts';
import { delayed, generatedRows, rows, SchemaModel, t, voidResult } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const SELECT = 'SELECT k FROM ks.t';
const INSERT = 'INSERT INTO ks.t (k) VALUES (?)';
const TIMES = 12;

async function read(all: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of all) continue;
}

const uses: readonly ((session: AsyncCassandraSession, signal: AbortSignal) => Promise<unknown>)[] = [
  (session, signal) => session.execute(SELECT, undefined, { signal }),
  (session, signal) => session.execute(INSERT, [1], { signal }),
  (session, signal) => session.prepare(`${INSERT} `, { signal }),
  async (session, signal) => read(await session.executeStream(SELECT, [], { fetchSize: 5, signal })),
  (session, signal) => read(session.scan('ks.t', { fetchSize: 5, signal })),
  (session, signal) => session.executeConcurrent(INSERT, [[1], [2], [3]], { concurrency: 1, signal }),
  (session, signal) => read(session.executeConcurrentAsCompleted(INSERT, [[1], [2], [3]], { concurrency: 1, signal })),
  (session, signal) => session.getTrace('6ba7b810-9dad-11d1-80b4-00c04fd430c8', { signal, timeoutMs: 300 }),
];

async function harness(): Promise<SessionHarness> {
  const schema = new SchemaModel();
  schema.addTable('ks', 't', { k: t.int });
  const h = await SessionHarness.start({ servers: { schema }, keyspace: 'ks' });
  const numbers = generatedRows({ k: t.int }, 20, (i) => [i]);
  h.servers.when(/system_traces/, rows({ duration: t.int }, [[null]]), { bind: { id: t.uuid } });
  h.servers.when(SELECT, delayed(10, numbers));
  h.servers.when(/WHERE token\(/, delayed(10, numbers), { bind: { s: t.bigint, e: t.bigint } });
  h.servers.when(INSERT, delayed(10, voidResult()), { bind: { k: t.int } });
  h.servers.when(`${INSERT} `, delayed(10, voidResult()), { bind: { k: t.int } });
  return h;
}

for (const abortAfterMs of [1, 15, null]) {
  test(`many uses of one signal should add one listener, ${abortAfterMs === null ? 'gone when they end' : `aborted after ${abortAfterMs} ms`}`, async () => {
    await using h = await harness();
    const controller = new AbortController();
    const { signal } = controller;
    const work = uses.flatMap((use) =>
      Array.from({ length: TIMES }, () =>
        use(h.session, signal).then(
          () => 'result',
          (reason: unknown) => reason,
        ),
      ),
    );
    for (let at = 0; at < (abortAfterMs ?? 100); at++) {
      await h.clock.advance(1);
      const count = getEventListeners(signal, 'abort').length;
      // One for requests; streams have one that keeps nothing alive.
      assert.ok(count <= 2, `${count} listeners after ${at} ms`);
    }
    if (abortAfterMs !== null) {
      controller.abort();
      for (const outcome of await h.clock.settle(Promise.all(work), 50))
        assert.ok(outcome === 'result' || outcome instanceof AbortError, String(outcome));
    } else await h.settle(Promise.all(work));
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    // What others might share, as preparing, goes on when its callers have gone.
    await h.clock.advance(50);
    assert.equal(h.session.activeOperations, 0);
  });
}
