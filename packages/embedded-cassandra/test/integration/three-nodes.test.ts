import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Client } from 'cassandra-driver';
import { EmbeddedCluster, type EmbeddedNode } from '../../src/index.ts';
import { driverFor, types } from '../support/driver.ts';

const { all, one } = types.consistencies;

describe('three nodes', () => {
  let cluster: EmbeddedCluster;
  let client: Client;

  function node(index: number): EmbeddedNode {
    return cluster.nodes[index] ?? assert.fail(`No node ${index}`);
  }

  async function readAll(): Promise<void> {
    const { rows } = await client.execute('SELECT v FROM k.t WHERE id = 1', [], { consistency: all });
    assert.equal(rows[0]?.['v'], 'x');
  }

  before(async () => {
    cluster = await EmbeddedCluster.start({ nodes: 3, racks: ['a', 'b', 'c'], heapMb: 384 });
    client = driverFor(cluster);
    await client.connect();
    await client.execute("CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}");
    await client.execute('CREATE TABLE k.t (id int PRIMARY KEY, v text)');
    await cluster.untilWhole(); // this driver tells nodes apart by address only, and so does not wait for all
    await client.execute("INSERT INTO k.t (id, v) VALUES (1, 'x')", [], { consistency: all });
  });

  after(async () => {
    await client.shutdown();
    await cluster.stop();
  });

  it('should share an address and form one ring, whole from the first moment', async (t) => {
    t.diagnostic(`ready after ${cluster.readyAfterMs} ms`);
    assert.deepEqual(new Set(cluster.nodes.map(({ address }) => address)), new Set(['127.0.0.1']));
    assert.equal(new Set(cluster.contactPoints).size, 3);
    const { rows } = await client.execute('SELECT native_port, rack, data_center FROM system.peers_v2');
    const peers = rows.map((row) => `127.0.0.1:${row['native_port']} ${row['data_center']} ${row['rack']}`).sort();
    assert.deepEqual(peers, [`${node(1)} dc1 b`, `${node(2)} dc1 c`].sort());
    await readAll();
    const status = await node(2).nodetool('status', 'k');
    assert.equal(status.match(/^UN .* 16 .*100\.0%/gm)?.length, 3, status);
  });

  it('should be whole again after a node was killed and restarted', async () => {
    await node(1).kill();
    assert.deepEqual(
      cluster.nodes.map(({ state }) => state),
      ['running', 'stopped', 'running'],
    );
    await client.execute('SELECT v FROM k.t WHERE id = 1', [], { consistency: one });
    await node(1).restart();
    await readAll();
  });

  it('should freeze a node and let it go on', async () => {
    node(2).pause();
    assert.equal(node(2).state, 'paused');
    await assert.rejects(cluster.untilWhole(), { code: 'WRONG_STATE', message: /is paused/ });
    await assert.rejects(readAll(), /timeout|replicas/i);
    node(2).resume();
    assert.equal(node(2).state, 'running');
    await cluster.untilWhole();
    await readAll();
  });

  it('should move to another address and remain the same node', async () => {
    const hostId = async (): Promise<string> =>
      /^ID +: (\S+)$/m.exec(await node(2).nodetool('info'))?.[1] ?? assert.fail('No host id');
    const before = await hostId();
    await assert.rejects(node(2).restart({ address: '192.0.2.1' }), { code: 'INVALID_OPTION' });
    await assert.rejects(node(2).restart({ address: '127.0.0.300' }), { code: 'INVALID_OPTION' });
    assert.equal(node(2).state, 'running');
    await node(2).restart({ address: '127.0.0.2' });
    assert.equal(String(node(2)), `127.0.0.2:${node(2).port}`);
    assert.equal(await hostId(), before);
    const { rows } = await client.execute('SELECT host_id, native_address FROM system.peers_v2');
    const moved = rows.filter((row) => String(row['native_address']) === '127.0.0.2');
    assert.deepEqual(
      moved.map((row) => String(row['host_id'])),
      [before],
    );
    assert.equal(rows.length, 2);
    await readAll();
  });

  it('should grow by a node and shrink by another', async () => {
    const added = await cluster.addNode({ rack: 'a' });
    assert.equal(cluster.nodes.length, 4);
    assert.equal(added.rack, 'a');
    await readAll();
    const grown = await node(0).nodetool('status', 'k');
    assert.equal(grown.match(/^UN /gm)?.length, 4, grown);
    const leaving = node(1);
    await cluster.decommission(leaving);
    assert.equal(leaving.state, 'decommissioned');
    assert.ok(!cluster.nodes.includes(leaving));
    const { rows } = await client.execute('SELECT host_id FROM system.peers_v2');
    assert.equal(rows.length, 2);
    await readAll();
    await assert.rejects(leaving.restart(), { code: 'WRONG_STATE' });
    await assert.rejects(cluster.decommission(leaving), { code: 'WRONG_STATE' });
  });
});
