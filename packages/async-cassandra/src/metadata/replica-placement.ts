import type { NodeInfo } from './node-info.ts';
import type { Replication, ReplicationFactor } from './replication.ts';
import type { TokenRing } from './token-ring.ts';

/** A ring and the nodes that its owners' slots stand for. */
export interface Topology {
  readonly ring: TokenRing;
  readonly nodeAt: readonly (NodeInfo | undefined)[];
}

/** Finds the nodes that hold the data of one token. */
export interface ReplicaPlacement {
  /** Full replicas of the ring's token at `index`, in the order in which the ring is walked. */
  place(index: number): readonly NodeInfo[];
}

const NO_NODES: readonly NodeInfo[] = Object.freeze([]);
const nowhere: ReplicaPlacement = Object.freeze({ place: () => NO_NODES });

/**
 * The placement of a replication on a ring. `local` and unknown strategies have no replicas to route to: a system table is
 * every coordinator's own.
 */
export function createPlacement(replication: Replication, topology: Topology): ReplicaPlacement {
  switch (replication.strategy) {
    case 'simple':
      return new SimplePlacement(replication.factor, topology);
    case 'networkTopology':
      return new NetworkTopologyPlacement(replication.factors, topology);
    case 'everywhere': {
      const everyone = Object.freeze(ringNodes(topology));
      return { place: () => everyone };
    }
    default:
      return nowhere;
  }
}

/** The nodes that own tokens, in slot order. */
export function ringNodes({ ring, nodeAt }: Topology): NodeInfo[] {
  const owns = new Uint8Array(nodeAt.length);
  for (const slot of ring.owners) owns[slot] = 1;
  return nodeAt.filter((node, slot): node is NodeInfo => node !== undefined && owns[slot] === 1);
}

/** SimpleStrategy: the next distinct nodes on the ring, wherever they stand. The first ones are the full replicas. */
class SimplePlacement implements ReplicaPlacement {
  readonly #topology: Topology;
  readonly #count: number;

  constructor(factor: ReplicationFactor, topology: Topology) {
    this.#topology = topology;
    this.#count = Math.min(factor.all - factor.transient, ringNodes(topology).length);
  }

  place(index: number): readonly NodeInfo[] {
    const { ring, nodeAt } = this.#topology;
    const replicas: NodeInfo[] = [];
    for (let step = 0; step < ring.size && replicas.length < this.#count; step++) {
      const node = nodeAt[ring.owners[(index + step) % ring.size] as number];
      if (node !== undefined && !replicas.includes(node)) replicas.push(node);
    }
    return replicas;
  }
}

/** One data centre while the ring is walked. */
class DataCenterWalk {
  /** How many replicas, transient ones included, it can have. */
  readonly limit: number;
  readonly rackCount: number;
  /** Its replicas that are transient. */
  readonly transient: number;
  /** Accepted replicas, in order of acceptance. */
  readonly accepted: NodeInfo[] = [];
  readonly #racks = new Set<string>();
  /** Nodes met so far, in order. */
  readonly #met = new Set<NodeInfo>();
  /** Nodes passed over because their rack had a replica already. */
  readonly #skipped: NodeInfo[] = [];

  constructor(factor: ReplicationFactor, nodeCount: number, rackCount: number) {
    this.limit = Math.min(factor.all, nodeCount);
    this.rackCount = rackCount;
    this.transient = Math.max(0, factor.transient - (factor.all - this.limit));
  }

  reset(): void {
    this.accepted.length = 0;
    this.#racks.clear();
    this.#met.clear();
    this.#skipped.length = 0;
  }

  get isDone(): boolean {
    return this.accepted.length >= this.limit;
  }

  /** Takes the next node of the ring; appends to `replicas` what it accepts. */
  visit(node: NodeInfo, replicas: NodeInfo[]): void {
    if (this.isDone || this.#met.has(node)) return;
    this.#met.add(node);
    if (this.#racks.size < this.rackCount && this.#racks.has(node.rack)) {
      this.#skipped.push(node);
      return;
    }
    this.#accept(node, replicas);
    this.#racks.add(node.rack);
    if (this.#racks.size < this.rackCount) return;
    for (const skipped of this.#skipped.splice(0)) {
      if (!this.isDone) this.#accept(skipped, replicas);
    }
  }

  /** The server makes those transient that are met last. */
  transientReplicas(): readonly NodeInfo[] {
    return this.transient === 0
      ? NO_NODES
      : [...this.#met].filter((node) => this.accepted.includes(node)).slice(-this.transient);
  }

  #accept(node: NodeInfo, replicas: NodeInfo[]): void {
    this.accepted.push(node);
    replicas.push(node);
  }
}

/**
 * NetworkTopologyStrategy: in each data centre the next distinct nodes on the ring, one a rack at first. Nodes passed over for
 * their rack follow as soon as each rack has one.
 */
class NetworkTopologyPlacement implements ReplicaPlacement {
  readonly #topology: Topology;
  readonly #walks: Map<string, DataCenterWalk>;

  constructor(factors: ReadonlyMap<string, ReplicationFactor>, topology: Topology) {
    this.#topology = topology;
    this.#walks = new Map();
    const nodes = ringNodes(topology);
    for (const [dataCenter, factor] of factors) {
      const members = nodes.filter((node) => node.dataCenter === dataCenter);
      const walk = new DataCenterWalk(factor, members.length, new Set(members.map((node) => node.rack)).size);
      if (walk.limit > 0) this.#walks.set(dataCenter, walk);
    }
  }

  place(index: number): readonly NodeInfo[] {
    const { ring, nodeAt } = this.#topology;
    let missing = 0;
    for (const walk of this.#walks.values()) {
      walk.reset();
      missing += walk.limit;
    }
    const replicas: NodeInfo[] = [];
    for (let step = 0; step < ring.size && replicas.length < missing; step++) {
      const node = nodeAt[ring.owners[(index + step) % ring.size] as number];
      if (node !== undefined) this.#walks.get(node.dataCenter)?.visit(node, replicas);
    }
    return this.#withoutTransient(replicas);
  }

  #withoutTransient(replicas: readonly NodeInfo[]): readonly NodeInfo[] {
    let full = replicas;
    for (const walk of this.#walks.values()) {
      const transient = walk.transientReplicas();
      if (transient.length > 0) full = full.filter((node) => !transient.includes(node));
    }
    return full;
  }
}
