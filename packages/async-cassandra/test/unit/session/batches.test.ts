import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { BatchStatement, cql } from '../../../src/session/index.ts';
import { error, rows, sequence, t, voidResult } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (?)';
const LWT = 'INSERT INTO ks.t (k) VALUES (?) IF NOT EXISTS';
const COUNT = 'UPDATE ks.c SET c = c + ? WHERE k = ?';

async function start(): Promise<SessionHarness> {
  const h = await SessionHarness.start();
  h.servers.when(INSERT, voidResult(), { bind: { k: t.int }, partitionKey: ['k'] });
  h.servers.when(LWT, rows({ '[applied]': t.boolean }, [[false]]), { bind: { k: t.int } });
  h.servers.when(COUNT, voidResult(), { bind: { c: t.counter, k: t.int } });
  return h;
}

describe('a batch', () => {
  test('should send statements of every kind in their order, prepared when they have values', async () => {
    await using h = await start();
    const prepared = await h.settle(h.session.prepare(INSERT));
    const batch = new BatchStatement('unlogged')
      .add(prepared, [1])
      .add('INSERT INTO ks.t (k) VALUES (2)')
      .add(INSERT, { k: 3 })
      .add(cql`INSERT INTO ks.t (k) VALUES (${4})`);
    const result = await h.settle(
      h.session.execute(batch, undefined, { consistency: 'QUORUM', serialConsistency: 'LOCAL_SERIAL' }),
    );
    assert.equal(result.wasApplied, true);
    const [sent] = h.node().log.ofOpcode('BATCH');
    assert.equal(sent?.batch?.type, 'unlogged');
    assert.deepEqual(
      sent.batch.members.map((member) => member.cql ?? member.values[0]),
      [
        Buffer.from([0, 0, 0, 1]),
        'INSERT INTO ks.t (k) VALUES (2)',
        Buffer.from([0, 0, 0, 3]),
        Buffer.from([0, 0, 0, 4]),
      ],
    );
    assert.equal(sent.consistency, 'QUORUM');
    assert.equal(typeof sent.parameters?.timestamp, 'bigint');
    await h.settle(h.session.executeBatch(new BatchStatement().add(INSERT, [1])));
    await h.settle(h.session.executeBatch(new BatchStatement('counter').add(COUNT, [1n, 1])));
    assert.deepEqual(
      h
        .node()
        .log.ofOpcode('BATCH')
        .map((each) => each.batch?.type),
      ['unlogged', 'logged', 'counter'],
    );
    assert.equal(h.node().log.last?.parameters?.timestamp, undefined);
  });

  test('should tell whether a conditional one was applied, and be sent without a timestamp', async () => {
    await using h = await start();
    const result = await h.settle(h.session.execute(new BatchStatement().add(LWT, [1])));
    assert.equal(result.wasApplied, false);
    assert.equal(h.node().log.ofOpcode('BATCH')[0]?.parameters?.timestamp, undefined);
  });

  test('should be refused as idempotent when a member cannot be', async () => {
    await using h = await start();
    const counter = await h.settle(h.session.prepare(COUNT));
    const refused: readonly BatchStatement[] = [
      new BatchStatement().add(INSERT, [1]).add(INSERT, [2], { idempotent: false }),
      new BatchStatement('counter').add(counter, [1n, 1], { idempotent: true }),
      new BatchStatement('counter').add('UPDATE ks.c SET c = x WHERE k = 1'),
      new BatchStatement().add(LWT, [1]),
      new BatchStatement().add('INSERT INTO ks.t (k) VALUES (1) IF NOT EXISTS'),
      new BatchStatement().add(await h.settle(h.session.prepare(INSERT, { idempotent: false })), [1]),
    ];
    h.clearLogs();
    for (const batch of refused) {
      const failure = await h.failure(h.session.execute(batch, undefined, { idempotent: true }));
      assert.ok(failure instanceof ConfigurationError);
      assert.equal(failure.path, 'idempotent');
    }
    assert.equal(h.node().log.count('BATCH'), 0);
    const allowed = new BatchStatement().add(LWT, [1], { idempotent: true }).add(INSERT, [1]);
    await h.settle(h.session.execute(allowed, undefined, { idempotent: true }));
  });

  test('should be sent again when it is idempotent, and only then', async () => {
    await using h = await start();
    const reply = (): ReturnType<typeof sequence> =>
      sequence(
        error('writeTimeout', { consistency: 'ONE', required: 1, received: 0, writeType: 'BATCH_LOG' }),
        voidResult(),
      );
    h.servers.when({ opcode: 'BATCH' }, reply());
    const batch = new BatchStatement().add(INSERT, [1]);
    const { executionInfo } = await h.settle(h.session.execute(batch, undefined, { idempotent: true }));
    assert.equal(executionInfo.attempts, 2);
    h.servers.when({ opcode: 'BATCH' }, reply());
    assert.equal((await h.failure(h.session.execute(batch))).name, 'WriteTimeoutError');
  });

  test('should be refused when it is empty or has parameters of its own, or values that do not fit', async () => {
    await using h = await start();
    assert.ok((await h.failure(h.session.execute(new BatchStatement()))) instanceof ConfigurationError);
    const batch = new BatchStatement().add(INSERT, [1]);
    assert.ok((await h.failure(h.session.execute(batch, [1]))) instanceof ConfigurationError);
    assert.equal(
      (await h.failure(h.session.execute(new BatchStatement().add(INSERT, [1, 2])))).name,
      'InvalidValueError',
    );
    assert.equal(
      (await h.failure(h.session.execute(new BatchStatement().add(INSERT, ['x'])))).name,
      'InvalidValueError',
    );
    assert.ok((await h.failure(h.session.executeStream(batch as never))) instanceof ConfigurationError);
    assert.equal(h.node().log.count('BATCH'), 0);
    assert.equal(h.session.activeOperations, 0);
  });
});
