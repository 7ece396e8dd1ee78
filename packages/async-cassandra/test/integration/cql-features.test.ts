import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ConfigurationError, FunctionFailureError, MonotonicTimestampGenerator, unset } from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';

const SCHEMA = [
  'CREATE TABLE hits (id text PRIMARY KEY, n counter)',
  `CREATE TABLE things (id text PRIMARY KEY, n int, label text, tags set<text>, steps list<int>, props map<text, int>)`,
  'CREATE TABLE scores (game text, player text, score int, PRIMARY KEY (game, player))',
  `CREATE MATERIALIZED VIEW scores_by_player AS SELECT player, game, score FROM scores
     WHERE player IS NOT NULL AND game IS NOT NULL PRIMARY KEY (player, game)`,
  'CREATE INDEX scores_score ON scores (score)',
  `CREATE FUNCTION half (n int) RETURNS NULL ON NULL INPUT RETURNS int LANGUAGE java AS 'return n / 2;'`,
  `CREATE FUNCTION fails (n int) RETURNS NULL ON NULL INPUT RETURNS int LANGUAGE java AS
     'throw new RuntimeException("on purpose");'`,
  `CREATE FUNCTION add_up (state bigint, n int) CALLED ON NULL INPUT RETURNS bigint LANGUAGE java AS
     'return n == null ? state : state + n;'`,
  'CREATE AGGREGATE total (int) SFUNC add_up STYPE bigint INITCOND 0',
];

