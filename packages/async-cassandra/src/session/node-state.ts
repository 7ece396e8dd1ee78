import type { NodeDistance, NodeInfo } from '../metadata/index.ts';
import type { BreakerState, LoadBalancingPolicy } from '../policies/index.ts';
import type { RequestCore } from './request-core.ts';

/** How one node stands from a session's point of view; plain data. */
export interface NodeState {
  readonly node: NodeInfo;
  readonly isUp: boolean;
  /** `ignored`: the session has no connections to it. */
  readonly distance: NodeDistance;
  /** Connections of this session. */
  readonly openConnections: number;
  /** Requests of this session that wait for the node. */
  readonly inFlight: number;
  /** Stream ids whose callers are gone and whose replies have not come. */
  readonly orphaned: number;
  /** It leaves requests unanswered, and comes last in query plans. */
  readonly isSlow: boolean;
  /** What the circuit breaker of the session's load balancing policy makes of it; `closed`: nothing is wrong. */
  readonly breaker: BreakerState;
}

/** The state of every node of the cluster. */
export function nodeStates(core: RequestCore, policy: LoadBalancingPolicy): readonly NodeState[] {
  const { view } = core.parts;
  return view.nodes.map((node) => {
    const pool = core.parts.pool(node);
    return {
      node,
      isUp: view.isUp(node),
      distance: pool?.node.distance ?? 'ignored',
      openConnections: pool?.openCount ?? 0,
      inFlight: pool?.inFlight ?? 0,
      orphaned: pool?.orphaned ?? 0,
      isSlow: view.isSlow(node),
      breaker: policy.breakerState?.(node) ?? 'closed',
    };
  });
}
