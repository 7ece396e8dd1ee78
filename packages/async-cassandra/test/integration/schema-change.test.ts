import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  type AsyncCassandraSession,
  BatchStatement,
  InvalidQueryError,
  InvalidValueError,
  type Row,
} from 'async-cassandra';
import { eventually } from '../support/index.ts';
import { describeOnEveryPair } from './support/every-pair.ts';
import { executeAll, uniqueName } from './support/test-cluster.ts';
import { openThroughProxy } from './support/through-proxy.ts';

describeOnEveryPair('Schema changes', [], (context) => {
  it('should see a change at once, without waiting by hand', async () => {
    const { session } = context;
    const table = uniqueName('t');
    await executeAll(session, [`CREATE TABLE ${table} (id int PRIMARY KEY, a int)`]);
    await session.execute(`INSERT INTO ${table} (id, a) VALUES (?, ?)`, [1, 2]);
    const altered = await session.execute(`ALTER TABLE ${table} ADD b text`);
    assert.equal(altered.executionInfo.isSchemaInAgreement, true);
    assert.equal(altered.wasApplied, true);
    await session.execute(`UPDATE ${table} SET b = ? WHERE id = ?`, ['x', 1]);
    assert.deepEqual((await session.execute(`SELECT * FROM ${table}`)).one(), { id: 1, a: 2, b: 'x' });
    await executeAll(session, [`DROP TABLE ${table}`]);
    await assert.rejects(session.execute(`SELECT * FROM ${table}`), InvalidQueryError);
  });

  it('should prepare again what the server has forgotten, once for many requests', async () => {
    await using proxied = await openThroughProxy(context);
    const { session, proxy } = proxied;
    const table = uniqueName('t');
    await executeAll(session, [`CREATE TABLE ${table} (id int PRIMARY KEY, a int)`]);
    const insert = await session.prepare(`INSERT INTO ${table} (id, a) VALUES (?, ?)`);
    const select = await session.prepare(`SELECT id, a FROM ${table} WHERE id = ?`);
    await session.execute(insert, [1, 10]);
    await executeAll(context.session, [`ALTER TABLE ${table} ADD b int`]);
    const before = proxy.count('toServer', 'PREPARE');
    const results = await Promise.all(Array.from({ length: 50 }, () => session.execute(select, [1])));
    for (const result of results) assert.deepEqual(result.one(), { id: 1, a: 10 });
    await Promise.all(Array.from({ length: 50 }, (_, n) => session.execute(insert, [n, n])));
    // At most one because the server has forgotten it, and one because the event told of the change.
    const prepared = proxy.count('toServer', 'PREPARE') - before;
    assert.ok(prepared >= 2 && prepared <= 4, `${prepared} preparations of two statements`);
  });

  it('should follow columns that come and go under SELECT *', async () => {
    const { session } = context;
    const table = uniqueName('t');
    await executeAll(session, [`CREATE TABLE ${table} (id int PRIMARY KEY, m int)`]);
    await session.execute(`INSERT INTO ${table} (id, m) VALUES (1, 77)`);
    const select = await session.prepare(`SELECT * FROM ${table} WHERE id = ?`);
    const read = async (): Promise<Row | null> => (await session.execute(select, [1])).one();
    assert.deepEqual(await read(), { id: 1, m: 77 });
    await executeAll(session, [`ALTER TABLE ${table} ADD a text`]);
    await session.execute(`UPDATE ${table} SET a = 'before m' WHERE id = 1`);
    assert.deepEqual(await read(), { id: 1, a: 'before m', m: 77 });
    await executeAll(session, [`ALTER TABLE ${table} ADD z bigint`, `ALTER TABLE ${table} DROP m`]);
    assert.deepEqual(await read(), { id: 1, a: 'before m', z: null });
    await executeAll(session, [`ALTER TABLE ${table} RENAME id TO key`]);
    // The statement itself is invalid now: the server says so, and nothing else is returned.
    await assert.rejects(read(), InvalidQueryError);
  });

  it('should follow columns when another client has prepared the statement again', async () => {
    const { session } = context;
    const other = await context.anotherSession();
    const table = uniqueName('t');
    await executeAll(session, [`CREATE TABLE ${table} (id int PRIMARY KEY, m int)`]);
    const text = `SELECT * FROM ${table} WHERE id = ?`;
    const insert = `INSERT INTO ${table} (id, m) VALUES (1, 77)`;
    await session.execute(insert);
    const select = await session.prepare(text);
    const selectOfOther = await other.prepare(text);
    await session.execute(select, [1]);
    for (const [n, column] of ['a', 'b', 'c'].entries()) {
      await executeAll(other, [`ALTER TABLE ${table} ADD ${column} int`]);
      await session.execute(`UPDATE ${table} SET ${column} = ${n} WHERE id = 1`);
      // The server knows the statement again, with its new columns, before this session asks.
      await other.execute(selectOfOther, [1]);
      const row = (await session.execute(select, [1])).one();
      const expected: Row = { id: 1 };
      for (const [m, name] of ['a', 'b', 'c'].entries()) if (m <= n) expected[name] = m;
      assert.deepEqual(row, { ...expected, m: 77 });
    }
  });

  it('should never return wrong values while columns come and go under statements in flight', async () => {
    const { session } = context;
    const other = await context.anotherSession();
    const table = uniqueName('t');
    await executeAll(session, [`CREATE TABLE ${table} (id int PRIMARY KEY, m int, n text)`]);
    for (let id = 0; id < 20; id++) {
      await session.execute(`INSERT INTO ${table} (id, m, n) VALUES (?, ?, ?)`, [id, id * 1000, `n${id}`]);
    }
    const text = `SELECT * FROM ${table} WHERE id = ?`;
    let isChanging = true;
    let reads = 0;
    const reader = async (reading: AsyncCassandraSession): Promise<void> => {
      const select = await reading.prepare(text);
      for (let id = 0; isChanging; id = (id + 1) % 20) {
        const { a, o, ...row } = (await reading.execute(select, [id])).one() ?? {};
        reads++;
        assert.deepEqual(row, { id, m: id * 1000, n: `n${id}` });
        // What is written into the columns that come and go says where it belongs.
        assert.ok(a === undefined || a === null || a === `a${id}`, `column a has ${JSON.stringify(a)}`);
        assert.ok(o === undefined || o === null || o === id * 7, `column o has ${JSON.stringify(o)}`);
      }
    };
    const change = async (): Promise<void> => {
      try {
        for (let round = 0; round < 2; round++) {
          await executeAll(session, [`ALTER TABLE ${table} ADD (a text, o int)`]);
          for (let id = 0; id < 20; id++)
            await session.execute(`UPDATE ${table} SET a = ?, o = ? WHERE id = ?`, [`a${id}`, id * 7, id]);
          await executeAll(session, [`ALTER TABLE ${table} DROP (a, o)`]);
        }
      } finally {
        isChanging = false;
      }
    };
    await Promise.all([change(), reader(session), reader(session), reader(other), reader(other)]);
    assert.ok(reads > 100, `${reads} reads`);
  });

  it('should go on with the right columns when they change between two pages', async () => {
    const { session } = context;
    const table = uniqueName('t');
    await executeAll(session, [`CREATE TABLE ${table} (id int, n int, z text, PRIMARY KEY (id, n))`]);
    for (let n = 0; n < 10; n++)
      await session.execute(`INSERT INTO ${table} (id, n, z) VALUES (1, ?, ?)`, [n, `z${n}`]);
    const select = await session.prepare(`SELECT * FROM ${table} WHERE id = ?`);
    const result = await session.execute(select, [1], { fetchSize: 3 });
    assert.deepEqual(result.currentRows[0], { id: 1, n: 0, z: 'z0' });
    await executeAll(session, [`ALTER TABLE ${table} ADD a text`]);
    const rows = await result.all();
    assert.deepEqual(
      rows.map(({ id, n, z }) => ({ id, n, z })),
      Array.from({ length: 10 }, (_, n) => ({ id: 1, n, z: `z${n}` })),
    );
    assert.deepEqual(rows[9], { id: 1, n: 9, a: null, z: 'z9' });
  });

  it('should never send values by the types of a table that was replaced by another of its name', async () => {
    const { session } = context;
    const table = uniqueName('t');
    await executeAll(session, [`CREATE TABLE ${table} (id int PRIMARY KEY, v int)`]);
    const insert = await session.prepare(`INSERT INTO ${table} (id, v) VALUES (?, ?)`);
    const select = await session.prepare(`SELECT * FROM ${table} WHERE id = ?`);
    await session.execute(insert, [1, 1_094_861_636]);
    assert.deepEqual((await session.execute(select, [1])).one(), { id: 1, v: 1_094_861_636 });
    await executeAll(session, [`DROP TABLE ${table}`, `CREATE TABLE ${table} (id int PRIMARY KEY, v text)`]);
    // Four bytes that are a text as well as a number: what is encoded as the old type would be stored as "ABCD".
    await assert.rejects(session.execute(insert, [1, 1_094_861_636]), InvalidValueError);
    assert.equal((await session.execute(select, [1])).one(), null);
    await session.execute(insert, [1, 'a text']);
    assert.deepEqual((await session.execute(select, [1])).one(), { id: 1, v: 'a text' });
  });

  it('should take values of the types that a replaced table has now', async () => {
    const { session } = context;
    const other = await context.anotherSession();
    const table = uniqueName('t');
    const text = `INSERT INTO ${table} (id, v) VALUES (?, ?)`;
    await executeAll(session, [`CREATE TABLE ${table} (id int PRIMARY KEY, v int)`]);
    const insert = await session.prepare(text);
    await session.execute(insert, [1, 5]);
    await other.execute(text, [1, 5]);
    await executeAll(session, [`DROP TABLE ${table}`, `CREATE TABLE ${table} (id int PRIMARY KEY, v text)`]);
    await session.execute(insert, [1, 'by the held statement']);
    await session.executeBatch(new BatchStatement().add(insert, [2, 'in a batch']).add(text, [3, 'as a text']));
    // Another client hears of it by an event.
    await eventually(() => other.execute(text, [4, 'elsewhere']), 10_000, 50);
    const rows = await (await session.execute(`SELECT id, v FROM ${table}`)).all();
    assert.deepEqual(
      new Map(rows.map((row) => [row['id'], row['v']])),
      new Map([
        [1, 'by the held statement'],
        [2, 'in a batch'],
        [3, 'as a text'],
        [4, 'elsewhere'],
      ]),
    );
    await executeAll(session, [`DROP TABLE ${table}`]);
    await assert.rejects(session.execute(insert, [1, 'gone']), InvalidQueryError);
  });

  it('should write a user-defined type whose fields were added later', async () => {
    const { session } = context;
    const [table, type] = [uniqueName('t'), uniqueName('u')];
    await executeAll(session, [
      `CREATE TYPE ${type} (street text)`,
      `CREATE TABLE ${table} (id int PRIMARY KEY, home frozen<${type}>)`,
    ]);
    const insert = await session.prepare(`INSERT INTO ${table} (id, home) VALUES (?, ?)`);
    const select = await session.prepare(`SELECT home FROM ${table} WHERE id = ?`);
    await session.execute(insert, [1, { street: 'a' }]);
    assert.deepEqual((await session.execute(select, [1])).one(), { home: { street: 'a' } });
    await executeAll(session, [`ALTER TYPE ${type} ADD city text`]);
    await session.execute(`INSERT INTO ${table} (id, home) VALUES (2, {street: 'b', city: 'B'})`);
    assert.deepEqual((await session.execute(select, [2])).one(), { home: { street: 'b', city: 'B' } });
    assert.deepEqual((await session.execute(select, [1])).one(), { home: { street: 'a', city: null } });
    await session.execute(insert, [3, { street: 'c' }]);
    assert.deepEqual((await session.execute(select, [3])).one(), { home: { street: 'c', city: null } });
    await session.execute(insert, [4, { street: 'd', city: 'D' }]);
    assert.deepEqual((await session.execute(select, [4])).one(), { home: { street: 'd', city: 'D' } });
  });
});
