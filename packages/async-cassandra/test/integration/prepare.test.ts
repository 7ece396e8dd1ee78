import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AbortError, ConfigurationError, CqlSyntaxError, InvalidQueryError, InvalidValueError } from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';
import { openThroughProxy } from './support/through-proxy.ts';

const SCHEMA = ['CREATE TABLE items (id text, n int, label text, PRIMARY KEY (id, n))'];

describeOnEveryPair('Prepared statements', SCHEMA, (context) => {
  it('should execute by position and by name, and describe their markers', async () => {
    const { session } = context;
    const insert = await session.prepare('INSERT INTO items (id, n, label) VALUES (?, :number, ?)');
    assert.deepEqual(
      insert.variables.map(({ name, type }) => [name, type.kind]),
      [
        ['id', 'text'],
        ['number', 'int'],
        ['label', 'text'],
      ],
    );
    assert.deepEqual([...insert.partitionKeyIndexes], [0]);
    assert.equal(insert.cql, 'INSERT INTO items (id, n, label) VALUES (?, :number, ?)');
    assert.equal(insert.isIdempotent, undefined);
    const key = context.key();
    await session.execute(insert, [key, 1, 'one']);
    await session.execute(insert, { label: 'two', number: 2, ID: key });
    const select = await session.prepare<{ n: number; label: string }>('SELECT n, label FROM items WHERE id = ?');
    const result = await session.execute(select, [key]);
    assert.deepEqual(await result.all(), [
      { n: 1, label: 'one' },
      { n: 2, label: 'two' },
    ]);
  });

  it('should keep the flag idempotent with the statement', async () => {
    const { session } = context;
    const text = 'UPDATE items SET label = ? WHERE id = ? AND n = ?';
    assert.equal((await session.prepare(text, { idempotent: true })).isIdempotent, true);
    assert.equal((await session.prepare(text, { idempotent: false })).isIdempotent, false);
    assert.equal((await session.prepare(text)).isIdempotent, undefined);
  });

  it('should send PREPARE once for a text, however many ask for it at the same time', async () => {
    await using proxied = await openThroughProxy(context);
    const { session, proxy } = proxied;
    const before = proxy.count('toServer', 'PREPARE');
    const text = 'SELECT label FROM items WHERE id = ? AND n = ?';
    const prepared = await Promise.all(Array.from({ length: 100 }, () => session.prepare(text)));
    const executed = await Promise.all(Array.from({ length: 100 }, (_, n) => session.execute(text, ['nobody', n])));
    assert.equal(prepared.length + executed.length, 200);
    assert.equal(proxy.count('toServer', 'PREPARE') - before, 1);
    assert.equal(proxy.count('toServer', 'EXECUTE'), 100);
    assert.equal(session.state.preparedStatements, 1);
  });

  it('should forget what was unused longest when the cache is full', async () => {
    await using proxied = await openThroughProxy(context, { limits: { preparedStatements: 3 } });
    const { session, proxy } = proxied;
    const text = (n: number): string => `SELECT label FROM items WHERE id = ? AND n = ${n}`;
    for (const n of [1, 2, 3, 1, 4]) await session.prepare(text(n));
    assert.equal(session.state.preparedStatements, 3);
    const before = proxy.count('toServer', 'PREPARE');
    for (const n of [1, 3, 4]) await session.prepare(text(n));
    assert.equal(proxy.count('toServer', 'PREPARE') - before, 0);
    await session.prepare(text(2));
    assert.equal(proxy.count('toServer', 'PREPARE') - before, 1);
  });

  it('should let one caller give up without taking the preparation from the others', async () => {
    const session = await context.anotherSession();
    const controller = new AbortController();
    const text = 'SELECT n FROM items WHERE id = ? AND label = ? ALLOW FILTERING';
    const given = session.prepare(text, { signal: controller.signal });
    const kept = session.prepare(text);
    controller.abort(new Error('changed my mind'));
    await assert.rejects(given, (error: unknown) => {
      assert.ok(error instanceof AbortError);
      assert.equal((error.cause as Error).message, 'changed my mind');
      return true;
    });
    assert.equal((await kept).variables.length, 2);
  });

  it('should not remember a statement that could not be prepared', async () => {
    const { session } = context;
    await assert.rejects(session.prepare('SELEC nothing'), CqlSyntaxError);
    await assert.rejects(session.prepare('SELECT * FROM not_there'), InvalidQueryError);
    await assert.rejects(session.prepare('SELECT * FROM not_there'), InvalidQueryError);
    await assert.rejects(session.prepare(42 as unknown as string), ConfigurationError);
  });

  it('should refuse values before they are sent', async () => {
    const { session } = context;
    const insert = await session.prepare('INSERT INTO items (id, n) VALUES (?, ?)');
    for (const params of [['a'], ['a', 1, 2], ['a', 1.5], ['a', 2 ** 31], ['a', undefined], { id: 'a' }]) {
      await assert.rejects(session.execute(insert, params), (error: unknown) => {
        assert.ok(error instanceof InvalidValueError, String(error));
        assert.equal(error.outcome, 'notSent');
        return true;
      });
    }
  });

  it('should execute a statement without markers', async () => {
    const { session } = context;
    const select = await session.prepare('SELECT key FROM system.local');
    assert.deepEqual((await session.execute(select)).one(), { key: 'local' });
    assert.deepEqual((await session.execute(select, [])).one(), { key: 'local' });
  });

  it('should execute a statement of another session of the same cluster', async () => {
    const cluster = context.client();
    const [first, second] = [await cluster.connect(context.keyspace), await cluster.connect(context.keyspace)];
    const key = context.key();
    const insert = await first.prepare('INSERT INTO items (id, n, label) VALUES (?, 1, ?)');
    await second.execute(insert, [key, 'shared']);
    assert.equal((await first.execute('SELECT label FROM items WHERE id = ?', [key])).one()?.['label'], 'shared');
  });
});
