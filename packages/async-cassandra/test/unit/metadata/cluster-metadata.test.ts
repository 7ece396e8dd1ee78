import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ClusterMetadata,
  createNodeInfo,
  formatEndPoint,
  parsePartitioner,
  refreshSchema,
  replicationsOf,
  TokenMap,
} from '../../../src/metadata/index.ts';
import { CountedTurns, testNode } from '../../support/metadata/index.ts';
import { SchemaBuilder } from '../../support/metadata/schema.ts';

describe('ClusterMetadata', () => {
  it('should be empty before first contact', () => {
    const { empty } = ClusterMetadata;
    assert.equal(empty.nodes.size + empty.keyspaces.size + empty.tokenRanges().length, 0);
    assert.equal(empty.partitioner.isTokenAware, false);
    assert.deepEqual(empty.replicas('ks', [Buffer.from('a')]), []);
    assert.deepEqual(empty.replicatedRanges('ks'), []);
  });

  it('should find the replicas of partition keys', async () => {
    const nodes = ['-6000000000000000000', '0', '6000000000000000000'].map((token, slot) =>
      testNode(slot, { tokens: [token] }),
    );
    const rows = new SchemaBuilder('shop', { class: 'SimpleStrategy', replication_factor: '2' }).build();
    const { keyspaces } = await refreshSchema(new Map(), { schema: rows }, new CountedTurns());
    const tokenMap = await TokenMap.build(nodes, replicationsOf(keyspaces), new CountedTurns());
    const metadata = ClusterMetadata.empty.with({ keyspaces, tokenMap });
    // The tokens of these keys are -6017608668500074083, -1632642444691073360 and 4507812186440344727.
    const slotsOf = (...key: string[]): number[] =>
      metadata
        .replicas(
          'shop',
          key.map((part) => Buffer.from(part)),
        )
        .map((node) => node.slot);
    assert.deepEqual(slotsOf('test'), [0, 1]);
    assert.deepEqual(slotsOf('primary_key'), [1, 2]);
    assert.deepEqual(slotsOf('xd'), [2, 0]);
    assert.equal(slotsOf('test', 'xd').length, 2);
    assert.deepEqual(slotsOf(), []);
    assert.equal(metadata.tokenRanges().length, 3);
    assert.deepEqual(
      metadata.replicatedRanges('shop').map(({ replicas }) => replicas.map((node) => node.slot)),
      [
        [0, 1],
        [1, 2],
        [2, 0],
      ],
    );
  });

  it('should stay as it is when another snapshot follows from it', () => {
    const first = ClusterMetadata.empty.with({ clusterName: 'one' });
    const nodes = new Map([['a', testNode(0)]]);
    const second = first.with({ nodes, partitioner: parsePartitioner('org.apache.cassandra.dht.Murmur3Partitioner') });
    assert.equal(first.nodes.size, 0);
    assert.equal(second.clusterName, 'one');
    assert.equal(second.nodes, nodes);
    assert.equal(second.with({}).partitioner, second.partitioner);
    assert.ok(Object.isFrozen(second));
  });
});

describe('parsePartitioner', () => {
  it('should know the partitioners of Cassandra, and compute the tokens of one', () => {
    const kinds = [
      'Murmur3Partitioner',
      'RandomPartitioner',
      'ByteOrderedPartitioner',
      'OrderPreservingPartitioner',
      '',
    ].map((name) => {
      const { kind, isTokenAware } = parsePartitioner(`org.apache.cassandra.dht.${name}`);
      return [kind, isTokenAware];
    });
    assert.deepEqual(kinds, [
      ['murmur3', true],
      ['random', false],
      ['byteOrdered', false],
      ['unknown', false],
      ['unknown', false],
    ]);
    assert.equal(parsePartitioner('Murmur3Partitioner').kind, 'murmur3');
  });
});

describe('createNodeInfo', () => {
  it('should have an end point that can be read back', () => {
    assert.equal(formatEndPoint('10.0.0.1', 9042), '10.0.0.1:9042');
    assert.equal(formatEndPoint('::1', 9042), '[::1]:9042');
    const { endPoint, ...fields } = testNode(3, { address: '::2', port: 9043 });
    assert.equal(endPoint, '[::2]:9043');
    assert.deepEqual(createNodeInfo(fields), { ...fields, endPoint });
  });
});
