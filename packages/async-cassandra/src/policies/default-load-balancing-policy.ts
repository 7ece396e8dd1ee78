import type { AsyncCassandraError } from '../errors/index.ts';
import type { ClusterView, NodeDistance, NodeInfo } from '../metadata/index.ts';
import {
  type DefaultLoadBalancingPolicyOptions,
  type DefaultLoadBalancingSettings,
  readDefaultLoadBalancingOptions,
} from './default-load-balancing-options.ts';
import { isNodeFailure } from './is-node-failure.ts';
import type { LoadBalancingPolicy, RoutingInfo } from './load-balancing-policy.ts';
import { type BreakerState, NodeBreaker } from './node-breaker.ts';
import { Health, type PlanSource, queryPlan } from './query-plan.ts';
import { placeOf, RoutingSnapshot, Tier } from './routing-snapshot.ts';

/**
 * Sends each request to a replica in the local data centre, in the local rack if one is set: of two random ones to the one with fewer
 * requests in flight. Nodes that leave requests unanswered, fail them or have just returned come later. Lightweight transactions go to
 * replicas in the ring's own order, so that all clients contend at the same node.
 *
 * The choice of the first node allocates nothing, unless the nodes it falls on are in trouble.
 */
export class DefaultLoadBalancingPolicy implements LoadBalancingPolicy {
  readonly #settings: DefaultLoadBalancingSettings;
  readonly #breaker: NodeBreaker | null;
  readonly #planSource: PlanSource;
  #view!: ClusterView;
  #snapshot: RoutingSnapshot | null = null;
  /** Until when a node that has returned is spared; 0: none is. */
  #warmUntilMs = 0;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: DefaultLoadBalancingPolicyOptions = {}) {
    this.#settings = readDefaultLoadBalancingOptions(options);
    const { circuitBreaker } = this.#settings;
    this.#breaker =
      circuitBreaker === null ? null : new NodeBreaker('loadBalancingPolicy.circuitBreaker', circuitBreaker);
    this.#planSource = {
      inFlight: (node) => this.#view.inFlight(node),
      random: () => this.#view.random(),
      healthOf: (node) => this.#healthOf(node),
    };
  }

  init(view: ClusterView): void {
    this.#view = view;
    this.#snapshot = null;
  }

  distance(node: NodeInfo): NodeDistance {
    return this.#current().distanceOf(node) ?? placeOf(node, this.#view.localDataCenter, this.#settings.rules);
  }

  first(query: RoutingInfo): NodeInfo | null {
    const snapshot = this.#current();
    const replicas = replicasFor(query);
    let node: NodeInfo | null;
    if (replicas.length === 0) node = this.#chooseOther(snapshot.localRack);
    else if (query.isConditional) node = this.#chooseInOrder(snapshot, replicas);
    else node = this.#chooseReplica(snapshot, replicas);
    return node ?? this.#firstOfPlan(query);
  }

  plan(query: RoutingInfo): Generator<NodeInfo, undefined> {
    const { rules, allowsLocalConsistencies } = this.#settings;
    const isLocalOnly = !allowsLocalConsistencies && isLocal(query);
    return queryPlan(this.#current(), this.#planSource, {
      replicas: replicasFor(query),
      isOrdered: query.isConditional,
      allowsRemote: rules.usesRemote && !isLocalOnly,
    });
  }

  onSuccess(node: NodeInfo): void {
    this.#breaker?.succeeded(node.slot);
  }

  onFailure(node: NodeInfo, error: AsyncCassandraError): void {
    if (this.#breaker === null || this.#current().distanceOf(node) === undefined) return;
    if (isNodeFailure(error)) this.#breaker.failed(node.slot, this.#view.now());
    else this.#breaker.succeeded(node.slot);
  }

  breakerState(node: NodeInfo): BreakerState {
    const isKnown = this.#breaker !== null && this.#current().distanceOf(node) !== undefined;
    return isKnown ? this.#breaker.stateOf(node.slot, this.#view.now()) : 'closed';
  }

  /** Of two random replicas of the nearest tier the less busy one, or the other; null when neither is sound. */
  #chooseReplica(snapshot: RoutingSnapshot, replicas: readonly NodeInfo[]): NodeInfo | null {
    let nearest: number = Tier.REMOTE;
    let count = 0;
    for (let i = 0; i < replicas.length; i++) {
      const tier = snapshot.tierOf(replicas[i] as NodeInfo);
      if (tier < nearest) {
        nearest = tier;
        count = 1;
      } else if (tier === nearest) count++;
    }
    if (nearest === Tier.REMOTE) return null;
    if (count === 1) return this.#soundOf(nth(snapshot, replicas, nearest, 0), null);
    const lot = this.#view.random() * count;
    const one = Math.floor(lot);
    let other = one + 1 + Math.floor((lot - one) * (count - 1));
    if (other >= count) other -= count;
    const areAllNear = count === replicas.length;
    return this.#lessBusy(
      areAllNear ? snapshot.current(replicas[one] as NodeInfo) : nth(snapshot, replicas, nearest, one),
      areAllNear ? snapshot.current(replicas[other] as NodeInfo) : nth(snapshot, replicas, nearest, other),
    );
  }

  /** The same among nodes that are all alike. */
  #chooseOther(nodes: readonly NodeInfo[]): NodeInfo | null {
    const count = nodes.length;
    if (count === 0) return null;
    if (count === 1) return this.#soundOf(nodes[0] as NodeInfo, null);
    const lot = this.#view.random() * count;
    const one = Math.floor(lot);
    let other = one + 1 + Math.floor((lot - one) * (count - 1));
    if (other >= count) other -= count;
    return this.#lessBusy(nodes[one] as NodeInfo, nodes[other] as NodeInfo);
  }

  /** The first local replica, if it is not in trouble. One that has just returned does as well: clients agree on it. */
  #chooseInOrder(snapshot: RoutingSnapshot, replicas: readonly NodeInfo[]): NodeInfo | null {
    for (let i = 0; i < replicas.length; i++) {
      const node = replicas[i] as NodeInfo;
      if (snapshot.tierOf(node) >= Tier.REMOTE) continue;
      return this.#healthOf(node) === Health.UNSOUND ? null : snapshot.current(node);
    }
    return null;
  }

  #lessBusy(one: NodeInfo, other: NodeInfo): NodeInfo | null {
    const isOtherLessBusy = this.#view.inFlight(other) < this.#view.inFlight(one);
    return isOtherLessBusy ? this.#soundOf(other, one) : this.#soundOf(one, other);
  }

  #soundOf(node: NodeInfo, otherwise: NodeInfo | null): NodeInfo | null {
    if (this.#healthOf(node) === Health.SOUND) return node;
    return otherwise !== null && this.#healthOf(otherwise) === Health.SOUND ? otherwise : null;
  }

  /** When it finds a broken node fit for a request, that request is the node's probe. */
  #healthOf(node: NodeInfo): number {
    if (this.#view.isSlow(node)) return Health.UNSOUND;
    const breaker = this.#breaker !== null && this.#breaker.openCount > 0 ? this.#breaker : null;
    if (breaker?.isShut(node.slot, this.#view.now()) === true) return Health.UNSOUND;
    if (this.#warmUntilMs > 0 && this.#isWarming(node)) return Health.WARMING;
    breaker?.enter(node.slot, this.#view.now());
    return Health.SOUND;
  }

  #firstOfPlan(query: RoutingInfo): NodeInfo | null {
    const step = this.plan(query).next();
    return step.done === true ? null : step.value;
  }

  /** A node that has returned is the likelier to be spared the shorter ago that was: its caches are cold. */
  #isWarming(node: NodeInfo): boolean {
    const now = this.#view.now();
    if (now >= this.#warmUntilMs) {
      this.#warmUntilMs = 0;
      return false;
    }
    const upSince = this.#current().upSinceMs(node.slot);
    const age = now - upSince;
    const { warmUpMs } = this.#settings;
    return upSince > 0 && age < warmUpMs && this.#view.random() * warmUpMs >= age;
  }

  #current(): RoutingSnapshot {
    const snapshot = this.#snapshot;
    const view = this.#view;
    const isCurrent =
      snapshot !== null && snapshot.version === view.version && snapshot.viewDataCenter === view.localDataCenter;
    return isCurrent ? snapshot : this.#renew(snapshot);
  }

  #renew(before: RoutingSnapshot | null): RoutingSnapshot {
    const { rules, warmUpMs } = this.#settings;
    const snapshot = new RoutingSnapshot(this.#view, rules);
    this.#snapshot = snapshot;
    this.#warmUntilMs = snapshot.lastReturnMs === 0 ? 0 : snapshot.lastReturnMs + warmUpMs;
    this.#breaker?.reserve(snapshot.slotCount);
    if (before !== null) this.#forgetReturned(before, snapshot);
    return snapshot;
  }

  /** What the breaker knows of nodes that came back, or took the slots of others, is no longer true. */
  #forgetReturned(before: RoutingSnapshot, after: RoutingSnapshot): void {
    for (let slot = 0; slot < before.slotCount; slot++) {
      const isSame = before.nodeAt(slot)?.hostId === after.nodeAt(slot)?.hostId;
      if (!isSame || after.upSinceMs(slot) > before.upSinceMs(slot)) this.#breaker?.reset(slot);
    }
  }
}

/**
 * Whether "local" in what the request asks for would be another place in another data centre. Conditional statements whose
 * serial phase is local must all take place in one, else they would not exclude each other.
 */
function isLocal(query: RoutingInfo): boolean {
  return query.consistency.startsWith('LOCAL_') || (query.isConditional && query.serialConsistency === 'LOCAL_SERIAL');
}

/** Only conditional statements mind the order. */
function replicasFor(query: RoutingInfo): readonly NodeInfo[] {
  return query.isConditional ? query.replicas() : query.replicaSet();
}

/** The n-th of the replicas in a tier, as the snapshot describes it. */
function nth(snapshot: RoutingSnapshot, replicas: readonly NodeInfo[], tier: number, n: number): NodeInfo {
  let at = -1;
  for (let seen = -1; seen < n; ) {
    at++;
    if (snapshot.tierOf(replicas[at] as NodeInfo) === tier) seen++;
  }
  return snapshot.current(replicas[at] as NodeInfo);
}
