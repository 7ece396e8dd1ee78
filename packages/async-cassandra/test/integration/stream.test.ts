import assert from 'node:assert/strict';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { before, it } from 'node:test';
import {
  AbortError,
  ConfigurationError,
  cql,
  InvalidQueryError,
  type Row,
  SessionClosedError,
  StreamBusyError,
  TimeoutError,
} from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';
import { openThroughProxy } from './support/through-proxy.ts';
import { delay, eventually } from '../support/index.ts';

const SCHEMA = ['CREATE TABLE events (id text, n int, label text, PRIMARY KEY (id, n))'];
const COUNT = 1_000;
const SELECT = 'SELECT n, label FROM events WHERE id = ?';

describeOnEveryPair('Streams', SCHEMA, (context) => {
  let key: string;
  const numbers = Array.from({ length: COUNT }, (_, n) => n);
  const numbersOf = (rows: readonly Row[]): unknown[] => rows.map((row) => row['n']);

  before(async () => {
    key = context.key();
    await context.session.executeConcurrent(
      'INSERT INTO events (id, n, label) VALUES (?, ?, ?)',
      numbers.map((n) => [key, n, `label ${n}`]),
    );
  });

  it('should yield all rows, one by one', async () => {
    const stream = await context.session.executeStream(SELECT, [key], { fetchSize: 64 });
    const rows: Row[] = [];
    for await (const row of stream) rows.push(row);
    assert.deepEqual(numbersOf(rows), numbers);
    assert.deepEqual(rows[999], { n: 999, label: 'label 999' });
    assert.equal(stream.totalRowsFetched, COUNT);
    assert.equal(stream.pageNumber, 16);
    assert.equal(stream.pagingState, null);
    assert.equal(context.session.state.openStreams, 0);
  });

  it('should yield pages, and tell of each', async () => {
    const told: [number, number][] = [];
    const select = await context.session.prepare(SELECT);
    const stream = await context.session.executeStream(select, [key], {
      fetchSize: 300,
      pageCallback: (page, rows) => void told.push([page, rows]),
    });
    const pages: unknown[][] = [];
    for await (const page of stream.pages()) pages.push(numbersOf(page));
    assert.deepEqual(pages.flat(), numbers);
    assert.deepEqual(told, [
      [1, 300],
      [2, 300],
      [3, 300],
      [4, 100],
    ]);
  });

  it('should be no worse for a pageCallback that throws', async () => {
    const stream = await context.session.executeStream(SELECT, [key], {
      fetchSize: 400,
      pageCallback: () => {
        throw new Error('not my problem');
      },
    });
    let rows = 0;
    for await (const _ of stream) rows++;
    assert.equal(rows, COUNT);
  });

  it('should stop after maxPages, and resume from there in another session', async () => {
    const stream = await context.session.executeStream(SELECT, [key], { fetchSize: 100, maxPages: 3 });
    const first: Row[] = [];
    for await (const row of stream) first.push(row);
    assert.deepEqual(numbersOf(first), numbers.slice(0, 300));
    const session = await context.anotherSession();
    const rest = await session.executeStream(SELECT, [key], { fetchSize: 250, pagingState: stream.pagingState });
    const rows: Row[] = [];
    for await (const row of rest) rows.push(row);
    assert.deepEqual(numbersOf(rows), numbers.slice(300));
  });

  it('should release everything on break, in rows and in pages', async () => {
    for (const how of ['rows', 'pages'] as const) {
      const stream = await context.session.executeStream(SELECT, [key], { fetchSize: 50 });
      const source: AsyncIterable<unknown> = how === 'rows' ? stream : stream.pages();
      for await (const _ of source) break;
      assert.equal(context.session.state.openStreams, 0);
      assert.equal(stream.pageNumber, 1);
      assert.throws(() => stream.pages(), StreamBusyError);
    }
    await eventually(() => context.session.state.inFlight === 0);
    assert.equal(context.session.activeOperations, 0);
  });

  it('should release everything when the consumer throws', async () => {
    const stream = await context.session.executeStream(SELECT, [key], { fetchSize: 50 });
    const consume = async (): Promise<void> => {
      for await (const row of stream) if (row['n'] === 60) throw new Error('enough');
    };
    await assert.rejects(consume(), /enough/);
    assert.equal(context.session.state.openStreams, 0);
  });

  it('should end when it is cancelled, before and while it is read', async () => {
    const unread = await context.session.executeStream(SELECT, [key], { fetchSize: 50 });
    await unread.cancel();
    await unread.cancel();
    const rows: Row[] = [];
    for await (const row of unread) rows.push(row);
    assert.deepEqual(rows, []);
    const stream = await context.session.executeStream(SELECT, [key], { fetchSize: 50 });
    let seen = 0;
    for await (const _ of stream) if (++seen === 75) await stream.cancel();
    assert.ok(seen >= 75 && seen <= 100, `${seen} rows`);
    assert.equal(context.session.state.openStreams, 0);
  });

  it('should end with its block', async () => {
    {
      await using stream = await context.session.executeStream(SELECT, [key], { fetchSize: 50 });
      assert.equal(stream.columns.length, 2);
      assert.equal(context.session.state.openStreams, 1);
    }
    assert.equal(context.session.state.openStreams, 0);
  });

  it('should end with AbortError when its signal fires', async () => {
    const controller = new AbortController();
    const stream = await context.session.executeStream(SELECT, [key], { fetchSize: 50, signal: controller.signal });
    let seen = 0;
    const consume = async (): Promise<void> => {
      for await (const _ of stream) if (++seen === 60) controller.abort(new Error('enough'));
    };
    await assert.rejects(consume(), (error: unknown) => {
      assert.ok(error instanceof AbortError);
      assert.equal((error.cause as Error).message, 'enough');
      return true;
    });
    assert.ok(seen < 200, `${seen} rows`);
    assert.equal(context.session.state.openStreams, 0);
    const aborted = context.session.executeStream(SELECT, [key], { signal: AbortSignal.abort() });
    await assert.rejects(aborted, AbortError);
  });

  it('should be read once', async () => {
    const stream = await context.session.executeStream(SELECT, [key]);
    const rows = stream[Symbol.asyncIterator]();
    assert.throws(() => stream[Symbol.asyncIterator](), StreamBusyError);
    assert.throws(() => stream.pages(), StreamBusyError);
    await rows.return?.();
  });

  it('should feed streams of Node', async () => {
    const stream = await context.session.executeStream(SELECT, [key], { fetchSize: 128 });
    const rows: Row[] = [];
    for await (const row of Readable.from(stream)) rows.push(row as Row);
    assert.deepEqual(numbersOf(rows), numbers);
    const lines: string[] = [];
    await pipeline(
      await context.session.executeStream(SELECT, [key], { fetchSize: 128 }),
      new Transform({
        objectMode: true,
        transform: (row: Row, _encoding, done) => done(null, `${String(row['n'])}\n`),
      }),
      new Writable({
        objectMode: true,
        write: (line: string, _encoding, done) => {
          lines.push(line);
          setImmediate(done);
        },
      }),
    );
    assert.equal(lines.join(''), numbers.map((n) => `${n}\n`).join(''));
    assert.equal(context.session.state.openStreams, 0);
  });

  it('should fetch a page ahead and no further', async () => {
    await using proxied = await openThroughProxy(context);
    const { session, proxy } = proxied;
    const select = await session.prepare(SELECT);
    for (const prefetchPages of [0, 1, 3]) {
      const before = proxy.count('toServer', 'EXECUTE');
      const stream = await session.executeStream(select, [key], { fetchSize: 50, prefetchPages });
      const rows = stream[Symbol.asyncIterator]();
      for (let n = 0; n < 10; n++) await rows.next();
      await eventually(() => proxy.count('toServer', 'EXECUTE') - before === 1 + prefetchPages);
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.equal(proxy.count('toServer', 'EXECUTE') - before, 1 + prefetchPages);
      await stream.cancel();
    }
  });

  it('should fail when a page, or the whole stream, takes too long', async () => {
    await using proxied = await openThroughProxy(context);
    const { session, proxy } = proxied;
    const select = await session.prepare(SELECT);
    const consume = async (options: { pageTimeoutMs?: number; timeoutMs?: number }): Promise<number> => {
      let seen = 0;
      const stream = await session.executeStream(select, [key], { fetchSize: 100, ...options });
      const rule = proxy.when({ direction: 'toClient', opcode: 'RESULT' }, delay(300));
      try {
        for await (const _ of stream) seen++;
      } finally {
        rule.remove();
      }
      return seen;
    };
    await assert.rejects(consume({ pageTimeoutMs: 100 }), TimeoutError);
    await assert.rejects(consume({ timeoutMs: 200 }), TimeoutError);
    assert.equal(await consume({ pageTimeoutMs: 5_000 }), COUNT);
    assert.equal(session.state.openStreams, 0);
  });

  it('should refuse more streams than limits.openStreams', async () => {
    const session = await context.anotherSession({ limits: { openStreams: 2 } });
    const open = [await session.executeStream(SELECT, [key]), await session.executeStream(SELECT, [key])];
    await assert.rejects(session.executeStream(SELECT, [key]), { limit: 'limits.openStreams' });
    await open[0]?.cancel();
    await (await session.executeStream(SELECT, [key])).cancel();
    await open[1]?.cancel();
  });

  it('should stream templates, and results without rows', async () => {
    const { session } = context;
    const stream = await session.executeStream(cql`SELECT n FROM events WHERE id = ${key} AND n < ${3}`);
    const rows: Row[] = [];
    for await (const row of stream) rows.push(row);
    assert.deepEqual(rows, [{ n: 0 }, { n: 1 }, { n: 2 }]);
    const none = await session.executeStream(SELECT, ['nobody']);
    for await (const _ of none) assert.fail('There is no row');
    assert.equal(none.totalRowsFetched, 0);
    const write = await session.executeStream('INSERT INTO events (id, n) VALUES (?, 1)', [context.key()]);
    for await (const _ of write) assert.fail('A write has no rows');
    assert.equal(session.state.openStreams, 0);
  });

  it('should refuse wrong statements and options, and leave nothing open', async () => {
    const { session } = context;
    await assert.rejects(session.executeStream('SELECT * FROM missing'), InvalidQueryError);
    for (const options of [{ prefetchPages: -1 }, { maxPages: 0 }, { pageTimeoutMs: 0 }, { pageSize: 10 }]) {
      await assert.rejects(session.executeStream(SELECT, [key], options), ConfigurationError);
    }
    assert.equal(session.state.openStreams, 0);
  });

  it('should fail, not end, when the session closes under it', async () => {
    const session = await context.anotherSession();
    const stream = await session.executeStream(SELECT, [key], { fetchSize: 10, prefetchPages: 0 });
    const rows = stream[Symbol.asyncIterator]();
    await rows.next();
    await session.close({ drainTimeoutMs: 0 });
    const rest = async (): Promise<void> => {
      while ((await rows.next()).done !== true);
    };
    await assert.rejects(rest(), SessionClosedError);
  });
});
