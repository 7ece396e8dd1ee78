import { type AsyncCassandraError, ConnectionError } from '../../../src/errors/index.ts';
import type { NodeInfo } from '../../../src/metadata/index.ts';
import {
  DefaultLoadBalancingPolicy,
  type DefaultLoadBalancingPolicyOptions,
  type RoutingInfo,
} from '../../../src/policies/index.ts';
import { testNode } from '../metadata/index.ts';
import { FakeView } from './index.ts';

// a, b, c, d in dc1 (racks 1, 1, 2, 2); x, y in dc2; z in dc3.
export const [a, b, c, d] = ['r1', 'r1', 'r2', 'r2'].map((rack, slot) =>
  testNode(slot, { hostId: 'abcd'[slot] as string, rack }),
) as [NodeInfo, NodeInfo, NodeInfo, NodeInfo];
export const x: NodeInfo = testNode(4, { hostId: 'x', dataCenter: 'dc2' });
export const y: NodeInfo = testNode(5, { hostId: 'y', dataCenter: 'dc2' });
export const z: NodeInfo = testNode(6, { hostId: 'z', dataCenter: 'dc3' });
const all = [a, b, c, d, x, y, z];
export const lost: ConnectionError = new ConnectionError('Connection lost, check the node');

/** The policy, on a view of these nodes. */
export function setUp(
  options: DefaultLoadBalancingPolicyOptions = {},
  nodes: readonly NodeInfo[] = all,
): [DefaultLoadBalancingPolicy, FakeView] {
  const view = new FakeView(nodes);
  const policy = new DefaultLoadBalancingPolicy(options);
  policy.init(view);
  return [policy, view];
}

/** Host ids, one after the other. */
export function ids(nodes: Iterable<NodeInfo>): string {
  return [...nodes].map((node) => node.hostId).join('');
}

/** The first nodes that many requests go to. */
export function firsts(policy: DefaultLoadBalancingPolicy, view: FakeView, query: RoutingInfo): string {
  const found = new Set<string>();
  for (let i = 0; i < 64; i++) {
    view.lots = [i / 64, ((i * 7) % 64) / 64];
    found.add(policy.first(query)?.hostId ?? '-');
  }
  view.lots = [];
  return [...found].toSorted().join('');
}

/** As many failures as open the breaker of a node. */
export function breakNode(policy: DefaultLoadBalancingPolicy, node: NodeInfo, error: AsyncCassandraError = lost): void {
  for (let i = 0; i < 10; i++) policy.onFailure(node, error);
}
