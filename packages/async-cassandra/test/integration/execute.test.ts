import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError, cql, InvalidQueryError, InvalidValueError, type RequestOptions } from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';

const SCHEMA = [
  'CREATE TABLE users (id text PRIMARY KEY, name text, age int, "Mixed" text, tags map<text, frozen<list<int>>>)',
];

describeOnEveryPair('Executing statements', SCHEMA, (context) => {
  const insert = 'INSERT INTO users (id, name, age) VALUES (?, ?, ?)';
  const select = 'SELECT id, name, age FROM users WHERE id = ?';

  it('should execute a text without parameters', async () => {
    const key = context.key();
    await context.session.execute(`INSERT INTO users (id, name, age) VALUES ('${key}', 'Ada', 36)`);
    const result = await context.session.execute(`SELECT id, name, age FROM users WHERE id = '${key}'`);
    assert.deepEqual(result.currentRows, [{ id: key, name: 'Ada', age: 36 }]);
    assert.deepEqual(result.one(), { id: key, name: 'Ada', age: 36 });
    assert.deepEqual(result.first(), result.one());
    assert.deepEqual(
      result.columns.map(({ keyspace, table, name, type }) => [keyspace, table, name, type.kind]),
      [
        [context.keyspace, 'users', 'id', 'text'],
        [context.keyspace, 'users', 'name', 'text'],
        [context.keyspace, 'users', 'age', 'int'],
      ],
    );
    assert.equal(result.hasMorePages, false);
    assert.equal(result.pagingState, null);
    assert.equal(result.wasApplied, true);
    assert.deepEqual(result.warnings, []);
    assert.match(String(result.executionInfo.coordinator), /:\d+$/);
    assert.equal(result.executionInfo.attempts, 1);
    assert.deepEqual(result.executionInfo.triedNodes, []);
  });

  it('should have no rows and no columns for a write, and null for a row that is not there', async () => {
    const write = await context.session.execute(insert, [context.key(), null, null]);
    assert.deepEqual([write.currentRows, write.columns, write.one()], [[], [], null]);
    const read = await context.session.execute(select, ['nobody']);
    assert.equal(read.one(), null);
    assert.equal(read.columns.length, 3);
    assert.deepEqual(await read.all(), []);
  });

  it('should prepare a text with parameters by itself', async () => {
    const key = context.key();
    await context.session.execute(insert, [key, 'Grace', 85]);
    assert.deepEqual((await context.session.execute(select, [key])).one(), { id: key, name: 'Grace', age: 85 });
  });

  it('should bind named parameters by the exact name of the marker, else in lower case', async () => {
    const key = context.key();
    await context.session.execute(
      'INSERT INTO users (id, name, age, "Mixed") VALUES (:id, :userName, :age, :"Exact")',
      {
        ID: key,
        userName: 'Edsger',
        age: 72,
        Exact: 'as it is',
      },
    );
    const result = await context.session.execute('SELECT name, age, "Mixed" FROM users WHERE id = :id', { id: key });
    assert.deepEqual(result.one(), { name: 'Edsger', age: 72, Mixed: 'as it is' });
  });

  it('should bind one named marker wherever it stands', async () => {
    const key = context.key();
    await context.session.execute('INSERT INTO users (id, name) VALUES (:k, :k)', { k: key });
    assert.deepEqual((await context.session.execute('SELECT name FROM users WHERE id = :k', { k: key })).one(), {
      name: key,
    });
  });

  it('should refuse named parameters that are missing, too many or given twice, and send nothing', async () => {
    const key = context.key();
    const text = 'INSERT INTO users (id, name) VALUES (:id, :name)';
    const refused: readonly [Record<string, unknown>, RegExp][] = [
      [{ id: key }, /"name"/],
      [{ id: key, name: 'a', extra: 1 }, /"extra"/],
      [{ id: key, name: 'a', NAME: 'b' }, /"name"/],
    ];
    for (const [params, message] of refused) {
      await assert.rejects(context.session.execute(text, params), (error: unknown) => {
        assert.ok(error instanceof InvalidValueError);
        assert.equal(error.outcome, 'notSent');
        assert.match(error.message, message);
        return true;
      });
    }
    assert.equal((await context.session.execute(select, [key])).one(), null);
  });

  it('should refuse too few and too many values by position', async () => {
    for (const params of [['a'], ['a', 'b', 1, 2]]) {
      await assert.rejects(context.session.execute(insert, params), InvalidValueError);
    }
  });

  it('should name the column and type of a value that does not fit, but never the value', async () => {
    await assert.rejects(context.session.execute(insert, [context.key(), 'x', 'forty-two']), (error: unknown) => {
      assert.ok(error instanceof InvalidValueError);
      assert.equal(error.outcome, 'notSent');
      assert.match(error.message, /age.*int|int.*age/);
      assert.doesNotMatch(error.message, /forty-two/);
      return true;
    });
  });

  it('should bind the values of templates, whatever they look like', async () => {
    const key = context.key();
    const hostile = "'; DROP TABLE users; --";
    await context.session.cql`INSERT INTO users (id, name, age) VALUES (${key}, ${hostile}, ${7})`;
    const result = await context.session.cql<{ name: string }>`SELECT name FROM users WHERE id = ${key}`;
    assert.equal(result.one()?.name, hostile);
    const again = await context.session.execute(cql`SELECT age FROM users WHERE id = ${key}`, undefined, {
      consistency: 'ONE',
    });
    assert.deepEqual(again.one(), { age: 7 });
    await assert.rejects(
      context.session.execute(cql`SELECT age FROM users WHERE id = ${key}`, [key]),
      ConfigurationError,
    );
  });

  it('should execute a template without values', async () => {
    const result = await context.session.cql`SELECT key FROM system.local`;
    assert.deepEqual(result.one(), { key: 'local' });
  });

  describe('without preparing', () => {
    const unprepared = (hints: readonly string[]): RequestOptions => ({ prepare: false, hints });

    it('should encode values by their hints', async () => {
      const key = context.key();
      const tags = new Map([['a', [1, 2]]]);
      const text = 'INSERT INTO users (id, name, age, tags) VALUES (?, ?, ?, ?)';
      const hints = ['text', 'text', 'int', 'map<text, frozen<list<int>>>'];
      await context.session.execute(text, [key, 'Alan', 41, tags], unprepared(hints));
      const result = await context.session.execute(
        'SELECT name, age, tags FROM users WHERE id = ?',
        [key],
        unprepared(['text']),
      );
      assert.deepEqual(result.one(), { name: 'Alan', age: 41, tags });
    });

    it('should send named values with their names', async () => {
      const key = context.key();
      await context.session.execute(
        'INSERT INTO users (id, name) VALUES (:id, :name)',
        { name: 'Barbara', id: key },
        unprepared(['text', 'text']),
      );
      assert.deepEqual((await context.session.execute(select, [key])).one(), { id: key, name: 'Barbara', age: null });
    });

    it('should refuse hints that are wrong or go with a prepared statement', async () => {
      const { session } = context;
      await assert.rejects(session.execute(select, ['a'], { hints: ['text'] }), ConfigurationError);
      await assert.rejects(session.execute(select, ['a'], unprepared(['nonsense<'])), (error: unknown) => {
        assert.ok(error instanceof ConfigurationError || error instanceof InvalidValueError);
        assert.equal(error.outcome, 'notSent');
        return true;
      });
      await assert.rejects(session.execute(select, [5], unprepared(['text'])), InvalidValueError);
    });
  });

  it('should refuse request options that are unknown or mistyped', async () => {
    const { session } = context;
    const wrong = [{ consistencyLevel: 'ONE' }, { consistency: 'SOME' }, { fetchSize: 0 }, { timeoutMs: -1 }];
    for (const options of wrong) {
      await assert.rejects(session.execute(select, ['a'], options as RequestOptions), (error: unknown) => {
        assert.ok(error instanceof ConfigurationError);
        assert.equal(error.path, Object.keys(options)[0]);
        return true;
      });
    }
  });

  it('should keep a session usable after statements that the server refuses', async () => {
    await assert.rejects(context.session.execute('SELECT * FROM missing WHERE id = ?', ['a']), InvalidQueryError);
    assert.equal((await context.session.execute('SELECT key FROM system.local')).one()?.['key'], 'local');
  });
});
