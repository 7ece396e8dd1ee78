import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AbortError,
  type AsyncCassandraSession,
  type AsyncCluster,
  BatchStatement,
  CqlSyntaxError,
  Duration,
  SessionClosedError,
  TimeoutError,
} from 'async-cassandra';
import { pairs } from './support/every-pair.ts';
import { openCluster, TestKeyspace } from './support/test-cluster.ts';

/** A little of everything, quick enough for each runtime. */
describe('Smoke', () => {
  const keyspace = new TestKeyspace([
    'CREATE TABLE users (id uuid PRIMARY KEY, name text, tags set<text>, born date, worked duration, score decimal)',
    'CREATE TABLE numbers (id text, n int, PRIMARY KEY (id, n))',
  ]);
  before(() => keyspace.create());
  after(() => keyspace.drop());

  for (const pair of pairs) {
    describe(`on v${pair.protocolVersion} with compression ${pair.compression}`, () => {
      const id = crypto.randomUUID();
      let cluster: AsyncCluster;
      let session: AsyncCassandraSession;
      before(async () => {
        cluster = openCluster(pair);
        session = await cluster.connect(keyspace.name);
      });
      after(() => cluster.shutdown());

      it('should write and read values', async () => {
        const insert = await session.prepare('INSERT INTO users (id, name, tags, worked) VALUES (?, ?, ?, ?)');
        const worked = Duration.from('1mo2d3h');
        await session.execute(insert, [id, 'Ada Λ', new Set(['a', 'b']), worked]);
        await session.cql`UPDATE users SET score = ${'12.50'}, born = ${'1815-12-10'} WHERE id = ${id}`;
        const row = (await session.execute('SELECT * FROM users WHERE id = :id', { id })).one();
        assert.equal(row?.['name'], 'Ada Λ');
        assert.deepEqual(row['tags'], new Set(['a', 'b']));
        assert.deepEqual(row['worked'], worked);
        assert.equal(String(row['score']), '12.50');
        assert.equal(String(row['born']), '1815-12-10');
      });

      it('should batch, page, stream and decide', async () => {
        const key = `${pair.protocolVersion} ${pair.compression}`;
        const batch = new BatchStatement('unlogged');
        for (let n = 0; n < 100; n++) batch.add('INSERT INTO numbers (id, n) VALUES (?, ?)', [key, n]);
        await session.executeBatch(batch);
        const select = 'SELECT n FROM numbers WHERE id = ?';
        const expected = Array.from({ length: 100 }, (_, n) => ({ n }));
        assert.deepEqual(await (await session.execute(select, [key], { fetchSize: 30 })).all(), expected);
        const rows: unknown[] = [];
        await using stream = await session.executeStream(select, [key], { fetchSize: 7 });
        for await (const row of stream) rows.push(row);
        assert.deepEqual(rows, expected);
        const once = 'INSERT INTO numbers (id, n) VALUES (?, ?) IF NOT EXISTS';
        assert.equal((await session.execute(once, [key, 5])).wasApplied, false);
      });

      it('should answer 1,000 at once, each its own', async () => {
        const results = await Promise.all(
          Array.from({ length: 1_000 }, (_, n) => session.execute(`SELECT (int) ${n} AS n FROM system.local`)),
        );
        for (const [n, result] of results.entries()) assert.equal(result.one()?.['n'], n);
      });

      it('should fail as it says', async () => {
        await assert.rejects(session.execute('SELEC'), CqlSyntaxError);
        const signal = AbortSignal.abort();
        await assert.rejects(session.execute('SELECT key FROM system.local', undefined, { signal }), AbortError);
        const slow = session.execute('SELECT * FROM system_schema.columns', undefined, { timeoutMs: 1 });
        await slow.catch((error: unknown) => assert.ok(error instanceof TimeoutError, String(error)));
        const closing = await cluster.connect();
        await closing.close();
        await assert.rejects(closing.execute('SELECT key FROM system.local'), SessionClosedError);
      });
    });
  }
});
