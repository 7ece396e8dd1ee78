import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { BatchStatement, ConfigurationError, InvalidQueryError, NoHostAvailableError } from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';
import { TestKeyspace } from './support/test-cluster.ts';

const SCHEMA = ['CREATE TABLE places (id text PRIMARY KEY, name text)'];
const INSERT = 'INSERT INTO places (id, name) VALUES (?, ?)';
const SELECT = 'SELECT name FROM places WHERE id = ?';

describeOnEveryPair('Keyspaces', SCHEMA, (context) => {
  const other = new TestKeyspace(SCHEMA);
  before(() => other.create());
  after(() => other.drop());

  it('should serve two sessions of one cluster on two keyspaces at once', async () => {
    const cluster = context.client();
    const [here, there] = [await cluster.connect(context.keyspace), await cluster.connect(other.name)];
    assert.deepEqual([here.keyspace, there.keyspace], [context.keyspace, other.name]);
    const keys = Array.from({ length: 50 }, () => context.key());
    await Promise.all(
      keys.flatMap((key) => [here.execute(INSERT, [key, `here ${key}`]), there.execute(INSERT, [key, `there ${key}`])]),
    );
    await Promise.all(
      keys.map(async (key) => {
        const [a, b] = await Promise.all([here.execute(SELECT, [key]), there.execute(SELECT, [key])]);
        assert.deepEqual([a.one()?.['name'], b.one()?.['name']], [`here ${key}`, `there ${key}`]);
        const plain = `SELECT name FROM places WHERE id = '${key}'`;
        const [c, d] = await Promise.all([here.execute(plain), there.execute(plain)]);
        assert.deepEqual([c.one()?.['name'], d.one()?.['name']], [`here ${key}`, `there ${key}`]);
      }),
    );
  });

  it('should change the keyspace for requests made from then on', async () => {
    const session = await context.anotherSession();
    const key = context.key();
    const insert = await session.prepare(INSERT);
    await session.execute(insert, [key, 'in the first']);
    await session.setKeyspace(other.name);
    assert.equal(session.keyspace, other.name);
    assert.equal((await session.execute(SELECT, [key])).one(), null);
    await session.execute(INSERT, [key, 'in the second']);
    assert.equal((await session.execute(SELECT, [key])).one()?.['name'], 'in the second');
    // What was prepared before stays where it was prepared.
    await session.execute(insert, [key, 'still in the first']);
    assert.equal((await session.execute(SELECT, [key])).one()?.['name'], 'in the second');
    await session.setKeyspace(context.keyspace);
    assert.equal((await session.execute(SELECT, [key])).one()?.['name'], 'still in the first');
  });

  it('should batch in the keyspace of the session', async () => {
    const cluster = context.client();
    const session = await cluster.connect(other.name);
    const key = context.key();
    await session.executeBatch(
      new BatchStatement()
        .add(INSERT, [key, 'prepared'])
        .add(`INSERT INTO places (id, name) VALUES ('${key} b', 'plain')`),
    );
    const rows = await session.execute('SELECT name FROM places WHERE id IN (?, ?)', [key, `${key} b`]);
    assert.deepEqual(
      (await rows.all()).map((row) => row['name']),
      ['prepared', 'plain'],
    );
  });

  it('should change the keyspace by a USE statement', async () => {
    const session = await context.anotherSession();
    await session.execute(`USE ${other.name}`);
    assert.equal(session.keyspace, other.name);
    const key = context.key();
    await session.execute(INSERT, [key, 'used']);
    const qualified = await session.execute(`SELECT name FROM ${other.name}.places WHERE id = ?`, [key]);
    assert.equal(qualified.one()?.['name'], 'used');
  });

  it('should stay where it was when there is no such keyspace', async () => {
    const session = await context.anotherSession();
    await assert.rejects(session.setKeyspace('missing_keyspace'), InvalidQueryError);
    assert.equal(session.keyspace, context.keyspace);
    assert.equal((await session.execute(SELECT, ['nobody'])).one(), null);
    await assert.rejects(session.setKeyspace(''), ConfigurationError);
  });

  it('should refuse to connect to a keyspace that is not there, and connect to one that is', async () => {
    const cluster = context.client();
    await assert.rejects(cluster.connect('missing_keyspace'), (error: unknown) => {
      const cause = error instanceof NoHostAvailableError ? Object.values(error.errors)[0] : error;
      assert.ok(cause instanceof InvalidQueryError, String(error));
      assert.match(cause.message, /missing_keyspace/);
      return true;
    });
    const session = await cluster.connect(context.keyspace);
    assert.equal((await session.execute(SELECT, ['nobody'])).one(), null);
    await session.close();
  });

  it('should use the keyspace of the cluster when connect has none', async () => {
    const session = await context.client({ keyspace: other.name }).connect();
    assert.equal(session.keyspace, other.name);
    assert.equal((await session.execute(SELECT, ['nobody'])).one(), null);
  });

  it('should need qualified names without a keyspace', async () => {
    const session = await context.client().connect();
    assert.equal(session.keyspace, undefined);
    await assert.rejects(session.execute(SELECT, ['nobody']), InvalidQueryError);
    const qualified = `SELECT name FROM ${context.keyspace}.places WHERE id = ?`;
    assert.equal((await session.execute(qualified, ['nobody'])).one(), null);
  });

  it('should take a keyspace for one request on v5, and refuse it on v4', async () => {
    const { session } = context;
    const key = context.key();
    const write = (): Promise<unknown> => session.execute(INSERT, [key, 'over there'], { keyspace: other.name });
    if (!context.isV5) {
      for (const refused of [write(), session.prepare(SELECT, { keyspace: other.name })]) {
        await assert.rejects(refused, (error: unknown) => {
          assert.ok(error instanceof ConfigurationError);
          assert.equal(error.path, 'keyspace');
          return true;
        });
      }
      return;
    }
    await write();
    assert.equal((await session.execute(SELECT, [key])).one(), null);
    const there = { keyspace: other.name };
    assert.equal((await session.execute(SELECT, [key], there)).one()?.['name'], 'over there');
    const plain = await session.execute(`SELECT name FROM places WHERE id = '${key}'`, undefined, there);
    assert.equal(plain.one()?.['name'], 'over there');
    const prepared = await session.prepare(SELECT, there);
    assert.equal((await session.execute(prepared, [key])).one()?.['name'], 'over there');
    await session.executeBatch(new BatchStatement().add(`UPDATE places SET name = 'b' WHERE id = '${key}'`), there);
    assert.equal((await session.execute(prepared, [key])).one()?.['name'], 'b');
    assert.equal(session.keyspace, context.keyspace);
  });

  it('should quote names that need it', async () => {
    const quoted = `"Odd ""${context.pair.protocolVersion}""${context.pair.compression}"`;
    const name = quoted.slice(1, -1).replaceAll('""', '"');
    // A server allows letters, digits and underscores only; what else the name holds must still arrive as it is.
    const session = await context.anotherSession();
    await assert.rejects(session.setKeyspace(name), InvalidQueryError);
    const mixed = `${context.keyspace}_Mixed${context.pair.protocolVersion}${context.pair.compression}`;
    await session.execute(
      `CREATE KEYSPACE "${mixed}" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await session.setKeyspace(mixed);
    await session.execute('CREATE TABLE places (id text PRIMARY KEY, name text)');
    await session.execute(INSERT, ['a', 'b']);
    assert.equal((await session.execute(SELECT, ['a'])).one()?.['name'], 'b');
    const direct = await context.client().connect(mixed);
    assert.equal((await direct.execute(SELECT, ['a'])).one()?.['name'], 'b');
    await direct.close();
    await context.session.execute(`DROP KEYSPACE "${mixed}"`);
  });
});
