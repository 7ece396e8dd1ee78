import { murmur3 } from './murmur3.ts';
import type { NodeInfo } from './node-info.ts';
import { createPlacement, type ReplicaPlacement, ringNodes, type Topology } from './replica-placement.ts';
import { type Replication, replicationKey } from './replication.ts';
import { MIN_TOKEN } from './token.ts';
import { TokenPair, tokenFromWords } from './token-pair.ts';
import { TokenRange } from './token-range.ts';
import { emptyRing, type TokenRing } from './token-ring.ts';
import { buildTokenRing } from './token-ring-builder.ts';
import { Slicer, type Turns } from './turns.ts';

/** A token range and the nodes that hold its data. */
export interface ReplicatedRange {
  readonly range: TokenRange;
  readonly replicas: readonly NodeInfo[];
}

/** What building the ring took; published by the metrics. */
export interface TokenMapStatistics {
  readonly tokens: number;
  /** Milliseconds from begin to end, other work of the event loop included. */
  readonly buildMs: number;
  /** Turns of the event loop it was spread over. */
  readonly slices: number;
  /** Steps in the longest turn. */
  readonly largestSlice: number;
}

const NO_NODES: readonly NodeInfo[] = Object.freeze([]);
const NO_STATISTICS: TokenMapStatistics = Object.freeze({ tokens: 0, buildMs: 0, slices: 0, largestSlice: 0 });

/** Replica sets of one replication, each computed when it is first asked for. */
class ReplicaSets {
  readonly #placement: ReplicaPlacement;
  readonly #sets: (readonly NodeInfo[] | undefined)[];
  readonly #nodeCount: number;
  /** Null: nobody has asked yet. */
  #everyone: readonly NodeInfo[] | undefined | null = null;

  constructor(placement: ReplicaPlacement, size: number, nodeCount: number) {
    this.#placement = placement;
    this.#sets = new Array<readonly NodeInfo[] | undefined>(size).fill(undefined);
    this.#nodeCount = nodeCount;
  }

  /** All nodes of the ring, when each of them holds everything: every token has as many replicas as the first. */
  get everyone(): readonly NodeInfo[] | undefined {
    if (this.#everyone === null) this.#everyone = this.at(0).length === this.#nodeCount ? this.at(0) : undefined;
    return this.#everyone;
  }

  at(index: number): readonly NodeInfo[] {
    return this.#sets[index] ?? this.#compute(index);
  }

  #compute(index: number): readonly NodeInfo[] {
    const set = Object.freeze(this.#placement.place(index));
    this.#sets[index] = set;
    return set;
  }
}

/** A range whose replicas are computed when they are asked for: a large ring has tens of thousands. */
class LazyReplicatedRange implements ReplicatedRange {
  readonly range: TokenRange;
  readonly #sets: ReplicaSets | undefined;
  readonly #index: number;

  constructor(range: TokenRange, sets: ReplicaSets | undefined, index: number) {
    this.range = range;
    this.#sets = sets;
    this.#index = index;
  }

  get replicas(): readonly NodeInfo[] {
    return this.#sets?.at(this.#index) ?? NO_NODES;
  }
}

/** The token ring, and the replicas of each keyspace on it. Immutable but for what it remembers of its own answers. */
export class TokenMap {
  /**
   * The map of a cluster without tokens, or whose tokens the driver does not compute.
   * @internal
   */
  static readonly empty: TokenMap = new TokenMap({ ring: emptyRing, nodeAt: [] }, new Map(), NO_STATISTICS);

  /** @internal */
  readonly ring: TokenRing;
  readonly statistics: TokenMapStatistics;
  readonly #topology: Topology;
  readonly #replications: ReadonlyMap<string, Replication>;
  /** By keyspace; a keyspace enters when it is first asked for. */
  readonly #byKeyspace = new Map<string, ReplicaSets>();
  /** By replication, so that keyspaces replicated alike share them. */
  readonly #byReplication: Map<string, ReplicaSets>;
  readonly #token = new TokenPair();
  #ranges: readonly TokenRange[] | undefined;

  /** @internal */
  private constructor(
    topology: Topology,
    replications: ReadonlyMap<string, Replication>,
    statistics: TokenMapStatistics,
    byReplication: Map<string, ReplicaSets> = new Map<string, ReplicaSets>(),
  ) {
    this.ring = topology.ring;
    this.statistics = statistics;
    this.#topology = topology;
    this.#replications = replications;
    this.#byReplication = byReplication;
  }

