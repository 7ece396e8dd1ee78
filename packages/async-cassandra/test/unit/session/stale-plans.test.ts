import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BatchStatement, type PreparedStatement } from '../../../src/session/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';
import { t } from '../../support/index.ts';

const INSERT = 'INSERT INTO ks.a (k) VALUES (?)';
const OTHER = 'INSERT INTO ks.b (k) VALUES (?)';

/** A session that remembers one statement, and holds another one that it has forgotten. */
async function startWithForgotten(version: number): Promise<{ h: SessionHarness; held: PreparedStatement }> {
  const h = await SessionHarness.start({ versions: [version], cluster: { limits: { preparedStatements: 1 } } });
  h.servers.schema.addTable('ks', 'a', { k: t.int });
  h.servers.schema.addTable('ks', 'b', { k: t.int });
  // The session learns of the new keyspace before anything is prepared.
  await h.clock.advance(1_000);
  const held = await h.settle(h.session.prepare(INSERT));
  await h.settle(h.session.execute(OTHER, [1]));
  assert.equal(h.session.state.preparedStatements, 1);
  return { h, held };
}

async function alterTable(h: SessionHarness): Promise<void> {
  h.servers.schema.addTable('ks', 'a', { k: t.text });
  for (const node of h.servers.nodes)
    node.pushEvent({ type: 'SCHEMA_CHANGE', changeType: 'UPDATED', target: 'TABLE', keyspace: 'ks', name: 'a' });
  await h.clock.advance(5_000);
  h.clearLogs();
}

for (const version of [4, 5]) {
  describe(`a statement that is held though the cache has forgotten it, v${version}`, () => {
    test('should be prepared again after its table was changed', async () => {
      const { h, held } = await startWithForgotten(version);
      await using _ = h;
      await alterTable(h);
      await h.settle(h.session.execute(held, ['now a text']));
      assert.equal(h.prepares(INSERT), 1);
      assert.equal(held.variables[0]?.type.kind, 'text');
      assert.deepEqual(h.statements.at(-1)?.bound, { k: 'now a text' });
      await h.settle(h.session.execute(held, ['again']));
      assert.equal(h.prepares(), 1);
    });

    test('should be so in a batch, too', async () => {
      const { h, held } = await startWithForgotten(version);
      await using _ = h;
      await alterTable(h);
      await h.settle(h.session.execute(new BatchStatement().add(held, ['now a text'])));
      assert.equal(h.prepares(INSERT), 1);
      assert.deepEqual(h.statements.at(-1)?.batch?.members[0]?.values, [Buffer.from('now a text')]);
    });

    test('should be the same statement for those who prepare its text again', async () => {
      const { h, held } = await startWithForgotten(version);
      await using _ = h;
      const again = await h.settle(h.session.prepare(INSERT));
      await alterTable(h);
      await h.settle(h.session.execute(again, ['now a text']));
      assert.equal(held.variables[0]?.type.kind, 'text');
      await h.settle(h.session.execute(held, ['again']));
      assert.equal(h.prepares(INSERT), 1);
    });

    test('should be left alone by changes of other tables', async () => {
      const { h, held } = await startWithForgotten(version);
      await using _ = h;
      for (const node of h.servers.nodes)
        node.pushEvent({ type: 'SCHEMA_CHANGE', changeType: 'UPDATED', target: 'TABLE', keyspace: 'ks', name: 'b' });
      await h.clock.advance(5_000);
      h.clearLogs();
      await h.settle(h.session.execute(held, [7]));
      assert.equal(h.prepares(INSERT), 0);
    });
  });
}
