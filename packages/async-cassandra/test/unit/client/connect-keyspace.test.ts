import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AsyncCassandraError, InvalidQueryError } from '../../../src/errors/index.ts';
import { byDefault, delayed, error, rows, t } from '../../support/index.ts';
import { ClusterHarness, nothing } from './cluster-harness.ts';

const QUERY = 'SELECT name FROM shop.users';

describe('connect() with a keyspace that does not exist', () => {
  async function withoutKeyspace(versions: number[] = [5]): Promise<ClusterHarness> {
    const h = await ClusterHarness.start({ versions });
    h.servers.when(QUERY, rows({ name: t.text }, [['Ada']]));
    h.servers.schema.addKeyspace('shop');
    h.servers.when('USE "nowhere"', error('invalid', { message: "Keyspace 'nowhere' does not exist" }));
    return h;
  }

  for (const version of [4, 5]) {
    it(`should leave nothing, the control connection neither, and work when it is tried again (v${version})`, async () => {
      const h = await withoutKeyspace([version]);
      const cluster = h.cluster();
      for (let i = 0; i < 3; i++) {
        await assert.rejects(h.settle(cluster.connect('nowhere')), InvalidQueryError);
        assert.equal(h.network.openLinks().length, 0, 'closed before it rejects');
        assert.deepEqual([await h.leftovers(), cluster.activeOperations], [nothing, 0]);
      }
      const session = await h.settle(cluster.connect());
      assert.equal((await h.settle(session.execute(QUERY))).first()?.['name'], 'Ada');
      assert.equal(h.network.openLinks().length, 1 + 3);
      await h.settle(cluster.close());
      assert.deepEqual(await h.leftovers(), nothing);
      assert.deepEqual(h.servers.faults, []);
    });
  }

  it('should leave the control connection to those who are connected, or were before', async () => {
    const h = await withoutKeyspace();
    const cluster = h.cluster();
    const session = await h.settle(cluster.connect());
    await assert.rejects(h.settle(cluster.connect('nowhere')), InvalidQueryError);
    await h.clock.advance(10);
    assert.equal(h.network.openLinks().length, 1 + 3);
    await h.settle(session.close());
    await assert.rejects(h.settle(cluster.connect('nowhere')), InvalidQueryError);
    await h.clock.advance(10);
    assert.equal(h.network.openLinks().length, 1, 'as it was');
    await h.settle(cluster.close());
    assert.deepEqual(await h.leftovers(), nothing);
  });

  it('should leave it to those who are still connecting, whoever is the last', async () => {
    for (const [isSlow, others] of [
      [false, ['nowhere', 'nowhere']],
      [true, ['nowhere', 'shop']],
      [false, ['nowhere', 'shop']],
    ] as const) {
      const h = await withoutKeyspace();
      if (isSlow) h.servers.when('USE "shop"', delayed(50, byDefault()));
      const cluster = h.cluster();
      const outcomes = await h.settle(Promise.allSettled(others.map((keyspace) => cluster.connect(keyspace))));
      assert.equal(outcomes[0]?.status, 'rejected');
      await h.clock.advance(10);
      const isConnected = outcomes[1]?.status === 'fulfilled';
      assert.equal(isConnected, others[1] === 'shop');
      assert.equal(h.network.openLinks().length, isConnected ? 1 + 3 : 0);
      await h.settle(cluster.close());
      assert.deepEqual(await h.leftovers(), nothing);
    }
  });

  it('should see the cluster as it is when it connects later, whatever has happened since', async () => {
    const h = await withoutKeyspace();
    const cluster = h.cluster({ contactPoints: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] });
    await assert.rejects(h.settle(cluster.connect('nowhere')), InvalidQueryError);
    const connects = h.network.connects;
    await h.servers.stopNode(h.servers.node(0));
    await h.servers.addNode();
    h.servers.schema.addKeyspace('later');
    await h.clock.advance(3_600_000);
    assert.equal(h.network.connects, connects, 'nobody watches');
    const session = await h.settle(cluster.connect('shop'));
    assert.equal((await h.settle(session.execute(QUERY))).first()?.['name'], 'Ada');
    await h.clock.advance(1_000);
    assert.equal(cluster.metadata.nodes.size, 4);
    assert.ok(cluster.metadata.keyspaces.has('later'));
    h.servers.schema.addKeyspace('new');
    h.servers.pushEvent({ type: 'SCHEMA_CHANGE', changeType: 'CREATED', target: 'KEYSPACE', keyspace: 'new' });
    await h.clock.advance(2_000);
    assert.ok(cluster.metadata.keyspaces.has('new'), 'events are listened to');
    await h.settle(cluster.close());
    assert.deepEqual(await h.leftovers(), nothing);
  });

  it('should leave nothing when the control connection was lost meanwhile, and is being replaced', async () => {
    for (let cutAt = 0; cutAt <= 120; cutAt += 3) {
      const h = await withoutKeyspace();
      h.servers.when('USE "nowhere"', delayed(60, error('invalid', { message: 'There is no such keyspace' })));
      const cluster = h.cluster();
      const connecting = cluster.connect('nowhere').catch((reason: unknown) => reason);
      await h.clock.advance(cutAt);
      h.network.openLinks()[0]?.cut();
      assert.ok((await h.settle(connecting)) instanceof AsyncCassandraError);
      assert.deepEqual(await h.leftovers(), nothing, `cut after ${cutAt} ms`);
      await h.settle(cluster.connect());
      assert.equal(h.network.openLinks().length, 1 + 3);
      await h.settle(cluster.close());
      assert.deepEqual(await h.leftovers(), nothing);
    }
  });
});
