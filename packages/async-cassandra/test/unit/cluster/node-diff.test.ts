import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changesTopology, diffNodes, withoutDuplicates } from '../../../src/cluster/node-diff.ts';
import type { NodeRow } from '../../../src/cluster/node-rows.ts';
import type { NodeInfo } from '../../../src/metadata/index.ts';
import { testInfo } from './fakes.ts';

function known(...nodes: NodeInfo[]): Map<string, NodeInfo> {
  return new Map(nodes.map((node) => [node.hostId, node]));
}

function row(node: NodeInfo, fields: Partial<NodeRow> = {}): NodeRow {
  const { hostId, address, port, dataCenter, rack, releaseVersion, schemaVersion, tokens } = node;
  return { hostId, address, port, dataCenter, rack, releaseVersion, schemaVersion, tokens, ...fields };
}

const [a, b, c] = [testInfo(0), testInfo(1), testInfo(2)] as const;

describe('diffNodes', () => {
  it('should find nothing, and keep the objects, when nothing changed', () => {
    const diff = diffNodes(known(a, b), [row(b), row(a, { tokens: [...a.tokens] })]);
    assert.deepEqual([diff.added, diff.removed, diff.changed], [[], [], []]);
    assert.equal(diff.nodes.get(a.hostId), a);
    assert.equal(changesTopology(diff), false);
  });

  it('should see that a node is the same under another address', () => {
    const diff = diffNodes(known(a, b), [row(a), row(b, { address: '10.7.7.7', port: 9142 })]);
    assert.deepEqual([diff.added, diff.removed], [[], []]);
    const [change] = diff.changed;
    assert.equal(change?.before, b);
    assert.equal(change.after.endPoint, '10.7.7.7:9142');
    assert.equal(change.after.slot, b.slot);
    assert.equal(changesTopology(diff), true);
  });

  it('should see that another node is at a known address', () => {
    const other = row(testInfo(9, { address: b.address }));
    const diff = diffNodes(known(a, b), [row(a), other]);
    assert.deepEqual(diff.removed, [b]);
    assert.deepEqual(
      diff.added.map((node) => node.hostId),
      [other.hostId],
    );
  });

  it('should see addresses that were swapped as two nodes that moved', () => {
    const diff = diffNodes(known(a, b), [row(a, { address: b.address }), row(b, { address: a.address })]);
    assert.deepEqual([diff.added, diff.removed], [[], []]);
    assert.deepEqual(
      diff.changed.map(({ after }) => [after.hostId, after.address]),
      [
        [a.hostId, b.address],
        [b.hostId, a.address],
      ],
    );
  });

  it('should give the slots of removed nodes to added ones, lowest first', () => {
    const diff = diffNodes(known(a, b, c), [row(b), row(testInfo(7)), row(testInfo(8)), row(testInfo(9))]);
    assert.deepEqual(
      diff.added.map((node) => node.slot),
      [0, 2, 3],
    );
    assert.deepEqual(diff.removed, [a, c]);
  });

  it('should not call another release or schema version a change of the topology', () => {
    const diff = diffNodes(known(a), [
      row(a, { releaseVersion: '5.0.10', schemaVersion: '33333333-3333-4333-8333-333333333333' }),
    ]);
    assert.equal(diff.changed.length, 1);
    assert.equal(changesTopology(diff), false);
  });

  for (const fields of [{ tokens: ['1', '2'] }, { dataCenter: 'dc2' }, { rack: 'r9' }]) {
    it(`should call ${Object.keys(fields)[0]} a change of the topology`, () => {
      assert.equal(changesTopology(diffNodes(known(a), [row(a, fields)])), true);
    });
  }
});

describe('withoutDuplicates', () => {
  const moved = row(b, { address: '10.7.7.7' });

  it('should believe the new address of a node without connections, in any order', () => {
    for (const rows of [
      [row(a), row(b), moved],
      [row(a), moved, row(b)],
    ]) {
      assert.deepEqual(
        withoutDuplicates(rows, known(a, b), () => false),
        [row(a), moved],
      );
    }
  });

  it('should believe the old address of a node with connections, in any order', () => {
    for (const rows of [
      [row(a), row(b), moved],
      [row(a), moved, row(b)],
    ]) {
      assert.deepEqual(
        withoutDuplicates(rows, known(a, b), () => true),
        [row(a), row(b)],
      );
    }
  });

  it('should take the first row of a node that is not known', () => {
    assert.deepEqual(
      withoutDuplicates([row(a), row(b), moved], known(a), () => false),
      [row(a), row(b)],
    );
  });

  it('should believe what the node asked says of itself', () => {
    const rows = [row(a, { address: '10.8.8.8' }), row(a)];
    assert.deepEqual(
      withoutDuplicates(rows, known(a), () => true),
      [rows[0]],
    );
  });
});
