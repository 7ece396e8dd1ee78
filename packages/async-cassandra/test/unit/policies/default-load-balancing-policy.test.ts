import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AsyncCassandraError,
  ConfigurationError,
  ConnectionError,
  InvalidQueryError,
  OverloadedError,
  TimeoutError,
} from '../../../src/errors/index.ts';
import type { NodeInfo } from '../../../src/metadata/index.ts';
import {
  DefaultLoadBalancingPolicy,
  type DefaultLoadBalancingPolicyOptions,
  type RoutingInfo,
} from '../../../src/policies/index.ts';
import { testNode } from '../../support/metadata/index.ts';
import { FakeView, routing } from '../../support/policies/index.ts';

// a, b, c, d in dc1 (racks 1, 1, 2, 2); x, y in dc2; z in dc3.
const [a, b, c, d] = ['r1', 'r1', 'r2', 'r2'].map((rack, slot) =>
  testNode(slot, { hostId: 'abcd'[slot] as string, rack }),
) as [NodeInfo, NodeInfo, NodeInfo, NodeInfo];
const x = testNode(4, { hostId: 'x', dataCenter: 'dc2' });
const y = testNode(5, { hostId: 'y', dataCenter: 'dc2' });
const z = testNode(6, { hostId: 'z', dataCenter: 'dc3' });
const all = [a, b, c, d, x, y, z];
const lost = new ConnectionError('Connection lost, check the node');

function setUp(
  options: DefaultLoadBalancingPolicyOptions = {},
  nodes: readonly NodeInfo[] = all,
): [DefaultLoadBalancingPolicy, FakeView] {
  const view = new FakeView(nodes);
  const policy = new DefaultLoadBalancingPolicy(options);
  policy.init(view);
  return [policy, view];
}

function ids(nodes: Iterable<NodeInfo>): string {
  return [...nodes].map((node) => node.hostId).join('');
}

/** The first nodes that many requests go to. */
function firsts(policy: DefaultLoadBalancingPolicy, view: FakeView, query: RoutingInfo): string {
  const found = new Set<string>();
  for (let i = 0; i < 64; i++) {
    view.lots = [i / 64, ((i * 7) % 64) / 64];
    found.add(policy.first(query)?.hostId ?? '-');
  }
  view.lots = [];
  return [...found].toSorted().join('');
}