describeOnEveryPair('CQL features', SCHEMA, (context) => {
  it('should count', async () => {
    const { session } = context;
    const id = context.key();
    const count = await session.prepare('UPDATE hits SET n = n + ? WHERE id = ?');
    await Promise.all(Array.from({ length: 50 }, () => session.execute(count, [1, id])));
    await session.execute(count, [-10n, id]);
    await session.execute(`UPDATE hits SET n = n + 2 WHERE id = '${id}'`);
    assert.deepEqual((await session.execute('SELECT n FROM hits WHERE id = ?', [id])).one(), { n: 42n });
  });

  it('should write with a time to live and a timestamp of the statement', async () => {
    const { session } = context;
    const id = context.key();
    await session.execute('INSERT INTO things (id, n) VALUES (?, ?) USING TTL ? AND TIMESTAMP ?', [id, 1, 1_000, 5n]);
    const read = 'SELECT n, ttl(n) AS ttl, writetime(n) AS written FROM things WHERE id = ?';
    const row = (await session.execute<{ n: number; ttl: number; written: bigint }>(read, [id])).one();
    assert.equal(row?.n, 1);
    assert.equal(row.written, 5n);
    assert.ok(row.ttl > 900 && row.ttl <= 1_000);
    await session.execute('UPDATE things USING TTL 1 SET n = 2 WHERE id = ?', [id]);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    assert.deepEqual((await session.execute('SELECT n FROM things WHERE id = ?', [id])).one(), { n: null });
  });

  it('should write with the timestamp of the request, else with one of its own that only grows', async () => {
    const { session } = context;
    const id = context.key();
    const written = async (): Promise<unknown> =>
      (await session.execute('SELECT writetime(n) AS w FROM things WHERE id = ?', [id])).one()?.['w'];
    const insert = 'INSERT INTO things (id, n) VALUES (?, ?)';
    await session.execute(insert, [id, 1], { timestamp: 1_000n });
    assert.equal(await written(), 1_000n);
    await session.execute(insert, [id, 2], { timestamp: 2_000 });
    assert.equal(await written(), 2_000n);
    await session.execute(insert, [id, 3], { timestamp: 1_500 });
    assert.equal((await session.execute('SELECT n FROM things WHERE id = ?', [id])).one()?.['n'], 2);
    await session.execute(insert, [id, 4]);
    const own = (await written()) as bigint;
    assert.ok(Math.abs(Number(own) / 1_000 - Date.now()) < 60_000, `${own}`);
    // The last of many writes made in one turn wins, for none of them shares its timestamp.
    await Promise.all(Array.from({ length: 100 }, (_, n) => session.execute(insert, [id, n])));
    assert.equal((await session.execute('SELECT n FROM things WHERE id = ?', [id])).one()?.['n'], 99);
    await assert.rejects(session.execute(insert, [id, 1], { timestamp: 1.5 }), ConfigurationError);
  });

  it('should take timestamps from the generator, or leave them to the server', async () => {
    const id = context.key();
    const insert = 'INSERT INTO things (id, n) VALUES (?, ?)';
    const read = 'SELECT writetime(n) AS w FROM things WHERE id = ?';
    const fixed = await context.anotherSession({ timestampGenerator: { next: () => 77n } });
    await fixed.execute(insert, [id, 1]);
    assert.equal((await fixed.execute(read, [id])).one()?.['w'], 77n);
    const none = await context.anotherSession({ timestampGenerator: { next: () => null } });
    await none.execute(insert, [id, 2]);
    assert.ok(Math.abs(Number((await none.execute(read, [id])).one()?.['w']) / 1_000 - Date.now()) < 60_000);
    const monotonic = await context.anotherSession({ timestampGenerator: new MonotonicTimestampGenerator() });
    await monotonic.execute(insert, [id, 3]);
    assert.equal((await monotonic.execute('SELECT n FROM things WHERE id = ?', [id])).one()?.['n'], 3);
  });

  it('should take now from the request on v5, and refuse it on v4', async () => {
    const { session } = context;
    const id = context.key();
    const nowInSeconds = Math.floor(Date.now() / 1_000) + 5_000;
    const insert = 'INSERT INTO things (id, n) VALUES (?, ?) USING TTL 10000';
    if (!context.isV5) {
      await assert.rejects(session.execute(insert, [id, 1], { nowInSeconds }), ConfigurationError);
      return;
    }
    await session.execute(insert, [id, 1]);
    const select = 'SELECT ttl(n) AS ttl FROM things WHERE id = ?';
    const now = Number((await session.execute(select, [id])).one()?.['ttl']);
    const later = Number((await session.execute(select, [id], { nowInSeconds })).one()?.['ttl']);
    assert.ok(Math.abs(now - later - 5_000) < 20, `${now} and ${later}`);
    assert.equal((await session.execute(select, [id], { nowInSeconds: nowInSeconds + 6_000 })).one(), null);
  });

  it('should insert and select JSON', async () => {
    const { session } = context;
    const id = context.key();
    await session.execute('INSERT INTO things JSON ?', [
      JSON.stringify({ id, n: 3, tags: ['b', 'a'], props: { x: 1 } }),
    ]);
    const row = (await session.execute('SELECT JSON id, n, tags, props FROM things WHERE id = ?', [id])).one();
    assert.deepEqual(JSON.parse(String(row?.['[json]'])), { id, n: 3, tags: ['a', 'b'], props: { x: 1 } });
    const read = await session.execute('SELECT n, toJson(props) AS props FROM things WHERE id = ?', [id]);
    assert.deepEqual(read.one(), { n: 3, props: '{"x": 1}' });
    const update = 'UPDATE things SET tags = fromJson(?) WHERE id = ?';
    await session.execute(update, ['["z"]', id]);
    assert.deepEqual((await session.execute('SELECT tags FROM things WHERE id = ?', [id])).one(), {
      tags: new Set(['z']),
    });
  });

  it('should update collections in part', async () => {
    const { session } = context;
    const id = context.key();
    const update = async (change: string, ...values: unknown[]): Promise<void> => {
      await session.execute(`${change} WHERE id = ?`, [...values, id]);
    };
    await session.execute('INSERT INTO things (id, tags, steps, props) VALUES (?, ?, ?, ?)', [
      id,
      new Set(['a']),
      [1, 2],
      new Map([['x', 1]]),
    ]);
    await update('UPDATE things SET tags = tags + ?', ['b', 'c']);
    await update('UPDATE things SET tags = tags - ?', new Set(['a']));
    await update('UPDATE things SET steps = steps + ?', [3]);
    await update('UPDATE things SET steps = ? + steps', [0]);
    await update('UPDATE things SET steps[?] = ?', 1, 100);
    await update('UPDATE things SET steps = steps - ?', [2]);
    await update('DELETE steps[?] FROM things', 0);
    await update('UPDATE things SET props = props + ?', { y: 2, z: 3 });
    await update('UPDATE things SET props[?] = ?', 'x', 10);
    await update('DELETE props[?] FROM things', 'y');
    await update('UPDATE things SET props = props - ?', new Set(['none']));
    const row = (await session.execute('SELECT tags, steps, props FROM things WHERE id = ?', [id])).one();
    assert.deepEqual(row, {
      tags: new Set(['b', 'c']),
      steps: [100, 3],
      props: new Map([
        ['x', 10],
        ['z', 3],
      ]),
    });
    const parts = await session.execute(`SELECT props['z'] AS z, tags['b'] AS b FROM things WHERE id = ?`, [id]);
    assert.deepEqual(parts.one(), { z: 3, b: 'b' });
  });

  it('should leave alone what is unset, and delete what is null', async () => {
    const { session } = context;
    const id = context.key();
    const insert = await session.prepare('INSERT INTO things (id, n, label) VALUES (?, ?, ?)');
    const row = async (): Promise<unknown> =>
      (await session.execute('SELECT n, label FROM things WHERE id = ?', [id])).one();
    await session.execute(insert, [id, 1, 'one']);
    await session.execute(insert, [id, unset, 'two']);
    assert.deepEqual(await row(), { n: 1, label: 'two' });
    await session.execute(insert, { id, n: null, label: unset });
    assert.deepEqual(await row(), { n: null, label: 'two' });
    const session2 = await context.anotherSession({ encoding: { undefinedAsUnset: true } });
    await session2.execute('INSERT INTO things (id, n, label) VALUES (?, ?, ?)', [id, 5, undefined]);
    assert.deepEqual(await row(), { n: 5, label: 'two' });
  });

  it('should read through materialised views and indexes', async () => {
    const { session } = context;
    const [game, player] = [context.key(), context.key()];
    const score = 1_000_000 + Math.floor(Math.random() * 1e9);
    await session.execute('INSERT INTO scores (game, player, score) VALUES (?, ?, ?)', [game, player, score]);
    const view = await session.execute('SELECT * FROM scores_by_player WHERE player = ?', [player]);
    assert.deepEqual(view.one(), { player, game, score });
    const index = await session.execute('SELECT game, player FROM scores WHERE score = ?', [score]);
    assert.deepEqual(await index.all(), [{ game, player }]);
  });

  it('should call functions and aggregates of users', async () => {
    const { session } = context;
    const game = context.key();
    for (let n = 0; n < 10; n++) {
      await session.execute('INSERT INTO scores (game, player, score) VALUES (?, ?, ?)', [game, `p${n}`, n]);
    }
    const result = await session.execute('SELECT total(score) AS sum, max(score) AS best FROM scores WHERE game = ?', [
      game,
    ]);
    assert.deepEqual(result.one(), { sum: 45n, best: 9 });
    const half = await session.execute('SELECT half(score) AS h FROM scores WHERE game = ? AND player = ?', [
      game,
      'p9',
    ]);
    assert.deepEqual(half.one(), { h: 4 });
  });

  it('should say which function failed', async () => {
    const { session } = context;
    const game = context.key();
    await session.execute('INSERT INTO scores (game, player, score) VALUES (?, ?, ?)', [game, 'p', 1]);
    await assert.rejects(
      session.execute('SELECT fails(score) FROM scores WHERE game = ?', [game]),
      (error: unknown) => {
        assert.ok(error instanceof FunctionFailureError, String(error));
        assert.equal(error.serverCode, 0x1400);
        assert.equal(error.keyspace, context.keyspace);
        assert.equal(error.functionName, 'fails');
        assert.deepEqual(error.argumentTypes, ['int']);
        assert.equal(error.outcome, 'rejected');
        return true;
      },
    );
  });
});