  /**
   * Sorts the ring, a slice at a time, and returns the map on it.
   *
   * @param nodes - all nodes; their tokens are Murmur3 ones
   * @param replications - by keyspace
   * @param turns - gives the event loop its turn after each slice
   * @internal
   */
  static async build(
    nodes: readonly NodeInfo[],
    replications: ReadonlyMap<string, Replication>,
    turns: Turns,
  ): Promise<TokenMap> {
    const startedAt = turns.now();
    const slicer = new Slicer(turns);
    const ring = await buildTokenRing(nodes, slicer);
    const statistics = {
      tokens: ring.size,
      buildMs: turns.now() - startedAt,
      slices: slicer.slices,
      largestSlice: slicer.largest,
    };
    return new TokenMap({ ring, nodeAt: nodesBySlot(nodes) }, replications, Object.freeze(statistics));
  }

  /**
   * The same ring with nodes described anew: for changes that leave all tokens where they are.
   * @internal
   */
  withNodes(nodes: readonly NodeInfo[]): TokenMap {
    return new TokenMap({ ring: this.ring, nodeAt: nodesBySlot(nodes) }, this.#replications, this.statistics);
  }

  /**
   * The same ring with other keyspaces; replica sets that were computed are kept.
   * @internal
   */
  withReplications(replications: ReadonlyMap<string, Replication>): TokenMap {
    const computed = new Map<string, ReplicaSets>();
    for (const replication of replications.values()) {
      const key = replicationKey(replication);
      const sets = this.#byReplication.get(key);
      if (sets !== undefined) computed.set(key, sets);
    }
    return new TokenMap(this.#topology, replications, this.statistics, computed);
  }

  /**
   * The full replicas of a token, the owner of its range first; empty when the keyspace is unknown or has none to route to.
   *
   * @param hi - upper word of the token, as an int32
   * @param lo - its lower word
   * @internal
   */
  replicas(keyspace: string, hi: number, lo: number): readonly NodeInfo[] {
    if (this.ring.size === 0) return NO_NODES;
    const sets = this.#byKeyspace.get(keyspace) ?? this.#enter(keyspace);
    return sets === undefined ? NO_NODES : sets.at(this.ring.find(hi, lo));
  }

  /**
   * The full replicas of all tokens alike, in no particular order, when every node of the ring is one; else undefined. Who only wants to know
   * them is spared the token.
   * @internal
   */
  replicasOfAll(keyspace: string): readonly NodeInfo[] | undefined {
    if (this.ring.size === 0) return undefined;
    return (this.#byKeyspace.get(keyspace) ?? this.#enter(keyspace))?.everyone;
  }

  /**
   * The full replicas of the partition key that stands, serialised, at [start, end) of `bytes`.
   * @internal
   */
  replicasOfKey(keyspace: string, bytes: Uint8Array, start: number, end: number): readonly NodeInfo[] {
    const token = this.#token;
    murmur3(bytes, start, end, token);
    return this.replicas(keyspace, token.hi, token.lo);
  }

  /** All ranges of the ring, in its order; together they are the whole ring. */
  tokenRanges(): readonly TokenRange[] {
    this.#ranges ??= this.#computeRanges();
    return this.#ranges;
  }

  /** All ranges with their replicas in a keyspace, for scans that read each range from nodes that hold it. */
  replicatedRanges(keyspace: string): readonly ReplicatedRange[] {
    const sets = this.#byKeyspace.get(keyspace) ?? this.#enter(keyspace);
    return this.tokenRanges().map((range, index) => new LazyReplicatedRange(range, sets, index));
  }

  #enter(keyspace: string): ReplicaSets | undefined {
    const replication = this.#replications.get(keyspace);
    if (replication === undefined) return undefined;
    const key = replicationKey(replication);
    let sets = this.#byReplication.get(key);
    if (sets === undefined) {
      sets = new ReplicaSets(
        createPlacement(replication, this.#topology),
        this.ring.size,
        ringNodes(this.#topology).length,
      );
      this.#byReplication.set(key, sets);
    }
    this.#byKeyspace.set(keyspace, sets);
    return sets;
  }

  #computeRanges(): readonly TokenRange[] {
    const { hi, lo, size } = this.ring;
    if (size === 1) return Object.freeze([new TokenRange(MIN_TOKEN, MIN_TOKEN)]);
    const tokens = Array.from(hi, (word, index) => tokenFromWords(word, lo[index] as number));
    return Object.freeze(
      tokens.map((token, index) => new TokenRange(tokens[(index + size - 1) % size] as bigint, token)),
    );
  }
}

function nodesBySlot(nodes: readonly NodeInfo[]): readonly (NodeInfo | undefined)[] {
  let size = 0;
  for (const node of nodes) size = Math.max(size, node.slot + 1);
  const bySlot = new Array<NodeInfo | undefined>(size).fill(undefined);
  for (const node of nodes) bySlot[node.slot] = node;
  return bySlot;
}
