import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import type { Row } from '../../../src/codecs/index.ts';
import { AbortError, TimeoutError } from '../../../src/errors/index.ts';
import type { AsyncStreamingResultSet, StreamConfig } from '../../../src/session/index.ts';
import { generatedRows, held, sequence, t } from '../../support/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const CQL = 'SELECT k FROM ks.t';
const thousand = generatedRows({ k: t.int }, 1000, (i) => [i]);

async function start(): Promise<SessionHarness> {
  const h = await SessionHarness.start();
  h.servers.when(CQL, thousand);
  return h;
}

function open(h: SessionHarness, options: StreamConfig = { fetchSize: 100 }): Promise<AsyncStreamingResultSet> {
  return h.settle(h.session.executeStream(CQL, [], options));
}

async function read(h: SessionHarness, iterator: AsyncIterator<unknown>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) assert.equal((await h.settle(iterator.next())).done, false);
}

/** Nothing is open, under way or asked for any more. */
async function assertReleased(h: SessionHarness): Promise<void> {
  assert.equal(h.session.state.openStreams, 0);
  assert.equal(h.session.state.inFlight, 0);
  // What was sent before may still be on its way.
  await h.clock.advance(5);
  const asked = h.statements.length;
  await h.clock.advance(1000);
  assert.equal(h.statements.length, asked);
}

describe('a stream that is cancelled', () => {
  test('should give no row more, not even of those that are decoded already', async () => {
    await using h = await start();
    const stream = await open(h);
    const iterator = stream[Symbol.asyncIterator]();
    await read(h, iterator, 3);
    await stream.cancel();
    assert.deepEqual(await h.settle(iterator.next()), { done: true, value: undefined });
    await assertReleased(h);
  });

  test('should be over for a loop whose body cancels it', async () => {
    await using h = await start();
    for (const way of ['rows', 'pages'] as const) {
      const stream = await open(h);
      let seen = 0;
      const reading = (async (): Promise<void> => {
        for await (const _ of way === 'rows' ? stream : stream.pages()) {
          seen++;
          await stream.cancel();
        }
      })();
      await h.settle(reading);
      assert.equal(seen, 1, way);
      await assertReleased(h);
    }
  });

  test('should be over when its pageCallback cancels it', async () => {
    await using h = await start();
    const stream: AsyncStreamingResultSet = await open(h, {
      fetchSize: 100,
      pageCallback: (page) => void (page === 2 && stream.cancel()),
    });
    const seen: Row[] = [];
    const reading = (async (): Promise<void> => {
      for await (const row of stream) seen.push(row);
    })();
    await h.settle(reading);
    assert.equal(seen.length, 100);
    await assertReleased(h);
  });
});

describe('a stream whose signal fires', () => {
  for (const [when, prepare] of Object.entries<(h: SessionHarness, it: AsyncIterator<unknown>) => Promise<void>>({
    'before it is read': () => Promise.resolve(),
    'half-way through a page': (h, iterator) => read(h, iterator, 5),
    'between pages': (h, iterator) => read(h, iterator, 100),
  })) {
    test(`${when} and nobody asks for rows should be released at once all the same`, async () => {
      await using h = await start();
      const controller = new AbortController();
      const stream = await open(h, { fetchSize: 100, signal: controller.signal });
      const iterator = stream[Symbol.asyncIterator]();
      await prepare(h, iterator);
      await h.clock.advance(100);
      controller.abort('stop');
      await assertReleased(h);
      const failure = await h.failure(iterator.next());
      assert.ok(failure instanceof AbortError);
      assert.equal(failure.cause, 'stop');
      assert.equal((await h.settle(iterator.next())).done, true);
    });
  }

  test('should fail, not end, in pages and when it is read only afterwards', async () => {
    await using h = await start();
    const controller = new AbortController();
    const { signal } = controller;
    const streams = [await open(h, { signal, fetchSize: 10 }), await open(h, { signal, fetchSize: 10 })];
    const pages = streams[0]?.pages();
    assert.ok(pages !== undefined);
    await read(h, pages, 2);
    controller.abort();
    assert.ok((await h.failure(pages.next())) instanceof AbortError);
    assert.ok((await h.failure((streams[1] as AsyncStreamingResultSet).pages().next())) instanceof AbortError);
    await assertReleased(h);
  });

  test('should fail while it waits for a page', async () => {
    await using h = await start();
    h.servers.when(CQL, sequence(thousand, held(thousand)));
    for (const way of ['rows', 'pages'] as const) {
      const controller = new AbortController();
      const stream = await open(h, { fetchSize: 10, prefetchPages: 0, signal: controller.signal });
      const iterator = way === 'rows' ? stream[Symbol.asyncIterator]() : stream.pages();
      await read(h, iterator, way === 'rows' ? 10 : 1);
      const waiting = rejection(iterator.next());
      await h.clock.advance(20);
      controller.abort();
      assert.ok((await h.settle(waiting)) instanceof AbortError);
      await assertReleased(h);
      h.servers.when(CQL, sequence(thousand, held(thousand)));
    }
  });

  test('should have one listener however many share it, gone with the last of them', async () => {
    await using h = await start();
    const { signal } = new AbortController();
    const streams: AsyncStreamingResultSet[] = [];
    for (let i = 0; i < 20; i++) streams.push(await open(h, { fetchSize: 10, signal }));
    await h.clock.advance(100);
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    for (const stream of streams) await stream.cancel();
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});

describe('a stream whose time is over', () => {
  test('should fail between rows that are decoded already', async () => {
    await using h = await start();
    const stream = await open(h, { timeoutMs: 100 });
    const iterator = stream[Symbol.asyncIterator]();
    await read(h, iterator, 3);
    await h.clock.advance(200);
    const failure = await h.failure(iterator.next());
    assert.ok(failure instanceof TimeoutError);
    assert.equal(failure.timeoutMs, 100);
    await assertReleased(h);
  });
});

describe('a stream that others read', () => {
  test('should be released when a Readable is destroyed, also while it waits for a page', async () => {
    await using h = await start();
    h.servers.when(CQL, sequence(thousand, held(thousand)));
    const readable = Readable.from(await open(h, { fetchSize: 10 }));
    for (let i = 0; i < 10; i++) readable.read();
    await h.clock.advance(20);
    const closed = new Promise<void>((resolve) => readable.once('close', resolve));
    readable.destroy();
    await h.settle(closed);
    await assertReleased(h);
  });

  test('should be released when a pipeline fails', async () => {
    await using h = await start();
    let written = 0;
    const sink = new Writable({
      objectMode: true,
      write: (_row, _encoding, done) => done(++written === 150 ? new Error('disk full') : null),
    });
    const failure = await h.failure(pipeline(await open(h), sink));
    assert.match(failure.message, /disk full/);
    assert.ok(written <= 151);
    await assertReleased(h);
  });

  test('should be released when a ReadableStream is cancelled', async () => {
    await using h = await start();
    const reader = ReadableStream.from(await open(h, { fetchSize: 10 })).getReader();
    for (let i = 0; i < 15; i++) assert.deepEqual((await h.settle(reader.read())).value, { k: i });
    await h.settle(reader.cancel('enough'));
    await assertReleased(h);
  });
});
