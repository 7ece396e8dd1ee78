import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import type { Row } from '../../../src/codecs/index.ts';
import {
  AbortError,
  ConfigurationError,
  QueueFullError,
  SessionClosedError,
  StreamBusyError,
  TimeoutError,
} from '../../../src/errors/index.ts';
import { delayed, error, generatedRows, held, pages, sequence, t, voidResult } from '../../support/index.ts';
import { hasSettled, rejection, SessionHarness } from '../../support/session/session-harness.ts';

const CQL = 'SELECT k FROM ks.t';
const columns = { k: t.int };
const thousand = generatedRows(columns, 1000, (i) => [i]);
const numbers = Array.from({ length: 1000 }, (_, i) => i);

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

const keys = (rows: readonly Row[]): unknown[] => rows.map((row) => row['k']);

describe('a stream', () => {
  for (const prefetchPages of [0, 1, 3]) {
    test(`should fetch exactly ${prefetchPages} pages ahead`, async () => {
      await using h = await SessionHarness.start();
      h.servers.when(CQL, thousand);
      const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10, prefetchPages }));
      await h.clock.advance(100);
      assert.equal(h.statements.length, 1, 'nothing is fetched before somebody reads');
      const iterator = stream[Symbol.asyncIterator]();
      for (let i = 0; i < 100; i++) {
        assert.equal((await h.settle(iterator.next())).value?.['k'], i);
        await h.clock.advance(100);
        assert.equal(h.statements.length, Math.min(100, Math.floor(i / 10) + 1 + prefetchPages));
        assert.equal(stream.pageNumber, Math.floor(i / 10) + 1);
      }
      await iterator.return?.();
      await h.clock.advance(100);
      assert.equal(h.statements.length, 10 + prefetchPages);
    });

    test(`should give all rows in order, ${prefetchPages} pages ahead, to a consumer of any speed`, async () => {
      await using h = await SessionHarness.start({ nodes: 3 });
      h.servers.when(
        CQL,
        delayed((request) => request.streamId % 7, thousand),
      );
      const options = { fetchSize: 37, prefetchPages };
      const fast = await h.settle(h.session.executeStream(CQL, [], options));
      assert.deepEqual(keys(await h.settle(collect(fast))), numbers);
      assert.equal(fast.totalRowsFetched, 1000);
      assert.equal(fast.pagingState, null);
      const slow = await h.settle(h.session.executeStream(CQL, [], options));
      const seen: unknown[] = [];
      const reading = (async (): Promise<void> => {
        for await (const rows of slow.pages()) {
          seen.push(...keys(rows));
          await new Promise<void>((resolve) => h.clock.setTimeout(resolve, 20));
        }
      })();
      await h.settle(reading);
      assert.deepEqual(seen, numbers);
      assert.equal(h.session.state.openStreams, 0);
    });
  }

  test('should answer overlapping calls of next in their order', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, thousand);
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 3 }));
    const iterator = stream[Symbol.asyncIterator]();
    const late: Promise<IteratorResult<Row>>[] = [];
    const first = iterator.next();
    void first.then(() => late.push(iterator.next()));
    const calls = [first, ...Array.from({ length: 1005 }, () => iterator.next())];
    const results = await h.settle(Promise.all(calls));
    assert.deepEqual(
      results.slice(0, 1000).map((result) => (result.value as Row)['k']),
      numbers,
    );
    assert.ok(results.slice(1000).every((result) => result.done === true));
    assert.equal((await h.settle(late[0] as Promise<IteratorResult<Row>>)).done, true);
  });

  test('should be read by one consumer at a time', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, thousand);
    const stream = await h.settle(h.session.executeStream(CQL));
    const iterator = stream[Symbol.asyncIterator]();
    assert.throws(() => stream[Symbol.asyncIterator](), StreamBusyError);
    assert.throws(() => stream.pages(), StreamBusyError);
    assert.equal((await h.settle(iterator.next())).value?.['k'], 0);
    await iterator.return?.();
    assert.throws(() => stream.pages(), StreamBusyError);
  });

  test('should be released at once by break, throw, cancel and await using, and fetch nothing more', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, thousand);
    const open = (): Promise<Awaited<ReturnType<typeof h.session.executeStream>>> =>
      h.settle(h.session.executeStream(CQL, [], { fetchSize: 10 }));
    const released = async (): Promise<void> => {
      assert.equal(h.session.state.openStreams, 0);
      await h.clock.advance(5);
      const count = h.statements.length;
      await h.clock.advance(100);
      assert.equal(h.statements.length, count);
      assert.equal(h.session.state.inFlight, 0);
    };
    for await (const row of await open()) if (row['k'] === 5) break;
    await released();
    await assert.rejects(async () => {
      for await (const row of await open()) if (row['k'] === 5) throw new Error('mine');
    }, /mine/);
    await released();
    for await (const rows of (await open()).pages()) if (rows.length > 0) break;
    await released();
    const untouched = await open();
    await untouched.cancel();
    assert.deepEqual(await collect(untouched), []);
    await released();
    {
      await using scoped = await open();
      await h.settle(scoped[Symbol.asyncIterator]().next());
    }
    await released();
    await (await open()).pages().return?.();
    await released();
    const half = await open();
    const iterator = half[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await h.settle(iterator.next());
    await half.cancel();
    await half.cancel();
    await released();
  });

  test('should end an iteration that waits for a page when it is cancelled', async () => {
    await using h = await SessionHarness.start();
    const slow = held(thousand);
    h.servers.when(CQL, sequence(thousand, slow));
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 2 }));
    const reading = collect(stream);
    await h.clock.advance(20);
    assert.equal(slow.waiting, 1);
    await stream.cancel();
    assert.ok((await h.settle(reading)).length <= 2);
    assert.equal(h.session.state.inFlight, 0);
    assert.equal(h.session.activeOperations, 0);
  });

  test('should end with the signal, at once and between rows that are there already', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, thousand);
    const controller = new AbortController();
    const { signal } = controller;
    const stream = await h.settle(h.session.executeStream(CQL, [], { signal }));
    const iterator = stream[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await h.settle(iterator.next());
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    controller.abort('stop');
    assert.equal(h.session.state.openStreams, 0);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    const failure = await h.failure(iterator.next());
    assert.ok(failure instanceof AbortError);
    assert.equal(failure.cause, 'stop');
    assert.equal((await h.settle(iterator.next())).done, true);
  });

  test('should end with the signal while it fetches', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, sequence(thousand, held(thousand)));
    const controller = new AbortController();
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 2, signal: controller.signal }));
    const reading = rejection(collect(stream));
    await h.clock.advance(20);
    controller.abort('stop');
    assert.ok((await h.settle(reading)) instanceof AbortError);
    assert.equal(h.session.state.inFlight, 0);
    assert.equal(h.session.state.openStreams, 0);
  });

  test('should be bounded by timeoutMs as a whole', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, delayed(40, thousand));
    const started = h.clock.now();
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10, timeoutMs: 300 }));
    const failure = await h.failure(collect(stream));
    assert.ok(failure instanceof TimeoutError);
    assert.equal(failure.timeoutMs, 300);
    assert.equal(failure.outcome, 'rejected');
    assert.ok(h.clock.now() - started <= 330);
    assert.equal(h.session.state.openStreams, 0);
    const late = await h.failure(h.session.executeStream(CQL, [], { timeoutMs: 20 }));
    assert.ok(late instanceof TimeoutError);
    assert.equal(late.timeoutMs, 20);
    assert.equal(h.session.state.openStreams, 0);
  });

  test('should end by timeoutMs between rows, too', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, thousand);
    const stream = await h.settle(h.session.executeStream(CQL, [], { timeoutMs: 100 }));
    const iterator = stream[Symbol.asyncIterator]();
    await h.settle(iterator.next());
    await h.clock.advance(200);
    const failure = await h.failure(collect({ [Symbol.asyncIterator]: () => iterator }));
    assert.ok(failure instanceof TimeoutError);
  });

  test('should bound each page by pageTimeoutMs, the first one with its preparation', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, sequence(delayed(80, thousand), delayed(80, thousand), held(thousand)));
    const stream = await h.settle(
      h.session.executeStream(CQL, [], { fetchSize: 10, prefetchPages: 0, pageTimeoutMs: 100 }),
    );
    const failure = await h.failure(collect(stream));
    assert.ok(failure instanceof TimeoutError);
    assert.equal(failure.timeoutMs, 100);
    assert.equal(stream.totalRowsFetched, 20);
    assert.equal(stream.pagingState?.toString(), 'row:20');
  });

  test('should be resumed from its paging state', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, thousand);
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 100, maxPages: 3 }));
    assert.deepEqual(keys(await h.settle(collect(stream))), numbers.slice(0, 300));
    assert.equal(h.statements.length, 3);
    const pagingState = stream.pagingState;
    const rest = await h.settle(h.session.executeStream(CQL, [], { pagingState }));
    assert.deepEqual(keys(await h.settle(collect(rest))), numbers.slice(300));
  });

  test('should survive a page callback that throws', async () => {
    const warnings: unknown[] = [];
    await using h = await SessionHarness.start({
      cluster: { logger: { error: (...line: unknown[]) => warnings.push(line) } },
    });
    h.servers.when(CQL, thousand);
    const seen: [number, number][] = [];
    const pageCallback = (page: number, rows: number): void => {
      seen.push([page, rows]);
      throw new Error('callback bug');
    };
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 400, pageCallback }));
    assert.equal((await h.settle(collect(stream))).length, 1000);
    assert.deepEqual(seen, [
      [1, 400],
      [2, 400],
      [3, 200],
    ]);
    assert.equal(warnings.length, 3);
  });

  test('should retry a page on another node without losing or repeating a row', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    h.servers.when(CQL, thousand);
    h.servers.when({ cql: CQL, nth: (n) => n % 4 === 0 }, error('overloaded'));
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10 }));
    assert.deepEqual(keys(await h.settle(collect(stream))), numbers);
  });

  test('should fail with the error of a page, after the rows before it', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, sequence(thousand, thousand, error('invalid')));
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10, prefetchPages: 3 }));
    const seen: Row[] = [];
    const failure = await h.failure(
      (async (): Promise<void> => {
        for await (const row of stream) seen.push(row);
      })(),
    );
    assert.equal(failure.name, 'InvalidQueryError');
    assert.deepEqual(keys(seen), numbers.slice(0, 20));
    assert.equal(h.session.state.openStreams, 0);
  });

  test('should fail when the session has closed in between, not end as if all had been read', async () => {
    for (const prefetchPages of [0, 1]) {
      await using h = await SessionHarness.start();
      h.servers.when(CQL, thousand);
      const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10, prefetchPages }));
      const iterator = stream[Symbol.asyncIterator]();
      await h.settle(iterator.next());
      await h.clock.advance(50);
      await h.settle(h.session.close());
      const failure = await h.failure(collect({ [Symbol.asyncIterator]: () => iterator }));
      assert.ok(failure instanceof SessionClosedError);
      assert.equal(h.session.state.openStreams, 0);
    }
  });

  test('should count against limits.openStreams until it ends', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { openStreams: 2 } } });
    h.servers.when(CQL, thousand);
    h.servers.when('SELECT x FROM ks.t', error('invalid'));
    const one = await h.settle(h.session.executeStream(CQL));
    await h.failure(h.session.executeStream('SELECT x FROM ks.t'));
    await h.settle(h.session.executeStream(CQL));
    const failure = await h.failure(h.session.executeStream(CQL));
    assert.ok(failure instanceof QueueFullError);
    assert.equal(failure.limit, 'limits.openStreams');
    await h.settle(collect(one));
    await h.settle(h.session.executeStream(CQL));
  });

  test('should refuse options and statements that do not fit, before anything is sent', async () => {
    await using h = await SessionHarness.start();
    const wrong: readonly object[] = [
      { prefetchPages: -1 },
      { prefetchPages: 1.5 },
      { maxPages: 0 },
      { timeoutMs: 0 },
      { timeoutMs: 'x' },
      { pageTimeoutMs: -5 },
      { pageCallback: 5 },
      { consistency: 'X' },
      { prefetch: 5 },
    ];
    for (const options of wrong)
      assert.ok((await h.failure(h.session.executeStream(CQL, [], options))) instanceof ConfigurationError);
    for (const cql of ['USE ks', 'CREATE TABLE ks.t (k int PRIMARY KEY)'])
      assert.ok((await h.failure(h.session.executeStream(cql))) instanceof ConfigurationError);
    assert.equal(h.statements.length, 0);
    assert.equal(h.session.state.openStreams, 0);
  });

  test('of a statement without rows should be empty', async () => {
    await using h = await SessionHarness.start();
    h.servers.when('INSERT INTO ks.t (k) VALUES (1)', voidResult());
    const stream = await h.settle(h.session.executeStream('INSERT INTO ks.t (k) VALUES (1)'));
    assert.deepEqual(stream.columns, []);
    assert.deepEqual(await h.settle(collect(stream)), []);
  });

  test('should tell its columns, warnings and how its page came about', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, thousand);
    const stream = await h.settle(h.session.executeStream(CQL));
    assert.deepEqual(
      stream.columns.map((column) => column.name),
      ['k'],
    );
    assert.deepEqual(stream.warnings, []);
    assert.equal(stream.executionInfo.coordinator, h.node().contactPoint);
    assert.equal(stream.pageNumber, 0);
  });

  test('should be read through streams of Node and of the web', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, thousand);
    const open = (): Promise<AsyncIterable<Row>> => h.settle(h.session.executeStream(CQL, [], { fetchSize: 100 }));
    const readable = Readable.from(await open())
      .map((row: Row) => row['k'])
      .filter((k: number) => k % 2 === 0);
    assert.equal((await h.settle(readable.toArray())).length, 500);
    const web = ReadableStream.from(await open());
    assert.deepEqual(keys(await h.settle(collect(web as AsyncIterable<Row>))), numbers);
    assert.equal(h.session.state.openStreams, 0);
  });

  test('should keep the keyspace that it began in', async () => {
    await using h = await SessionHarness.start({ versions: [5], keyspace: 'one' });
    h.servers.when('SELECT k FROM t', pages(columns, [[[1]], [[2]]]));
    const stream = await h.settle(h.session.executeStream('SELECT k FROM t', [], { prefetchPages: 0 }));
    const result = await h.settle(h.session.execute('SELECT k FROM t'));
    await h.settle(h.session.setKeyspace('two'));
    await h.settle(collect(stream));
    await h.settle(result.all());
    const asked = h.statements.filter((each) => each.cql === 'SELECT k FROM t');
    assert.deepEqual(
      asked.map((each) => each.keyspace),
      ['one', 'one', 'one', 'one'],
    );
  });

  test('should not keep a consumer waiting that has gone', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CQL, sequence(thousand, held(thousand)));
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 1 }));
    const iterator = stream[Symbol.asyncIterator]();
    await h.settle(iterator.next());
    const waiting = iterator.next();
    await h.clock.advance(5);
    assert.equal(await hasSettled(waiting), false);
    await iterator.return?.();
    assert.equal((await h.settle(waiting)).done, true);
  });
});
