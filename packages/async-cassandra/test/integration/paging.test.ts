import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import {
  type AsyncResultSet,
  ConfigurationError,
  type PreparedStatement,
  type RequestOptions,
  type Row,
  ServerProtocolError,
  StreamBusyError,
} from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';

const SCHEMA = ['CREATE TABLE numbers (id text, n int, label text, PRIMARY KEY (id, n))'];
const COUNT = 100;
const SELECT = 'SELECT n, label FROM numbers WHERE id = ?';

describeOnEveryPair('Paging', SCHEMA, (context) => {
  let key: string;
  const numbers = Array.from({ length: COUNT }, (_, n) => n);
  const numbersOf = (rows: readonly Row[]): unknown[] => rows.map((row) => row['n']);

  before(async () => {
    key = context.key();
    await context.session.executeConcurrent(
      'INSERT INTO numbers (id, n, label) VALUES (?, ?, ?)',
      numbers.map((n) => [key, n, `label ${n}`]),
    );
  });

  it('should hand out one page, and say that there are more', async () => {
    const result = await context.session.execute(SELECT, [key], { fetchSize: 30 });
    assert.deepEqual(numbersOf(result.currentRows), numbers.slice(0, 30));
    assert.equal(result.hasMorePages, true);
    assert.ok(Buffer.isBuffer(result.pagingState));
    assert.deepEqual(result.one(), { n: 0, label: 'label 0' });
  });

  it('should go through the pages by hand, in a text and in a prepared statement', async () => {
    const prepared: PreparedStatement = await context.session.prepare(SELECT);
    for (const statement of [SELECT, prepared]) {
      const pages: unknown[][] = [];
      let pagingState: Buffer | null = null;
      do {
        const options: RequestOptions = { fetchSize: 30, pagingState };
        const result: AsyncResultSet = await context.session.execute(statement, [key], options);
        pages.push(numbersOf(result.currentRows));
        ({ pagingState } = result);
        assert.equal(result.hasMorePages, pagingState !== null);
      } while (pagingState !== null);
      assert.deepEqual(
        pages.map((page) => page.length),
        [30, 30, 30, 10],
      );
      assert.deepEqual(pages.flat(), numbers);
    }
  });

  it('should resume in another session', async () => {
    const first = await context.session.execute(SELECT, [key], { fetchSize: 40 });
    const state = Buffer.from(first.pagingState?.toString('base64') ?? '', 'base64');
    const session = await context.anotherSession();
    const rest = await session.execute(SELECT, [key], { fetchSize: 25, pagingState: state });
    assert.deepEqual(numbersOf(rest.currentRows), numbers.slice(40, 65));
    assert.deepEqual(numbersOf(await rest.all()), numbers.slice(40));
  });

  it('should iterate over all pages', async () => {
    const result = await context.session.execute(SELECT, [key], { fetchSize: 7 });
    const seen: unknown[] = [];
    for await (const row of result) seen.push(row['n']);
    assert.deepEqual(seen, numbers);
    assert.equal(result.hasMorePages, false);
    assert.equal(result.pagingState, null);
  });

  it('should collect all pages', async () => {
    const result = await context.session.execute(SELECT, [key], { fetchSize: 9 });
    const rows = await result.all();
    assert.deepEqual(numbersOf(rows), numbers);
    assert.deepEqual(rows[99], { n: 99, label: 'label 99' });
  });

  it('should read a result in one single pass', async () => {
    const result = await context.session.execute(SELECT, [key], { fetchSize: 9 });
    await result.all();
    await assert.rejects(result.all(), StreamBusyError);
    assert.throws(() => result[Symbol.asyncIterator](), StreamBusyError);
  });

  it('should page a whole table, with pages that end where partitions do', async () => {
    const result = await context.session.execute('SELECT id, n FROM numbers', undefined, { fetchSize: 33 });
    const rows = await result.all();
    assert.deepEqual(numbersOf(rows.filter((row) => row['id'] === key)), numbers);
  });

  it('should not take an empty page for the end', async () => {
    // The server reads and filters a page's worth of rows at a time here, so that most pages are empty.
    const options = { fetchSize: 1 };
    const text = 'SELECT n FROM numbers WHERE id = ? AND label = ? ALLOW FILTERING';
    const result = await context.session.execute(text, [key, 'label 99'], options);
    assert.deepEqual(result.one(), { n: 99 });
    assert.deepEqual(await result.all(), [{ n: 99 }]);
    const none = await context.session.execute(text, [key, 'no such label'], options);
    assert.equal(none.one(), null);
    assert.equal(none.hasMorePages, false);
  });

  it('should use the page size of the cluster when the request has none', async () => {
    const session = await context.anotherSession({ fetchSize: 12 });
    assert.equal((await session.execute(SELECT, [key])).currentRows.length, 12);
    assert.equal((await session.execute(SELECT, [key], { fetchSize: 13 })).currentRows.length, 13);
  });

  it('should page 5,000 rows at a time by default', async () => {
    const rest = await context.session.execute(SELECT, [key]);
    assert.equal(rest.currentRows.length, COUNT);
    assert.equal(rest.hasMorePages, false);
  });

  it('should refuse what is no paging state', async () => {
    const { session } = context;
    await assert.rejects(session.execute(SELECT, [key], { pagingState: Buffer.from('nonsense') }), ServerProtocolError);
    const text = { pagingState: 'text' as unknown as Buffer };
    await assert.rejects(session.execute(SELECT, [key], text), ConfigurationError);
  });
});