function breakNode(policy: DefaultLoadBalancingPolicy, node: NodeInfo, error: AsyncCassandraError = lost): void {
  for (let i = 0; i < 10; i++) policy.onFailure(node, error);
}

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

  describe('nodes that have returned', () => {
    it('should get requests by and by', () => {
      const [policy, view] = setUp({ warmUpMs: 1_000 });
      view.setUp(a, false);
      policy.first(routing());
      view.setUp(a, true);
      const share = (): number => {
        let count = 0;
        for (let i = 0; i < 1_000; i++) {
          // The first lot chooses among a and b, the second whether a is spared.
          view.lots = [(i % 2) / 2, ((i * 7) % 1_000) / 1_000];
          if (policy.first(routing([a, b])) === a) count++;
        }
        view.lots = [];
        return count / 1_000;
      };
      assert.equal(share(), 0);
      view.nowMs += 300;
      const early = share();
      view.nowMs += 500;
      const late = share();
      assert.ok(early > 0.05 && early < 0.3, `early: ${early}`);
      assert.ok(late > early + 0.1 && late < 0.5, `late: ${late}`);
      view.nowMs += 200;
      assert.equal(share(), 0.5);
    });

    it('should come after other replicas, before other nodes', () => {
      const [policy, view] = setUp();
      for (const node of [a, c]) {
        view.setUp(node, false);
        view.setUp(node, true);
      }
      assert.equal(ids(policy.plan(routing([a, b]))), 'badc');
    });

    it('should take conditional statements at once', () => {
      const [policy, view] = setUp();
      view.setUp(a, false);
      view.setUp(a, true);
      const query = routing([a, b], { isConditional: true });
      assert.equal(policy.first(query), a);
      assert.equal(ids(policy.plan(query)).slice(0, 2), 'ab');
    });
  });

  describe('circuit breaker', () => {
    it('should pass over a node that fails requests, and end plans with it', () => {
      const [policy, view] = setUp();
      breakNode(policy, a);
      assert.equal(firsts(policy, view, routing([a, b])), 'b');
      assert.equal(ids(policy.plan(routing([a, b]))).at(-1), 'a');
    });

    it('should send one request a time to a broken node, until one succeeds', () => {
      const [policy, view] = setUp();
      breakNode(policy, a);
      view.nowMs += 2_000;
      view.busy.set('b', 1);
      const query = routing([a, b]);
      assert.equal(policy.first(query), a);
      assert.equal(policy.first(query), b);
      policy.onFailure(a, lost);
      view.nowMs += 1_999;
      assert.equal(policy.first(query), b);
      view.nowMs += 1;
      assert.equal(policy.first(query), a);
      policy.onSuccess(a);
      assert.equal(policy.first(query), a);
      assert.equal(policy.first(query), a);
    });

    it('should count errors that are the fault of the node only', () => {
      for (const error of [
        lost,
        new TimeoutError('No answer, check it', 5),
        new OverloadedError('Overloaded, check it'),
      ]) {
        const [policy, view] = setUp();
        breakNode(policy, a, error);
        assert.equal(firsts(policy, view, routing([a, b])), 'b', error.name);
      }
      const [policy, view] = setUp();
      breakNode(policy, a, new InvalidQueryError('No such table, check it'));
      assert.equal(firsts(policy, view, routing([a, b])), 'ab');
    });

    it('should take an answer that is an error of the statement as a sign of health', () => {
      const [policy, view] = setUp();
      breakNode(policy, a);
      view.nowMs += 2_000;
      view.busy.set('b', 1);
      assert.equal(policy.first(routing([a, b])), a, 'its probe');
      policy.onFailure(a, new InvalidQueryError('No such table, check it'));
      assert.equal(policy.breakerState(a), 'closed');
    });

    it('should tell its state for monitoring', () => {
      const [policy, view] = setUp();
      const state = (): string | undefined => policy.breakerState(a);
      assert.equal(state(), 'closed');
      breakNode(policy, a);
      assert.equal(state(), 'open');
      assert.equal(policy.breakerState(b), 'closed');
      view.nowMs += 2_000;
      assert.equal(state(), 'halfOpen');
      view.busy.set('b', 1);
      assert.equal(policy.first(routing([a, b])), a);
      assert.equal(state(), 'halfOpen');
      policy.onSuccess(a);
      assert.equal(state(), 'closed');
    });

    it('should never shut all nodes out', () => {
      const [policy] = setUp();
      for (const node of [a, b, c, d]) breakNode(policy, node);
      assert.equal(ids(policy.plan(routing([a, b]))).length, 4);
      assert.notEqual(policy.first(routing([a, b])), null);
    });

    it('should go to remote nodes when all local ones are broken, and come back', () => {
      const [policy, view] = setUp({ remoteNodes: { dataCenters: ['dc2'] } });
      for (const node of [a, b, c, d]) breakNode(policy, node);
      assert.equal(firsts(policy, view, routing([a, x])), 'x');
      view.nowMs += 2_000;
      assert.equal(policy.first(routing([a, x])), a);
      policy.onSuccess(a);
      assert.equal(firsts(policy, view, routing([a, x])), 'a');
    });

    it('should forget a node that came back, or whose slot another one has', () => {
      const [policy, view] = setUp({ warmUpMs: 0 });
      breakNode(policy, a);
      view.setUp(a, false);
      policy.first(routing());
      view.setUp(a, true);
      assert.equal(firsts(policy, view, routing([a])), 'a');
      breakNode(policy, a);
      const other = testNode(0, { hostId: 'other' });
      view.setNodes([other, b]);
      assert.equal(policy.first(routing([other])), other);
    });

    it('should be absent when it is not wanted', () => {
      const [policy, view] = setUp({ circuitBreaker: false });
      breakNode(policy, a);
      policy.onSuccess(a);
      assert.equal(firsts(policy, view, routing([a, b])), 'ab');
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
