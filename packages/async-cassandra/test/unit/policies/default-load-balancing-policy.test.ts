import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { DefaultLoadBalancingPolicy, type DefaultLoadBalancingPolicyOptions } from '../../../src/policies/index.ts';
import { testNode } from '../../support/metadata/index.ts';
import { a, b, d, setUp, x, y, z } from '../../support/policies/default-policy.ts';

describe('DefaultLoadBalancingPolicy', () => {
  describe('distance', () => {
    it('should ignore other data centres by default', () => {
      const [policy] = setUp();
      assert.deepEqual(
        [a, d, x, z].map((node) => policy.distance(node)),
        ['local', 'local', 'ignored', 'ignored'],
      );
    });

    it('should take all nodes for local while the local data centre is not known', () => {
      const [policy, view] = setUp();
      view.localDataCenter = '';
      assert.deepEqual(
        [a, x].map((node) => policy.distance(node)),
        ['local', 'local'],
      );
    });

    it('should prefer its own option to the view', () => {
      const [policy] = setUp({ localDataCenter: 'dc2' });
      assert.deepEqual(
        [a, x].map((node) => policy.distance(node)),
        ['ignored', 'local'],
      );
    });

    it('should use remote nodes where they are allowed', () => {
      const [everywhere] = setUp({ remoteNodes: true });
      assert.deepEqual(
        [a, x, z].map((node) => everywhere.distance(node)),
        ['local', 'remote', 'remote'],
      );
      const [some] = setUp({ remoteNodes: { dataCenters: ['dc3'] } });
      assert.deepEqual(
        [x, z].map((node) => some.distance(node)),
        ['ignored', 'remote'],
      );
    });

    it('should use the same few nodes of each remote data centre, up or down', () => {
      const [policy, view] = setUp({ remoteNodes: { nodesPerDataCenter: 1 } });
      view.setUp(x, false);
      assert.deepEqual(
        [x, y, z].map((node) => policy.distance(node)),
        ['remote', 'ignored', 'remote'],
      );
    });

    it('should leave nodes to the filter', () => {
      const [policy] = setUp({ nodeFilter: (node) => node !== b });
      assert.deepEqual(
        [a, b].map((node) => policy.distance(node)),
        ['local', 'ignored'],
      );
    });

    it('should know where a node is that the view does not have yet', () => {
      const [policy] = setUp();
      assert.equal(policy.distance(testNode(9)), 'local');
      assert.equal(policy.distance(testNode(0, { hostId: 'other', dataCenter: 'dc2' })), 'ignored');
    });
  });

  it('should refuse options that are wrong', () => {
    for (const [options, path] of [
      [{ localDataCenter: '' }, 'localDataCenter'],
      [{ localRack: 5 }, 'localRack'],
      [{ nodeFilter: 'x' }, 'nodeFilter'],
      [{ warmUpMs: -1 }, 'warmUpMs'],
      [{ remoteNodes: 5 }, 'remoteNodes'],
      [{ remoteNodes: null }, 'remoteNodes'],
      [{ remoteNodes: { dataCenters: 'dc2' } }, 'remoteNodes.dataCenters'],
      [{ remoteNodes: { dataCenters: ['a', 'a'] } }, 'remoteNodes.dataCenters'],
      [{ remoteNodes: { nodesPerDataCenter: 0 } }, 'remoteNodes.nodesPerDataCenter'],
      [{ remoteNodes: { allowLocalConsistencies: 1 } }, 'remoteNodes.allowLocalConsistencies'],
      [{ remoteNodes: { nodes: 1 } }, 'remoteNodes.nodes'],
      [{ remoteNodes: { dataCenters: ['dc2'], nodes: undefined } }, 'remoteNodes.nodes'],
      [{ circuitBreaker: true }, 'circuitBreaker'],
      [{ circuitBreaker: null }, 'circuitBreaker'],
      [{ circuitBreaker: { openMs: 1, open: 1 } }, 'circuitBreaker.open'],
      [{ circuitBreaker: { openMs: 0 } }, 'circuitBreaker.openMs'],
      [{ localDc: 'dc1' }, 'localDc'],
      [{ localDataCenter: 'dc1', remoteNodes: true, localDc: 'dc1' }, 'localDc'],
    ] as const) {
      assert.throws(
        () => new DefaultLoadBalancingPolicy(options as unknown as DefaultLoadBalancingPolicyOptions),
        (error) => error instanceof ConfigurationError && error.path === `loadBalancingPolicy.${path}`,
        path,
      );
    }
  });
});
