import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AsyncCassandraError, ProtocolError } from '../../../src/errors/index.ts';
import type { Preparation } from '../../../src/session/preparation.ts';
import { Repreparer } from '../../../src/session/reprepare.ts';
import { byDefault, delayed, message, t, voidResult } from '../../support/index.ts';
import { start } from '../connection/harness.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (?)';
const bind = { bind: { k: t.int }, partitionKey: ['k'] };
/** A result of the kind Prepared whose id is longer than what follows. */
const CUT_OFF = Buffer.from([0, 0, 0, 4, 0, 99, 1, 2, 3]);

describe('preparing again', () => {
  for (const version of [4, 5]) {
    test(`should replace a connection whose answer makes no sense, v${version}`, async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      h.servers.when(INSERT, voidResult(), bind);
      const statement = await h.settle(h.session.prepare(INSERT, { idempotent: true }));
      h.node().forgetPrepared();
      h.servers.when({ opcode: 'PREPARE' }, message(0x08, CUT_OFF), { times: 1 });
      const before = h.node().connectionsAccepted;
      const failure = await h.failure(h.session.execute(statement, [1]));
      assert.ok(failure instanceof ProtocolError);
      await h.clock.advance(1_000);
      assert.equal(h.node().connectionsAccepted, before + 1);
      await h.settle(h.session.execute(statement, [1]));
    });
  }

  test('should take no more of each request than its own time, whatever the others have', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    const statement = await h.settle(h.session.prepare(INSERT));
    h.node().forgetPrepared();
    h.clearLogs();
    h.servers.when({ opcode: 'PREPARE' }, delayed(400, byDefault()), { times: 1 });
    const started = h.clock.now();
    const patient = h.session.execute(statement, [1], { timeoutMs: 5_000 });
    const hurried = rejection(h.session.execute(statement, [2], { timeoutMs: 100 }));
    const failure = (await h.settle(hurried)) as AsyncCassandraError;
    assert.ok(h.clock.now() - started < 130, `${h.clock.now() - started} ms`);
    assert.deepEqual([failure.name, failure.outcome], ['TimeoutError', 'rejected']);
    await h.settle(patient);
    assert.ok(h.clock.now() - started >= 400);
    assert.equal(h.prepares(), 1);
    // Both found it forgotten; only the first was sent again.
    assert.equal(h.statements.length, 3);
    assert.deepEqual(h.statements[2]?.bound, { k: 1 });
  });

  test('should tell every plan that has the id, preparing once', async () => {
    const { harness, connection } = await start();
    harness.server.when(INSERT, delayed(20, byDefault()), bind);
    const told: string[] = [];
    const planOf = (name: string, id: string): Preparation => ({
      cql: INSERT,
      keyspace: undefined,
      statementId: id,
      accept: ({ variables }) => told.push(`${name}: ${variables[0]?.type.kind}`),
    });
    const repreparer = new Repreparer();
    const strange = await harness.clock.settle(rejection(repreparer.prepare(connection, planOf('x', 'ab'), 1_000)));
    assert.equal(strange.name, 'InvalidQueryError');
    const [id] = [...harness.server.statements.keys()];
    assert.ok(id !== undefined);
    harness.server.log.clear();
    const same = planOf('one', id);
    const all = [same, planOf('two', id), same].map((plan) => repreparer.prepare(connection, plan, 1_000));
    await harness.clock.settle(Promise.all(all));
    assert.deepEqual(told.sort(), ['one: int', 'two: int']);
    assert.equal(harness.server.log.count('PREPARE'), 1);
    connection.close();
    await harness.assertNothingLeft();
  });
});
