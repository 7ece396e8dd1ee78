import type { AsyncCassandraError } from '../../errors/index.ts';
import type { ClusterView, NodeDistance, NodeInfo } from '../../metadata/index.ts';
import type { LoadBalancingPolicy, RoutingInfo, StatementKind } from '../../policies/index.ts';
import type { Consistency } from '../../protocol/index.ts';

/** A request as it is, but for its replicas. */
class RoutedQuery implements RoutingInfo {
  readonly #query: RoutingInfo;
  readonly #replicas: readonly NodeInfo[];

  constructor(query: RoutingInfo, replicas: readonly NodeInfo[]) {
    this.#query = query;
    this.#replicas = replicas;
  }

  get keyspace(): string | undefined {
    return this.#query.keyspace;
  }

  get kind(): StatementKind {
    return this.#query.kind;
  }

  get isConditional(): boolean {
    return this.#query.isConditional;
  }

  get consistency(): Consistency {
    return this.#query.consistency;
  }

  replicas(): readonly NodeInfo[] {
    return this.#replicas;
  }

  replicaSet(): readonly NodeInfo[] {
    return this.#replicas;
  }
}

/** The session's policy, which is told the replicas of a token range: a request without a partition key has none itself. */
export class RangeRouting implements LoadBalancingPolicy {
  readonly #policy: LoadBalancingPolicy;
  readonly #replicas: readonly NodeInfo[];

  constructor(policy: LoadBalancingPolicy, replicas: readonly NodeInfo[]) {
    this.#policy = policy;
    this.#replicas = replicas;
  }

  /** The policy was initialised by the cluster that it serves. */
  init(_view: ClusterView): void {
    // Nothing of its own.
  }

  distance(node: NodeInfo): NodeDistance {
    return this.#policy.distance(node);
  }

  first(query: RoutingInfo): NodeInfo | null {
    return this.#policy.first?.(new RoutedQuery(query, this.#replicas)) ?? null;
  }

  plan(query: RoutingInfo): Iterator<NodeInfo> {
    return this.#policy.plan(new RoutedQuery(query, this.#replicas));
  }

  onSuccess(node: NodeInfo): void {
    this.#policy.onSuccess?.(node);
  }

  onFailure(node: NodeInfo, error: AsyncCassandraError): void {
    this.#policy.onFailure?.(node, error);
  }
}
