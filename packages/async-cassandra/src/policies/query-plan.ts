import type { NodeInfo } from '../metadata/index.ts';
import { type RoutingSnapshot, Tier } from './routing-snapshot.ts';

/** How fit a node is to take a request now. */
export const Health = { SOUND: 0, WARMING: 1, UNSOUND: 2 } as const;

/** What a plan asks the policy that makes it. */
export interface PlanSource {
  inFlight(node: NodeInfo): number;
  random(): number;
  /** Asked when the plan comes to the node, as the answer may make the request the probe of a broken one. */
  healthOf(node: NodeInfo): number;
}

/** What a plan is made for. */
export interface PlanRequest {
  readonly replicas: readonly NodeInfo[];
  /** Whether replicas are tried in their own order, for all clients to contend at the same one. */
  readonly isOrdered: boolean;
  readonly allowsRemote: boolean;
}

/**
 * The nodes for one request, each once, found as they are asked for:
 *
 * 1. local replicas, those in the local rack first, the less busy before the others; then those that have just returned
 * 2. other local nodes, the local rack first
 * 3. where they are allowed, remote replicas and other remote nodes
 * 4. nodes that were passed over because they are slow or broken
 */
export function* queryPlan(
  snapshot: RoutingSnapshot,
  source: PlanSource,
  request: PlanRequest,
): Generator<NodeInfo, undefined> {
  const sieve = new Sieve(snapshot, source);
  const replicas = sieve.known(request.replicas);
  const local = replicas.filter((node) => snapshot.tierOf(node) < Tier.REMOTE);
  if (request.isOrdered) yield* sieve.sound(local, Health.WARMING);
  else yield* sieve.sound(sieve.byTierAndLoad(local));
  yield* sieve.warming();
  for (const nodes of [snapshot.localRack, snapshot.localDataCenter]) {
    yield* sieve.sound(sieve.others(nodes, replicas));
  }
  yield* sieve.warming();
  if (request.allowsRemote) {
    yield* sieve.sound(replicas.filter((node) => snapshot.tierOf(node) === Tier.REMOTE));
    for (const nodes of snapshot.remote) yield* sieve.sound(sieve.others(nodes, replicas));
    yield* sieve.warming();
  }
  yield* sieve.unsound();
}

/** Lets sound nodes through and keeps the others for later. */
class Sieve {
  readonly #snapshot: RoutingSnapshot;
  readonly #source: PlanSource;
  #warming: NodeInfo[] = [];
  readonly #unsound: NodeInfo[] = [];

  constructor(snapshot: RoutingSnapshot, source: PlanSource) {
    this.#snapshot = snapshot;
    this.#source = source;
  }

  *sound(nodes: Iterable<NodeInfo>, worst: number = Health.SOUND): Generator<NodeInfo, void> {
    for (const node of nodes) {
      const health = this.#source.healthOf(node);
      if (health <= worst) yield node;
      else (health === Health.WARMING ? this.#warming : this.#unsound).push(node);
    }
  }

  *warming(): Generator<NodeInfo, void> {
    const nodes = this.#warming;
    this.#warming = [];
    yield* nodes;
  }

  *unsound(): Generator<NodeInfo, void> {
    yield* this.#unsound;
  }

  /** Replicas that can be used, as the snapshot describes them. */
  known(replicas: readonly NodeInfo[]): readonly NodeInfo[] {
    const usable = replicas.filter((node) => this.#snapshot.tierOf(node) !== Tier.NONE);
    return [...new Set(usable.map((node) => this.#snapshot.current(node)))];
  }

  /** Nodes in tiers; of one tier the less busy first, equally busy ones in random order. */
  byTierAndLoad(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
    return nodes
      .map((node) => ({
        node,
        tier: this.#snapshot.tierOf(node),
        load: this.#source.inFlight(node),
        lot: this.#source.random(),
      }))
      .sort((a, b) => a.tier - b.tier || a.load - b.load || a.lot - b.lot)
      .map(({ node }) => node);
  }

  /** Nodes other than the replicas, from a random one on; the less busy of two random ones comes first. */
  *others(nodes: readonly NodeInfo[], replicas: readonly NodeInfo[]): Generator<NodeInfo, void> {
    const count = nodes.length;
    if (count === 0) return;
    const one = Math.floor(this.#source.random() * count);
    const other = Math.floor(this.#source.random() * count);
    const isOtherLessBusy =
      this.#source.inFlight(nodes[other] as NodeInfo) < this.#source.inFlight(nodes[one] as NodeInfo);
    const start = isOtherLessBusy ? other : one;
    for (let step = 0; step < count; step++) {
      const node = nodes[(start + step) % count] as NodeInfo;
      if (!replicas.includes(node)) yield node;
    }
  }
}
