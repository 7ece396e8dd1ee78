import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  BatchStatement,
  ConfigurationError,
  cql,
  InvalidQueryError,
  InvalidValueError,
  type PreparedStatement,
} from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';
import { openThroughProxy } from './support/through-proxy.ts';

const SCHEMA = [
  'CREATE TABLE records (id text, n int, label text, PRIMARY KEY (id, n))',
  'CREATE TABLE counts (id text PRIMARY KEY, hits counter)',
];
const INSERT = 'INSERT INTO records (id, n, label) VALUES (?, ?, ?)';

describeOnEveryPair('Batches', SCHEMA, (context) => {
  const labelsOf = async (key: string): Promise<unknown[]> => {
    const rows = await context.session.execute('SELECT label FROM records WHERE id = ?', [key]);
    return (await rows.all()).map((row) => row['label']);
  };

  for (const type of ['logged', 'unlogged'] as const) {
    it(`should apply prepared statements, texts and templates in a ${type} batch`, async () => {
      const { session } = context;
      const key = context.key();
      const insert = await session.prepare(INSERT);
      const batch = new BatchStatement(type)
        .add(insert, [key, 1, 'prepared'])
        .add(INSERT, [key, 2, 'text with values'])
        .add(`INSERT INTO records (id, n, label) VALUES ('${key}', 3, 'text alone')`)
        .add(cql`INSERT INTO records (id, n, label) VALUES (${key}, ${4}, ${'template'})`)
        .add('INSERT INTO records (id, n, label) VALUES (:id, :n, :label)', { label: 'named', ID: key, n: 5 });
      assert.equal(batch.size, 5);
      const result = await session.executeBatch(batch);
      assert.equal(result.wasApplied, true);
      assert.deepEqual(result.currentRows, []);
      assert.deepEqual(await labelsOf(key), ['prepared', 'text with values', 'text alone', 'template', 'named']);
    });
  }

  it('should apply a batch of counters', async () => {
    const { session } = context;
    const key = context.key();
    const count = await session.prepare('UPDATE counts SET hits = hits + ? WHERE id = ?');
    const batch = new BatchStatement('counter')
      .add(count, [5n, key])
      .add(count, [-2, key])
      .add(`UPDATE counts SET hits = hits + 1 WHERE id = '${key}'`);
    await session.execute(batch);
    assert.deepEqual((await session.execute('SELECT hits FROM counts WHERE id = ?', [key])).one(), { hits: 4n });
  });

  it('should be executed again, with more statements', async () => {
    const { session } = context;
    const key = context.key();
    const batch = new BatchStatement().add(INSERT, [key, 1, 'a']);
    await session.executeBatch(batch);
    await session.executeBatch(batch.add(INSERT, [key, 2, 'b']));
    assert.deepEqual(await labelsOf(key), ['a', 'b']);
  });

  it('should apply a conditional batch wholly or not at all', async () => {
    const { session } = context;
    const key = context.key();
    const conditional = (label: string): BatchStatement =>
      new BatchStatement()
        .add('INSERT INTO records (id, n, label) VALUES (?, 1, ?) IF NOT EXISTS', [key, label])
        .add(INSERT, [key, 2, label]);
    const first = await session.executeBatch(conditional('first'));
    assert.equal(first.wasApplied, true);
    const second = await session.executeBatch(conditional('second'));
    assert.equal(second.wasApplied, false);
    assert.equal(second.one()?.['label'], 'first');
    assert.deepEqual(await labelsOf(key), ['first', 'first']);
  });

  it('should refuse to call a batch idempotent that is not', async () => {
    const { session } = context;
    const key = context.key();
    const conditional = 'INSERT INTO records (id, n) VALUES (?, 1) IF NOT EXISTS';
    const refused = [
      new BatchStatement().add(INSERT, [key, 1, 'a'], { idempotent: false }),
      new BatchStatement().add(await session.prepare(INSERT, { idempotent: false }), [key, 1, 'a']),
      new BatchStatement('counter').add('UPDATE counts SET hits = hits + ? WHERE id = ?', [1, key]),
      new BatchStatement('counter').add(`UPDATE counts SET hits = hits + 1 WHERE id = '${key}'`),
      new BatchStatement().add(conditional, [key]),
    ];
    for (const batch of refused) {
      await assert.rejects(session.executeBatch(batch, { idempotent: true }), (error: unknown) => {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.equal(error.path, 'idempotent');
        assert.equal(error.outcome, 'notSent');
        return true;
      });
    }
    assert.deepEqual(await labelsOf(key), []);
    const marked = new BatchStatement().add(conditional, [key], { idempotent: true });
    assert.equal((await session.executeBatch(marked, { idempotent: true })).wasApplied, true);
  });

  it('should refuse batches that are empty, have parameters, or hold values that do not fit', async () => {
    const { session } = context;
    const key = context.key();
    await assert.rejects(session.executeBatch(new BatchStatement()), ConfigurationError);
    const batch = new BatchStatement().add(INSERT, [key, 1, 'a']);
    await assert.rejects(session.execute(batch, ['a']), ConfigurationError);
    await assert.rejects(session.executeBatch(batch.add(INSERT, [key, 'two', 'b'])), InvalidValueError);
    await assert.rejects(
      session.executeBatch(new BatchStatement().add(INSERT, [key, 1, 'a']).add(INSERT, [key, 2])),
      InvalidValueError,
    );
    assert.throws(() => new BatchStatement('atomic' as 'logged'), ConfigurationError);
    assert.deepEqual(await labelsOf(key), []);
  });

  it('should fail as a whole when the server refuses one statement', async () => {
    const { session } = context;
    const key = context.key();
    const batch = new BatchStatement().add(INSERT, [key, 1, 'a']).add('INSERT INTO missing (id) VALUES (1)');
    await assert.rejects(session.executeBatch(batch), InvalidQueryError);
    const mixed = new BatchStatement('counter').add(INSERT, [key, 1, 'a']);
    await assert.rejects(session.executeBatch(mixed), InvalidQueryError);
    assert.deepEqual(await labelsOf(key), []);
  });

  it('should take the values when it is executed', async () => {
    const session = await context.anotherSession();
    const key = context.key();
    const values = [key, 1, 'as executed'];
    const text = 'INSERT INTO records (id, n, label) VALUES (?, ?, ?) USING TTL 1000';
    const executed = session.executeBatch(new BatchStatement().add(text, values));
    values[2] = 'changed later';
    await executed;
    assert.deepEqual(await labelsOf(key), ['as executed']);
  });

  it('should prepare again the statements of a batch that the server has forgotten', async () => {
    await using proxied = await openThroughProxy(context);
    const { session, proxy } = proxied;
    const tables = ['f1', 'f2'].map((name) => `${name}_${context.pair.protocolVersion}_${context.pair.compression}`);
    const inserts: PreparedStatement[] = [];
    for (const table of tables) {
      await session.execute(`CREATE TABLE ${table} (id int PRIMARY KEY, v int)`);
      inserts.push(await session.prepare(`INSERT INTO ${table} (id, v) VALUES (?, ?)`));
    }
    for (const table of tables) await context.session.execute(`ALTER TABLE ${table} ADD w int`);
    const before = proxy.count('toServer', 'PREPARE');
    const batch = new BatchStatement('unlogged');
    for (let n = 0; n < 10; n++) for (const insert of inserts) batch.add(insert, [n, n * n]);
    await session.executeBatch(batch);
    assert.equal(proxy.count('toServer', 'PREPARE') - before, 2);
    for (const table of tables) {
      const rows = await (await session.execute(`SELECT id, v FROM ${table}`)).all();
      assert.deepEqual(
        rows.map((row) => Number(row['v'])).sort((a, b) => a - b),
        Array.from({ length: 10 }, (_, n) => n * n),
      );
      await session.execute(`DROP TABLE ${table}`);
    }
  });

  it('should execute many batches at once', async () => {
    const { session } = context;
    const keys = Array.from({ length: 100 }, () => context.key());
    await Promise.all(
      keys.map((key) =>
        session.executeBatch(new BatchStatement().add(INSERT, [key, 1, key]).add(INSERT, [key, 2, key])),
      ),
    );
    for (const key of keys.slice(0, 10)) assert.deepEqual(await labelsOf(key), [key, key]);
  });
});
