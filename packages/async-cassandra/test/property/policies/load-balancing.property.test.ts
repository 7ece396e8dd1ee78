import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { ConnectionError } from '../../../src/errors/index.ts';
import type { NodeInfo } from '../../../src/metadata/index.ts';
import { DefaultLoadBalancingPolicy, type RoutingInfo } from '../../../src/policies/index.ts';
import { testNode } from '../../support/metadata/index.ts';
import { FakeView, routing } from '../../support/policies/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

interface NodeState {
  readonly dataCenter: string;
  readonly rack: string;
  readonly isUp: boolean;
  readonly isSlow: boolean;
  readonly isBroken: boolean;
  readonly isReplica: boolean;
  readonly isFiltered: boolean;
  readonly hasReturned: boolean;
  readonly inFlight: number;
}

const nodeState: fc.Arbitrary<NodeState> = fc.record({
  dataCenter: fc.constantFrom('dc1', 'dc1', 'dc1', 'dc2', 'dc3'),
  rack: fc.constantFrom('r1', 'r2'),
  isUp: fc.constantFrom(true, true, true, false),
  isSlow: fc.constantFrom(false, false, false, true),
  isBroken: fc.constantFrom(false, false, false, true),
  isReplica: fc.boolean(),
  isFiltered: fc.constantFrom(false, false, false, true),
  hasReturned: fc.constantFrom(false, false, false, true),
  inFlight: fc.integer({ min: 0, max: 5 }),
});

const scenario = fc.record({
  states: fc.array(nodeState, { maxLength: 12 }),
  seed: fc.integer(),
  localRack: fc.constantFrom(undefined, 'r1'),
  usesRemote: fc.boolean(),
  isConditional: fc.boolean(),
  consistency: fc.constantFrom('QUORUM' as const, 'LOCAL_QUORUM' as const),
});

interface World {
  readonly policy: DefaultLoadBalancingPolicy;
  readonly query: RoutingInfo;
  readonly nodes: readonly NodeInfo[];
  readonly stateOf: (node: NodeInfo) => NodeState;
  /** Nodes that a plan must hold. */
  readonly eligible: readonly NodeInfo[];
}

function build(given: typeof scenario extends fc.Arbitrary<infer S> ? S : never): World {
  const { states, seed, localRack, usesRemote } = given;
  const nodes = states.map(({ dataCenter, rack }, slot) => testNode(slot, { dataCenter, rack }));
  const stateOf = (node: NodeInfo): NodeState => states[node.slot] as NodeState;
  const random = new SeededRandom(seed);
  const view = new FakeView(nodes, random.next);
  const policy = new DefaultLoadBalancingPolicy({
    ...(localRack === undefined ? {} : { localRack }),
    remoteNodes: usesRemote,
    nodeFilter: (node) => !stateOf(node).isFiltered,
  });
  policy.init(view);
  for (const node of nodes) {
    const state = stateOf(node);
    if (state.hasReturned) view.setUp(node, false);
    if (state.hasReturned) view.setUp(node, true);
    if (!state.isUp) view.setUp(node, false);
    if (state.isSlow) view.slow.add(node.hostId);
    view.busy.set(node.hostId, state.inFlight);
  }
  for (const node of nodes) {
    if (!stateOf(node).isBroken) continue;
    for (let i = 0; i < 10; i++) policy.onFailure(node, new ConnectionError('Connection lost, check the node'));
  }
  const allowsRemote = usesRemote && !given.consistency.startsWith('LOCAL_');
  const eligible = nodes.filter((node) => {
    const { isUp, isFiltered, dataCenter } = stateOf(node);
    return isUp && !isFiltered && (dataCenter === 'dc1' || allowsRemote);
  });
  const replicas = random.shuffle(nodes.filter((node) => stateOf(node).isReplica));
  const { isConditional, consistency } = given;
  return { policy, query: routing(replicas, { isConditional, consistency }), nodes, stateOf, eligible };
}

function isSound(state: NodeState): boolean {
  return !state.isSlow && !state.isBroken;
}

describe('DefaultLoadBalancingPolicy, whatever the cluster', () => {
  const runs = { numRuns: propertyRuns(2_000) };

  it('should plan each eligible node exactly once', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { policy, query, eligible } = build(given);
        const plan = [...policy.plan(query)];
        assert.equal(new Set(plan).size, plan.length);
        assert.deepEqual(new Set(plan), new Set(eligible));
      }),
      runs,
    );
  });

  it('should choose a first node whenever one is eligible, and none that is not', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { policy, query, eligible } = build(given);
        const first = policy.first(query);
        if (eligible.length === 0) assert.equal(first, null);
        else assert.ok(first !== null && eligible.includes(first));
      }),
      runs,
    );
  });

  it('should choose sound local replicas first, then sound local nodes, then sound remote ones', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        // Whether a node that has returned is spared is left to chance.
        const { policy, query, eligible, stateOf } = build({
          ...given,
          states: given.states.map((state) => ({ ...state, hasReturned: false })),
        });
        const replicas = new Set(query.replicas());
        const classOf = (node: NodeInfo): number => {
          if (!isSound(stateOf(node))) return 4;
          if (stateOf(node).dataCenter !== 'dc1') return 3;
          return replicas.has(node) ? 1 : 2;
        };
        const first = policy.first(query);
        if (first !== null) assert.equal(classOf(first), Math.min(...eligible.map(classOf)));
      }),
      runs,
    );
  });

  it('should plan sound nodes before slow and broken ones', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { policy, query, stateOf } = build(given);
        const soundness = [...policy.plan(query)].map((node) => isSound(stateOf(node)));
        const firstUnsound = soundness.indexOf(false);
        if (firstUnsound >= 0) assert.ok(!soundness.slice(firstUnsound).includes(true));
      }),
      runs,
    );
  });

  it('should plan sound local replicas before all others, remote nodes after local ones', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { policy, query, stateOf } = build(given);
        const replicas = new Set(query.replicas());
        const sound = [...policy.plan(query)].filter((node) => isSound(stateOf(node)));
        const ranks = sound.map((node) => (stateOf(node).dataCenter !== 'dc1' ? 2 : replicas.has(node) ? 0 : 1));
        assert.deepEqual(ranks, ranks.toSorted());
      }),
      runs,
    );
  });

  it('should keep the order of the replicas of a conditional statement', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { policy, query, stateOf } = build({ ...given, isConditional: true });
        const isLocalSound = (node: NodeInfo): boolean => stateOf(node).dataCenter === 'dc1' && isSound(stateOf(node));
        const plan = [...policy.plan(query)].filter(isLocalSound);
        const expected = query.replicas().filter((node) => plan.includes(node));
        assert.deepEqual(plan.slice(0, expected.length), expected);
      }),
      runs,
    );
  });

  it('should plan the local rack first, replicas and others apart', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { policy, query, stateOf } = build({ ...given, localRack: 'r1', isConditional: false });
        const replicas = new Set(query.replicas());
        const steady = [...policy.plan(query)].filter((node) => isSound(stateOf(node)) && !stateOf(node).hasReturned);
        const local = steady.filter((node) => stateOf(node).dataCenter === 'dc1');
        const ranks = local.map((node) => (replicas.has(node) ? 0 : 2) + (node.rack === 'r1' ? 0 : 1));
        assert.deepEqual(ranks, ranks.toSorted());
      }),
      runs,
    );
  });
});
