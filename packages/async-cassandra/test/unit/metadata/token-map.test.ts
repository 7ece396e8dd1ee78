import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeInfo } from '../../../src/metadata/node-info.ts';
import { parseReplication, type Replication } from '../../../src/metadata/replication.ts';
import { MIN_TOKEN } from '../../../src/metadata/token.ts';
import { TokenMap } from '../../../src/metadata/token-map.ts';
import { CountedTurns, testNode } from '../../support/metadata/index.ts';

function network(factors: Record<string, string>): Replication {
  return parseReplication(new Map([['class', 'NetworkTopologyStrategy'], ...Object.entries(factors)]));
}

const four = [
  testNode(0, { hostId: 'n1', dataCenter: 'DC1', rack: 'R1', tokens: ['-9000000000000000000'] }),
  testNode(1, { hostId: 'n2', dataCenter: 'DC2', rack: 'R2', tokens: ['-6000000000000000000'] }),
  testNode(2, { hostId: 'n3', dataCenter: 'DC1', rack: 'R1', tokens: ['4000000000000000000'] }),
  testNode(3, { hostId: 'n4', dataCenter: 'DC2', rack: 'R2', tokens: ['9000000000000000000'] }),
];
const keyspaces = new Map([
  ['both', network({ DC1: '1', DC2: '1' })],
  ['one', network({ DC1: '1' })],
  ['same', network({ DC2: '1', DC1: '1' })],
]);

function ids(nodes: readonly NodeInfo[]): string[] {
  return nodes.map((node) => node.hostId);
}

describe('TokenMap', () => {
  it('should list the ranges of the ring and who holds them', async () => {
    const map = await TokenMap.build(four, keyspaces, new CountedTurns());
    assert.deepEqual(map.tokenRanges().map(String), [
      '(9000000000000000000, -9000000000000000000]',
      '(-9000000000000000000, -6000000000000000000]',
      '(-6000000000000000000, 4000000000000000000]',
      '(4000000000000000000, 9000000000000000000]',
    ]);
    assert.deepEqual(
      map.replicatedRanges('both').map(({ replicas }) => ids(replicas)),
      [
        ['n1', 'n2'],
        ['n2', 'n3'],
        ['n3', 'n4'],
        ['n4', 'n1'],
      ],
    );
    assert.deepEqual(
      map.replicatedRanges('one').map(({ replicas }) => ids(replicas)),
      [['n1'], ['n3'], ['n3'], ['n1']],
    );
    assert.deepEqual(
      map.replicatedRanges('nowhere').map(({ replicas }) => replicas.length),
      [0, 0, 0, 0],
    );
  });

  it('should be one whole range with a single token', async () => {
    const map = await TokenMap.build([testNode(0, { tokens: ['42'] })], new Map(), new CountedTurns());
    assert.deepEqual(map.tokenRanges().map(String), [`(${MIN_TOKEN}, ${MIN_TOKEN}]`]);
    assert.deepEqual(TokenMap.empty.tokenRanges(), []);
  });

  it('should compute a replica set once, for all keyspaces replicated alike', async () => {
    const map = await TokenMap.build(four, keyspaces, new CountedTurns());
    const first = map.replicas('both', 0, 0);
    assert.equal(map.replicas('both', 1, 0), first);
    assert.equal(map.replicas('same', 0, 0), first);
    assert.notEqual(map.replicas('one', 0, 0), first);
  });

  it('should keep what it computed when keyspaces come, go or change', async () => {
    const map = await TokenMap.build(four, keyspaces, new CountedTurns());
    const kept = map.replicas('both', 0, 0);
    const next = map.withReplications(
      new Map([...keyspaces, ['new', network({ DC1: '1', DC2: '1' })], ['one', network({ DC2: '1' })]]),
    );
    assert.equal(next.replicas('new', 0, 0), kept);
    assert.deepEqual(ids(next.replicas('one', 0, 0)), ['n4']);
    assert.deepEqual(ids(map.replicas('one', 0, 0)), ['n3']);
    assert.deepEqual(next.withReplications(new Map()).replicas('both', 0, 0), []);
    assert.equal(next.ring, map.ring);
  });

  it('should answer with nodes as they are described now', async () => {
    const map = await TokenMap.build(four, keyspaces, new CountedTurns());
    const before = map.replicas('both', 0, 0);
    const moved = four.map((node) => ({ ...node, address: '192.168.0.1' }));
    const next = map.withNodes(moved);
    assert.equal(next.ring, map.ring);
    assert.deepEqual(
      next.replicas('both', 0, 0).map((node) => node.address),
      ['192.168.0.1', '192.168.0.1'],
    );
    assert.equal(map.replicas('both', 0, 0), before);
  });
});
