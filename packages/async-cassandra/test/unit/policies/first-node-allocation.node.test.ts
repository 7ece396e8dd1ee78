import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeInfo } from '../../../src/metadata/index.ts';
import { DefaultLoadBalancingPolicy, type RoutingInfo } from '../../../src/policies/index.ts';
import { collectGarbage } from '../../support/collect-garbage.ts';
import { FakeView } from '../../support/policies/index.ts';

const NONE: readonly NodeInfo[] = [];
const WARM_UP_CALLS = 50_000;
/** So few that what they leave behind is not collected before it is counted. */
const CALLS = 5_000;
/** Less than the smallest object takes. */
const LEAST_OBJECT_BYTES = 12;

function nodeAt(slot: number): NodeInfo {
  const address = `10.0.0.${slot + 1}`;
  return {
    hostId: `00000000-0000-0000-0000-00000000000${slot}`,
    address,
    port: 9042,
    endPoint: `${address}:9042`,
    dataCenter: 'dc1',
    rack: 'r1',
    releaseVersion: '5.0.9',
    schemaVersion: undefined,
    tokens: [],
    slot,
  };
}

/** Bytes that a call leaves behind, at the least: of several rounds the one that nothing else disturbed. */
function bytesPerCall(call: () => unknown): number {
  for (let i = 0; i < WARM_UP_CALLS; i++) call();
  let least = Infinity;
  for (let round = 0; round < 8; round++) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < CALLS; i++) call();
    const bytes = (process.memoryUsage().heapUsed - before) / CALLS;
    if (bytes >= 0) least = Math.min(least, bytes);
  }
  return least;
}

describe('choosing the first node', () => {
  const nodes = [0, 1, 2, 3, 4, 5].map(nodeAt);
  // A fraction in a double would be boxed by a caller that is not inlined; what is measured is the policy's own part.
  const policy = new DefaultLoadBalancingPolicy();
  policy.init(new FakeView(nodes, () => 0));
  const replicas = nodes.slice(0, 3);
  const plain: RoutingInfo = {
    keyspace: 'ks',
    kind: 'read',
    isConditional: false,
    consistency: 'LOCAL_QUORUM',
    replicas: () => replicas,
    replicaSet: () => replicas,
  };

  for (const [what, query] of [
    ['among replicas', plain],
    [
      'without replicas',
      { ...plain, replicas: (): readonly NodeInfo[] => NONE, replicaSet: (): readonly NodeInfo[] => NONE },
    ],
    ['for a conditional statement', { ...plain, isConditional: true }],
  ] as const) {
    it(`should allocate nothing ${what}`, () => {
      const bytes = bytesPerCall(() => policy.first(query));
      assert.ok(bytes < LEAST_OBJECT_BYTES, `${bytes} bytes a call`);
    });
  }

  it('should be measured by what sees the objects of a whole plan', () => {
    assert.ok(bytesPerCall(() => policy.plan(plain).next()) > 10 * LEAST_OBJECT_BYTES);
  });
});
