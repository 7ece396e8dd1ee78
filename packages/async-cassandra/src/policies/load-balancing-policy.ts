import type { AsyncCassandraError } from '../errors/index.ts';
import type { ClusterView, NodeDistance, NodeInfo } from '../metadata/index.ts';
import type { Consistency } from '../protocol/index.ts';
import type { BreakerState } from './node-breaker.ts';

/** What a statement does, as far as routing and retries are concerned. `other` is treated as a write that is not idempotent. */
export type StatementKind = 'read' | 'write' | 'schema' | 'use' | 'other';

/** What a load balancing policy knows of a request. */
export interface RoutingInfo {
  /** The keyspace that the request works on, when it is known. */
  readonly keyspace: string | undefined;
  readonly kind: StatementKind;
  /** Whether it is a lightweight transaction. */
  readonly isConditional: boolean;
  readonly consistency: Consistency;
  /** Where the serial phase of a conditional statement takes place. */
  readonly serialConsistency?: 'SERIAL' | 'LOCAL_SERIAL';
  /** Full replicas of its partition key, the owner of the token first; empty when they are not known. */
  replicas(): readonly NodeInfo[];
  /** The same nodes in any order: cheaper where every node holds everything, since no token has to be computed. */
  replicaSet(): readonly NodeInfo[];
}

/** Chooses the nodes that a request is sent to, in which order. One instance serves one cluster. */
export interface LoadBalancingPolicy {
  /** Called once, before anything else. */
  init(view: ClusterView): void;
  /** How a node is to be treated. Asked again whenever the view's version has changed. */
  distance(node: NodeInfo): NodeDistance;
  /** The nodes to try, one after the other, none of them twice. Consumed lazily: most requests take the first one only. */
  plan(query: RoutingInfo): Iterator<NodeInfo>;
  /**
   * The first node to try, or null when there is none: for policies that can tell it without allocating. The request then calls
   * {@link plan} only when it needs another node, and passes over the first where the plan names it again.
   */
  first?(query: RoutingInfo): NodeInfo | null;
  /** A node has answered a request with a result. */
  onSuccess?(node: NodeInfo): void;
  /** An attempt at a node has ended with an error: one of the server's, a lost connection, or an attempt timeout. */
  onFailure?(node: NodeInfo, error: AsyncCassandraError): void;
  /** What the policy's circuit breaker makes of a node, for monitoring; policies without one leave this out. */
  breakerState?(node: NodeInfo): BreakerState;
}
