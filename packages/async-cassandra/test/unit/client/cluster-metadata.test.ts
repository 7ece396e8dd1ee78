import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { rows, t } from '../../support/index.ts';
import { ClusterHarness, nothing } from './cluster-harness.ts';

describe('metadata of AsyncCluster', () => {
  it('should hold nodes when connected, and the schema once it is asked for', async () => {
    const h = await ClusterHarness.start({ nodes: { dc1: 2, dc2: 1 } });
    h.servers.schema.addTable('shop', 'users', { id: t.uuid, name: t.text });
    const cluster = h.cluster({ localDataCenter: 'dc1' });
    await h.settle(cluster.connect());
    const { nodes } = cluster.metadata;
    assert.deepEqual([...nodes.values()].map(({ address, dataCenter }) => `${address} ${dataCenter}`).sort(), [
      '10.0.0.1 dc1',
      '10.0.0.2 dc1',
      '10.0.0.3 dc2',
    ]);
    await h.settle(cluster.refreshSchema());
    assert.deepEqual([...(cluster.metadata.keyspaces.get('shop')?.tables.keys() ?? [])], ['users']);
    await h.settle(cluster.close());
    assert.deepEqual(await h.leftovers(), nothing);
  });

  it('should hold the tables of the keyspaces that are asked for alone', async () => {
    const h = await ClusterHarness.start();
    for (const keyspace of ['shop', 'audit']) h.servers.schema.addTable(keyspace, 'things', { id: t.uuid });
    const cluster = h.cluster({ schemaKeyspaces: ['audit'] });
    await h.settle(cluster.connect());
    await h.settle(cluster.refreshSchema());
    const { keyspaces } = cluster.metadata;
    assert.equal(keyspaces.get('audit')?.tables.size, 1);
    assert.equal(keyspaces.get('shop')?.tables.size ?? 0, 0);
    await h.settle(cluster.close());
  });

  it('should be frozen: nobody can change what others see', async () => {
    const h = await ClusterHarness.start();
    const cluster = h.cluster();
    await h.settle(cluster.connect());
    const { metadata } = cluster;
    const [node] = metadata.nodes.values();
    assert.ok(node);
    for (const change of [
      () => Object.assign(metadata, { nodes: new Map() }),
      () => Object.assign(node, { address: '10.9.9.9' }),
      () => (node.tokens as string[]).push('1'),
    ]) {
      assert.throws(change, change.toString());
    }
    assert.equal(cluster.metadata.nodes.size, 3);
    await h.settle(cluster.close());
  });
});

describe('registerUserType', () => {
  class Address {
    readonly street: unknown;
    constructor(fields: Record<string, unknown>) {
      this.street = fields['street'];
    }
  }
  const address = t.udt('shop', 'address', { street: t.text });

  it('should hold for sessions that are open, and for what they have prepared', async () => {
    const h = await ClusterHarness.start({ nodes: 1 });
    h.servers.when('SELECT home FROM shop.users', rows({ home: address }, [[{ street: 'Elm' }]]));
    const cluster = h.cluster();
    const session = await h.settle(cluster.connect());
    const prepared = await h.settle(session.prepare('SELECT home FROM shop.users'));
    assert.deepEqual((await h.settle(session.execute(prepared))).one()?.['home'], { street: 'Elm' });
    cluster.registerUserType('shop', 'address', Address);
    for (const query of [prepared, 'SELECT home FROM shop.users']) {
      const home = (await h.settle(session.execute(query))).one()?.['home'];
      assert.ok(home instanceof Address);
      assert.equal(home.street, 'Elm');
    }
    await h.settle(cluster.close());
  });

  it('should refuse what is no class', async () => {
    const h = await ClusterHarness.start({ nodes: 1 });
    const cluster = h.cluster();
    assert.throws(() => cluster.registerUserType('shop', 'address', {} as never), ConfigurationError);
    assert.throws(() => cluster.registerUserType(1 as never, 'address', Address), ConfigurationError);
    await h.settle(cluster.close());
  });
});
