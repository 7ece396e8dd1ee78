import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InvalidQueryError } from '../../../src/errors/index.ts';
import { BatchStatement } from '../../../src/session/index.ts';
import { delayed, error, held, rows, schemaChange, type ScriptedServer, t, voidResult } from '../../support/index.ts';
import { hasSettled, SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO t (k) VALUES (1)';

function insertsIn(h: SessionHarness): (string | undefined)[] {
  return h.statements.filter((each) => each.cql?.startsWith('INSERT') === true).map((each) => each.keyspace);
}

for (const version of [4, 5]) {
  describe(`the keyspace of a session, protocol v${version}`, () => {
    test('should be where unqualified names are looked up', async () => {
      await using h = await SessionHarness.start({ versions: [version], nodes: 2, keyspace: 'one' });
      assert.equal(h.session.keyspace, 'one');
      for (let i = 0; i < 4; i++) await h.settle(h.session.execute(INSERT));
      await h.settle(h.session.setKeyspace('Two'));
      assert.equal(h.session.keyspace, 'Two');
      for (let i = 0; i < 4; i++) await h.settle(h.session.execute(INSERT));
      await h.settle(h.session.execute('USE three'));
      assert.equal(h.session.keyspace, 'three');
      for (let i = 0; i < 4; i++) await h.settle(h.session.execute(INSERT));
      await h.settle(h.session.execute('use "Four";'));
      assert.equal(h.session.keyspace, 'Four');
      await h.settle(h.session.execute(INSERT));
      assert.deepEqual(insertsIn(h), [
        ...Array<string>(4).fill('one'),
        ...Array<string>(4).fill('Two'),
        ...Array<string>(4).fill('three'),
        'Four',
      ]);
    });

    test('should be that of one session alone', async () => {
      await using h = await SessionHarness.start({ versions: [version], keyspace: 'one' });
      const other = await h.settle(h.cluster.connect('two'));
      await h.settle(Promise.all([1, 2, 3].flatMap(() => [h.session.execute(INSERT), other.execute(INSERT)])));
      assert.deepEqual(insertsIn(h).sort(), ['one', 'one', 'one', 'two', 'two', 'two']);
      await h.settle(other.setKeyspace('three'));
      await h.settle(h.session.execute(INSERT));
      assert.equal(insertsIn(h).at(-1), 'one');
    });

    test('should be what it was when the server refuses another one', async () => {
      await using h = await SessionHarness.start({ versions: [version], keyspace: 'one' });
      h.servers.when(/^use "?nope"?$/i, error('invalid', { message: "Keyspace 'nope' does not exist" }));
      assert.ok((await h.failure(h.session.setKeyspace('nope'))) instanceof InvalidQueryError);
      assert.ok((await h.failure(h.session.execute('USE nope'))) instanceof InvalidQueryError);
      assert.equal(h.session.keyspace, 'one');
      await h.settle(h.session.execute(INSERT));
      assert.deepEqual(insertsIn(h), ['one']);
      await assert.rejects(h.session.setKeyspace(''), { name: 'ConfigurationError' });
      await assert.rejects(h.session.setKeyspace(5 as never), { name: 'ConfigurationError' });
    });

    test('should never change under a request that was made before', async () => {
      await using h = await SessionHarness.start({ versions: [version], nodes: 2, keyspace: 'one' });
      const before = Array.from({ length: 20 }, () => h.session.execute(INSERT));
      const use = h.session.execute('USE two');
      const during = Array.from({ length: 20 }, () => h.session.execute(INSERT));
      await h.settle(Promise.all([...before, use, ...during]));
      await h.settle(h.session.execute(INSERT));
      const seen = insertsIn(h);
      assert.equal(seen.length, 41);
      assert.deepEqual(seen.slice(0, 20), Array<string>(20).fill('one'));
      assert.equal(seen.at(-1), 'two');
    });

    test('should change while requests go on all the time, none of which fails', async () => {
      await using h = await SessionHarness.start({ versions: [version], nodes: 2, keyspace: 'one' });
      let isOver = false;
      const failures: unknown[] = [];
      const busy = async (): Promise<void> => {
        // One after the other, and in every microtask that there is.
        while (!isOver) {
          h.session.execute(INSERT).catch((reason: unknown) => failures.push(reason));
          await Promise.resolve();
          if (Math.random() < 0.05) await new Promise<void>((resolve) => h.clock.setTimeout(resolve, 1));
        }
      };
      const load = busy();
      for (const name of ['two', 'three', 'four']) await h.settle(h.session.setKeyspace(name));
      isOver = true;
      await h.settle(load);
      await h.clock.advance(100);
      assert.deepEqual(failures, []);
    });

    test('should have prepared statements of its own', async () => {
      await using h = await SessionHarness.start({ versions: [version], keyspace: 'one' });
      const cql = 'INSERT INTO t (k) VALUES (?)';
      h.servers.when(cql, voidResult(), { bind: { k: t.int } });
      const statement = await h.settle(h.session.prepare(cql));
      assert.equal(statement.keyspace, 'one');
      await h.settle(h.session.execute(cql, [1]));
      await h.settle(h.session.setKeyspace('two'));
      await h.settle(h.session.execute(cql, [1]));
      await h.settle(h.session.execute(statement, [1]));
      assert.deepEqual(insertsIn(h), ['one', 'two', 'one']);
      assert.equal(h.prepares(cql), 2);
    });
  });
}

test('the keyspace of one request should travel with it on v5', async () => {
  await using h = await SessionHarness.start({ versions: [5], keyspace: 'one' });
  const cql = 'INSERT INTO t (k) VALUES (?)';
  h.servers.when(cql, voidResult(), { bind: { k: t.int } });
  await h.settle(h.session.execute(INSERT, undefined, { keyspace: 'other' }));
  await h.settle(h.session.execute(cql, [1], { keyspace: 'other' }));
  await h.settle(h.session.execute(new BatchStatement().add(INSERT), undefined, { keyspace: 'other' }));
  await h.settle(h.session.prepare(cql, { keyspace: 'third' }));
  const sent = h.statements.filter((each) => !each.cql?.startsWith('USE'));
  assert.deepEqual(
    sent.map((each) => each.keyspace),
    ['other', 'other', 'other'],
  );
  assert.deepEqual(
    h
      .node()
      .log.ofOpcode('PREPARE')
      .map((each) => each.keyspace),
    ['other', 'third'],
  );
});

describe('a schema change', () => {
  const cql = 'CREATE TABLE ks.t (k int PRIMARY KEY)';
  const change = schemaChange({ changeType: 'CREATED', target: 'TABLE', keyspace: 'ks', name: 't' });

  test('should be resolved when all nodes agree', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    h.servers.when(cql, change);
    h.servers.setSchemaVersion('old', [h.node(2)]);
    const request = h.session.execute(cql);
    await h.clock.advance(1000);
    assert.equal(await hasSettled(request), false);
    h.servers.setSchemaVersion('new');
    const { executionInfo } = await h.settle(request);
    assert.equal(executionInfo.isSchemaInAgreement, true);
    assert.equal(h.session.activeOperations, 0);
  });

  test('should not be taken for agreed by a node that has not heard of it', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    h.servers.setSchemaVersion('old');
    // The node of the control connection knows the old version only, its own and, by gossip, that of the others.
    const control = h.servers.nodes.find(({ log }) => log.ofOpcode('REGISTER').length > 0) ?? assert.fail();
    const others = h.servers.nodes.filter((each) => each !== control);
    const [coordinator] = others as [ScriptedServer, ScriptedServer];
    const versions = others.map(({ node }) => [node.hostId, node.schemaVersion]);
    const view = rows({ host_id: t.uuid, schema_version: t.uuid }, versions);
    const stale = control.when(/schema_version FROM system\.peers_v2/, view);
    h.servers.when(cql, change);
    h.servers.setSchemaVersion('new', [coordinator]);
    const request = h.session.execute(cql, undefined, { node: coordinator.node.hostId });
    await h.clock.advance(1000);
    assert.equal(await hasSettled(request), false);
    h.servers.setSchemaVersion('new');
    stale.remove();
    const { executionInfo } = await h.settle(request);
    assert.equal(executionInfo.isSchemaInAgreement, true);
  });

  test('should be agreed upon though the connection that it came by is lost', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    h.servers.when(cql, change);
    h.servers.setSchemaVersion('old', [h.node(2)]);
    const request = h.session.execute(cql, undefined, { node: h.node(1).node.hostId });
    await h.clock.advance(300);
    h.node(1).closeConnections();
    await h.clock.advance(1000);
    h.servers.setSchemaVersion('new');
    const { executionInfo } = await h.settle(request);
    assert.equal(executionInfo.isSchemaInAgreement, true);
  });

  test('should be resolved all the same when they do not agree in time, and say so', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    h.servers.when(cql, delayed(100, change));
    h.servers.setSchemaVersion('old', [h.node(2)]);
    const started = h.clock.now();
    const { executionInfo } = await h.settle(h.session.execute(cql, undefined, { timeoutMs: 2000 }));
    assert.equal(executionInfo.isSchemaInAgreement, false);
    assert.ok(h.clock.now() - started <= 2500, `${h.clock.now() - started} ms`);
  });

  test('should not be waited for any longer when the session closes', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    const asked = held(change);
    h.servers.when(cql, asked);
    h.servers.setSchemaVersion('old', [h.node(1)]);
    const request = h.session.execute(cql, undefined, { timeoutMs: 60_000 });
    await h.clock.advance(10);
    asked.open();
    await h.clock.advance(100);
    const started = h.clock.now();
    await h.settle(h.session.close({ drainTimeoutMs: 200 }));
    const { executionInfo } = await h.settle(request);
    assert.equal(executionInfo.isSchemaInAgreement, false);
    assert.ok(h.clock.now() - started < 1500);
  });
});
