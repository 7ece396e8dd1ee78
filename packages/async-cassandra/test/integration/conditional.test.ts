import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BatchStatement } from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';

const SCHEMA = ['CREATE TABLE accounts (name text PRIMARY KEY, balance int, owner text)'];
const OPEN = 'INSERT INTO accounts (name, balance, owner) VALUES (?, ?, ?) IF NOT EXISTS';

describeOnEveryPair('Lightweight transactions', SCHEMA, (context) => {
  it('should tell whether INSERT IF NOT EXISTS was applied, and what is there instead', async () => {
    const { session } = context;
    const name = context.key();
    const first = await session.execute(OPEN, [name, 100, 'ada']);
    assert.equal(first.wasApplied, true);
    assert.deepEqual(first.one(), { '[applied]': true });
    const second = await session.execute(OPEN, [name, 5, 'eve']);
    assert.equal(second.wasApplied, false);
    assert.deepEqual(second.one(), { '[applied]': false, name, balance: 100, owner: 'ada' });
  });

  it('should tell both ways again and again for one prepared statement', async () => {
    const { session } = context;
    const open = await session.prepare(OPEN);
    for (let round = 0; round < 5; round++) {
      const name = context.key();
      assert.deepEqual((await session.execute(open, [name, round, 'x'])).one(), { '[applied]': true });
      const again = await session.execute(open, [name, 0, 'y']);
      assert.deepEqual(again.one(), { '[applied]': false, name, balance: round, owner: 'x' });
    }
  });

  it('should compare and set, and show what the comparison saw', async () => {
    const { session } = context;
    const name = context.key();
    await session.execute(OPEN, [name, 100, 'ada']);
    const update = await session.prepare('UPDATE accounts SET balance = ? WHERE name = ? IF balance = ?');
    const failed = await session.execute(update, [50, name, 99]);
    assert.equal(failed.wasApplied, false);
    assert.deepEqual(failed.one(), { '[applied]': false, balance: 100 });
    assert.equal((await session.execute(update, [50, name, 100])).wasApplied, true);
    assert.deepEqual((await session.execute('SELECT balance FROM accounts WHERE name = ?', [name])).one(), {
      balance: 50,
    });
  });

  it('should update and delete only what exists', async () => {
    const { session } = context;
    const name = context.key();
    const update = 'UPDATE accounts SET balance = ? WHERE name = ? IF EXISTS';
    assert.equal((await session.execute(update, [1, name])).wasApplied, false);
    await session.execute(OPEN, [name, 100, 'ada']);
    assert.equal((await session.execute(update, [1, name])).wasApplied, true);
    assert.equal(
      (await session.execute('DELETE FROM accounts WHERE name = ? IF balance = 2', [name])).wasApplied,
      false,
    );
    assert.equal((await session.execute('DELETE FROM accounts WHERE name = ? IF EXISTS', [name])).wasApplied, true);
    assert.equal((await session.execute('DELETE FROM accounts WHERE name = ? IF EXISTS', [name])).wasApplied, false);
  });

  it('should tell of batches, as objects and as text', async () => {
    const { session } = context;
    const name = context.key();
    const batch = new BatchStatement('unlogged').add(OPEN, [name, 7, 'ada']);
    assert.equal((await session.executeBatch(batch)).wasApplied, true);
    assert.equal((await session.executeBatch(batch)).wasApplied, false);
    const text = `BEGIN BATCH UPDATE accounts SET balance = 8 WHERE name = '${name}' IF balance = 7; APPLY BATCH`;
    assert.equal((await session.execute(text)).wasApplied, true);
    const again = await session.execute(text);
    assert.equal(again.wasApplied, false);
    assert.equal(again.one()?.['balance'], 8);
  });

  it('should serve one of many that race', async () => {
    const { session } = context;
    const name = context.key();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) => session.execute(OPEN, [name, n, `owner ${n}`])),
    );
    const winners = results.filter((result) => result.wasApplied);
    assert.equal(winners.length, 1);
    const balance = results.indexOf(winners[0] as (typeof results)[0]);
    for (const result of results) if (!result.wasApplied) assert.equal(result.one()?.['balance'], balance);
  });

  it('should take both serial consistencies, and read what is being agreed on', async () => {
    const { session } = context;
    for (const serialConsistency of ['SERIAL', 'LOCAL_SERIAL'] as const) {
      const name = context.key();
      await session.execute(OPEN, [name, 1, 'a'], { serialConsistency });
      const read = await session.execute('SELECT balance FROM accounts WHERE name = ?', [name], {
        consistency: serialConsistency,
      });
      assert.deepEqual(read.one(), { balance: 1 });
    }
  });
});
