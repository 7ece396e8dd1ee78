import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MetadataKeeper } from '../../../src/cluster/metadata-keeper.ts';
import { KeyspaceMetadata, type Keyspaces, type NodeInfo } from '../../../src/metadata/index.ts';
import { VirtualClock } from '../../support/index.ts';
import { testInfo } from './fakes.ts';

const MURMUR3 = 'org.apache.cassandra.dht.Murmur3Partitioner';

function byHostId(...nodes: NodeInfo[]): ReadonlyMap<string, NodeInfo> {
  return new Map(nodes.map((node) => [node.hostId, node]));
}

function keyspaces(name: string): Keyspaces {
  const replication = new Map([
    ['class', 'SimpleStrategy'],
    ['replication_factor', '1'],
  ]);
  return new Map([
    [
      name,
      new KeyspaceMetadata(
        {
          keyspace: { keyspace_name: name, replication },
          tables: new Map(),
          views: new Map(),
          types: [],
          functions: [],
          aggregates: [],
        },
        { isVirtual: false, isComplete: false },
      ),
    ],
  ]);
}

function setUp(): { clock: VirtualClock; keeper: MetadataKeeper; warnings: string[] } {
  const clock = new VirtualClock();
  const warnings: string[] = [];
  const keeper = new MetadataKeeper(clock, { warn: (_fields, message) => warnings.push(message ?? '') });
  keeper.setCluster('test', MURMUR3);
  return { clock, keeper, warnings };
}

describe('MetadataKeeper', () => {
  it('should replace the snapshot and never change one', async () => {
    const { clock, keeper } = setUp();
    const before = keeper.current;
    await clock.settle(keeper.setNodes(byHostId(testInfo(0)), true));
    assert.equal(before.nodes.size, 0);
    assert.equal(before.tokenMap.ring.size, 0);
    assert.equal(keeper.current.nodes.size, 1);
    assert.equal(keeper.current.tokenMap.ring.size, 1);
  });

  it('should keep what changes while the ring is being sorted, and sort again for newer nodes', async () => {
    const { clock, keeper } = setUp();
    const many = Array.from({ length: 9000 }, (_, i) => String(i));
    const first = keeper.setNodes(byHostId(testInfo(0, { tokens: many })), true);
    const described = testInfo(0, { tokens: many, releaseVersion: '5.0.10' });
    void keeper.setNodes(byHostId(described), false);
    keeper.setKeyspaces(keyspaces('shop'));
    await clock.settle(first);
    assert.equal(keeper.current.tokenMap.ring.size, 9000);
    assert.deepEqual(keeper.current.tokenMap.replicas('shop', 0, 5), [described]);
    const second = keeper.setNodes(byHostId(described, testInfo(1)), true);
    const third = keeper.setNodes(byHostId(testInfo(1)), true);
    await clock.settle(Promise.all([second, third]));
    assert.equal(keeper.current.tokenMap.ring.size, 1);
  });

  it('should log what building the ring took', async () => {
    const clock = new VirtualClock();
    const logged: object[] = [];
    const keeper = new MetadataKeeper(clock, {
      debug: (fields, message) => logged.push(Object.assign({ message }, fields as object)),
    });
    keeper.setCluster('test', MURMUR3);
    await clock.settle(keeper.setNodes(byHostId(testInfo(0, { tokens: ['1', '2', '3'] })), true));
    const { statistics } = keeper.current.tokenMap;
    assert.deepEqual(logged, [{ message: 'Token ring was built', nodes: 1, ...statistics }]);
    assert.equal(statistics.tokens, 3);
  });

  it('should route by the old ring until the new one is sorted', async () => {
    const { clock, keeper } = setUp();
    keeper.setKeyspaces(keyspaces('shop'));
    const old = testInfo(0);
    await clock.settle(keeper.setNodes(byHostId(old), true));
    const sorted = keeper.setNodes(byHostId(old, testInfo(1)), true);
    assert.deepEqual(keeper.current.tokenMap.replicas('shop', 0, 50), [old]);
    await clock.settle(sorted);
    assert.deepEqual(keeper.current.tokenMap.replicas('shop', 0, 50), [testInfo(1)]);
  });

  it('should warn once of another partitioner, and of one whose tokens it does not compute', () => {
    const { keeper, warnings } = setUp();
    keeper.setCluster('test', MURMUR3);
    assert.deepEqual(warnings, []);
    keeper.setCluster('test', 'org.apache.cassandra.dht.RandomPartitioner');
    keeper.setCluster('test', 'org.apache.cassandra.dht.RandomPartitioner');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /another partitioner/);
  });
});
