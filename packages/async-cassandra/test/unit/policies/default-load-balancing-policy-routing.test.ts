import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testNode } from '../../support/metadata/index.ts';
import { a, b, c, d, firsts, ids, setUp, x, y } from '../../support/policies/default-policy.ts';
import { routing } from '../../support/policies/index.ts';

describe('DefaultLoadBalancingPolicy', () => {
  describe('first', () => {
    it('should be any local replica', () => {
      const [policy, view] = setUp();
      assert.equal(firsts(policy, view, routing([b, c, d, x])), 'bcd');
      assert.equal(firsts(policy, view, routing([x, b])), 'b');
    });

    it('should be in the local rack where a replica is there', () => {
      const [policy, view] = setUp({ localRack: 'r2' });
      assert.equal(firsts(policy, view, routing([a, b, d])), 'd');
      assert.equal(firsts(policy, view, routing([a, b])), 'ab');
      assert.equal(firsts(policy, view, routing()), 'cd');
    });

    it('should take the rack of the view when it has none of its own', () => {
      const [policy, view] = setUp();
      view.localRack = 'r1';
      assert.equal(firsts(policy, view, routing([b, c, d])), 'b');
    });

    it('should be the less busy of two random replicas', () => {
      const [policy, view] = setUp();
      view.busy.set('b', 5).set('c', 3).set('d', 1);
      const query = routing([b, c, d]);
      assert.equal(firsts(policy, view, query), 'cd');
      assert.equal(firsts(policy, view, routing([b, d])), 'd');
    });

    it('should be any local node when no replica is known, the less busy of two', () => {
      const [policy, view] = setUp();
      assert.equal(firsts(policy, view, routing()), 'abcd');
      view.busy.set('a', 9);
      assert.equal(firsts(policy, view, routing()), 'bcd');
    });

    it('should be another local node when all replicas are down or remote', () => {
      const [policy, view] = setUp({ remoteNodes: true });
      view.setUp(a, false);
      assert.equal(firsts(policy, view, routing([a, x])), 'bcd');
    });

    it('should be a remote replica when no local node is up', () => {
      const [policy, view] = setUp({ remoteNodes: true });
      for (const node of [a, b, c, d]) view.setUp(node, false);
      assert.equal(firsts(policy, view, routing([a, y])), 'y');
    });

    it('should be null when nobody is there', () => {
      const [policy, view] = setUp({}, [x]);
      assert.equal(policy.first(routing([x])), null);
      view.setNodes([]);
      assert.equal(policy.first(routing()), null);
    });

    it('should be the first local replica of a conditional statement, whatever its rack and load', () => {
      const [policy, view] = setUp({ localRack: 'r2' });
      view.busy.set('b', 100);
      const query = routing([x, b, d, c], { isConditional: true });
      assert.equal(firsts(policy, view, query), 'b');
      view.setUp(b, false);
      assert.equal(firsts(policy, view, query), 'd');
      view.slow.add('d');
      assert.equal(firsts(policy, view, query), 'c');
    });

    it('should not be slow while another local node is not', () => {
      const [policy, view] = setUp();
      view.slow.add('a');
      assert.equal(firsts(policy, view, routing([a, b])), 'b');
      assert.equal(firsts(policy, view, routing([a])), 'bcd');
      for (const id of 'bcd') view.slow.add(id);
      assert.equal(firsts(policy, view, routing([a])), 'a');
    });

    it('should follow the nodes as they change', () => {
      const [policy, view] = setUp();
      const moved = testNode(0, { hostId: 'a', address: '10.9.9.9' });
      view.setNodes([moved, b]);
      assert.equal(policy.first(routing([a])), moved);
      view.setNodes([testNode(0, { hostId: 'new' }), b]);
      assert.equal(firsts(policy, view, routing([a, b])), 'b');
    });
  });

  describe('plan', () => {
    it('should hold local replicas, then other local nodes', () => {
      const [policy] = setUp();
      const plan = ids(policy.plan(routing([c, x, a])));
      assert.deepEqual([...plan.slice(0, 2)].toSorted(), ['a', 'c']);
      assert.deepEqual([...plan.slice(2)].toSorted(), ['b', 'd']);
    });

    it('should try the local rack first, with replicas and without', () => {
      const [policy] = setUp({ localRack: 'r2' });
      assert.equal(ids(policy.plan(routing([a, d]))).slice(0, 3), 'dac');
      assert.deepEqual([...ids(policy.plan(routing())).slice(0, 2)].toSorted(), ['c', 'd']);
    });

    it('should try less busy replicas first', () => {
      const [policy, view] = setUp();
      view.busy.set('a', 3).set('b', 2).set('c', 1);
      assert.equal(ids(policy.plan(routing([a, b, c]))), 'cbad');
    });

    it('should keep the order of the replicas of a conditional statement', () => {
      const [policy, view] = setUp({ localRack: 'r2' });
      view.busy.set('b', 100);
      assert.equal(ids(policy.plan(routing([b, x, d, a], { isConditional: true }))), 'bdac');
    });

    it('should end with remote nodes where they are allowed, their replicas first', () => {
      const [policy] = setUp({ remoteNodes: { dataCenters: ['dc3', 'dc2'] } });
      assert.equal(ids(policy.plan(routing([a, y]))).slice(4), 'yzx');
    });

    it('should keep conditional statements with a local serial phase to local nodes, so that they exclude each other', () => {
      const [policy] = setUp({ remoteNodes: true });
      const fields = { isConditional: true, consistency: 'QUORUM', serialConsistency: 'LOCAL_SERIAL' } as const;
      assert.ok(!ids(policy.plan(routing([a, x], fields))).includes('x'));
      assert.ok(ids(policy.plan(routing([a, x], { ...fields, serialConsistency: 'SERIAL' }))).includes('x'));
      assert.ok(ids(policy.plan(routing([a, x], { ...fields, isConditional: false }))).includes('x'));
      const [lenient] = setUp({ remoteNodes: { allowLocalConsistencies: true } });
      assert.ok(ids(lenient.plan(routing([a, x], fields))).includes('x'));
    });

    it('should keep to local nodes for LOCAL_ consistencies unless told otherwise', () => {
      for (const consistency of ['LOCAL_ONE', 'LOCAL_QUORUM', 'LOCAL_SERIAL'] as const) {
        const [policy] = setUp({ remoteNodes: true });
        assert.equal(ids(policy.plan(routing([a, x], { consistency }))).length, 4);
        const [other] = setUp({ remoteNodes: { allowLocalConsistencies: true } });
        assert.equal(ids(other.plan(routing([a, x], { consistency }))).length, 7);
      }
    });

    it('should end with slow nodes, after remote ones', () => {
      const [policy, view] = setUp({ remoteNodes: true });
      view.slow.add('a').add('c');
      const plan = ids(policy.plan(routing([a, b])));
      assert.equal(plan.slice(0, 1), 'b');
      assert.equal(plan.slice(-2), 'ac');
      assert.equal(plan.length, 7);
    });

    it('should be lazy: a node that becomes slow meanwhile is passed over', () => {
      const [policy, view] = setUp();
      const plan = policy.plan(routing([a, b], { isConditional: true }));
      assert.equal(plan.next().value, a);
      view.slow.add('b');
      assert.notEqual(plan.next().value, b);
      assert.equal(ids(plan).at(-1), 'b');
    });
  });
});
