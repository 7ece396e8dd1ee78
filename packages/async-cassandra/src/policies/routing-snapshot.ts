import type { ClusterView, NodeDistance, NodeInfo } from '../metadata/index.ts';

/** How near a node is: plans go from near to far. */
export const Tier = { LOCAL_RACK: 0, LOCAL_DATA_CENTER: 1, REMOTE: 2, NONE: 3 } as const;

/** How nodes are told apart by place. */
export interface PlaceRules {
  /** Overrides the view's. */
  readonly localDataCenter: string | undefined;
  /** Overrides the view's. */
  readonly localRack: string | undefined;
  readonly nodeFilter: ((node: NodeInfo) => boolean) | undefined;
  /** Whether remote data centres are used at all. */
  readonly usesRemote: boolean;
  /** The remote data centres that are used, in order of preference; all of them, in no order, when undefined. */
  readonly remoteDataCenters: readonly string[] | undefined;
  /** How many nodes of each are used. */
  readonly nodesPerRemoteDataCenter: number;
}

/**
 * What a load balancing policy derives from one version of the cluster's view, computed once: choosing a node is then a few reads of
 * arrays by slot.
 */
export class RoutingSnapshot {
  readonly version: number;
  readonly viewDataCenter: string;
  /** Nodes that are up in the local rack; in the whole local data centre when no rack is known. */
  readonly localRack: readonly NodeInfo[];
  /** Nodes that are up in the rest of the local data centre. */
  readonly localDataCenter: readonly NodeInfo[];
  /** Nodes that are up elsewhere, by preference: groups of equals. */
  readonly remote: readonly (readonly NodeInfo[])[];
  /** Every slot in use is below this. */
  readonly slotCount: number;
  /** When the last node to come back did so; 0: none ever went down. */
  readonly lastReturnMs: number;
  readonly #nodeAt: readonly (NodeInfo | undefined)[];
  readonly #tierAt: Uint8Array;
  readonly #upSinceAt: Float64Array;
  readonly #distanceAt: readonly NodeDistance[];

  constructor(view: ClusterView, rules: PlaceRules) {
    this.version = view.version;
    this.viewDataCenter = view.localDataCenter;
    const slotCount = view.nodes.reduce((most, node) => Math.max(most, node.slot + 1), 0);
    const nodeAt = new Array<NodeInfo | undefined>(slotCount).fill(undefined);
    const tierAt = new Uint8Array(slotCount).fill(Tier.NONE);
    const upSinceAt = new Float64Array(slotCount);
    const distances = new Array<NodeDistance>(slotCount).fill('ignored');
    const tiers: [NodeInfo[], NodeInfo[], NodeInfo[]] = [[], [], []];
    const rack = rules.localRack ?? view.localRack;
    let lastReturnMs = 0;
    for (const [node, distance] of distancesOf(view, rules)) {
      const { slot } = node;
      nodeAt[slot] = node;
      distances[slot] = distance;
      if (distance === 'ignored' || !view.isUp(node)) continue;
      const isNear = rack === undefined || node.rack === rack;
      const tier = distance === 'remote' ? Tier.REMOTE : isNear ? Tier.LOCAL_RACK : Tier.LOCAL_DATA_CENTER;
      tierAt[slot] = tier;
      tiers[tier].push(node);
      const upSince = view.upSinceMs(node);
      upSinceAt[slot] = upSince;
      if (upSince > lastReturnMs) lastReturnMs = upSince;
    }
    this.localRack = tiers[Tier.LOCAL_RACK];
    this.localDataCenter = tiers[Tier.LOCAL_DATA_CENTER];
    this.remote = groupRemotes(tiers[Tier.REMOTE], rules.remoteDataCenters);
    this.slotCount = slotCount;
    this.lastReturnMs = lastReturnMs;
    this.#nodeAt = nodeAt;
    this.#tierAt = tierAt;
    this.#upSinceAt = upSinceAt;
    this.#distanceAt = distances;
  }

  /** How near a node is; `Tier.NONE` when it is down, ignored or gone. The node may be described by another snapshot. */
  tierOf(node: NodeInfo): number {
    const known = this.#nodeAt[node.slot];
    if (known !== node && known?.hostId !== node.hostId) return Tier.NONE;
    return this.#tierAt[node.slot] as number;
  }

  /** This snapshot's description of a node whose tier is not `Tier.NONE`. */
  current(node: NodeInfo): NodeInfo {
    return this.#nodeAt[node.slot] as NodeInfo;
  }

  /** The node at a slot, down or not. */
  nodeAt(slot: number): NodeInfo | undefined {
    return this.#nodeAt[slot];
  }

  /** Since when the node at a slot is up; 0 when it was never down, or is now. */
  upSinceMs(slot: number): number {
    return this.#upSinceAt[slot] ?? 0;
  }

  /** The distance of a node; undefined when the snapshot does not have it. */
  distanceOf(node: NodeInfo): NodeDistance | undefined {
    return this.#nodeAt[node.slot]?.hostId === node.hostId ? this.#distanceAt[node.slot] : undefined;
  }
}

/** Where a node is, without regard to how many others are there. */
export function placeOf(node: NodeInfo, viewDataCenter: string, rules: PlaceRules): NodeDistance {
  if (rules.nodeFilter !== undefined && !rules.nodeFilter(node)) return 'ignored';
  const local = rules.localDataCenter ?? viewDataCenter;
  if (local === '' || node.dataCenter === local) return 'local';
  const isUsed = rules.usesRemote && (rules.remoteDataCenters?.includes(node.dataCenter) ?? true);
  return isUsed ? 'remote' : 'ignored';
}

/** Of a remote data centre the same few nodes are used whatever their states, so that connections to them stay: the first by host id. */
function distancesOf(view: ClusterView, rules: PlaceRules): [NodeInfo, NodeDistance][] {
  const counts = new Map<string, number>();
  const nodes = [...view.nodes].sort((a, b) => (a.hostId < b.hostId ? -1 : 1));
  return nodes.map((node) => {
    const distance = placeOf(node, view.localDataCenter, rules);
    if (distance !== 'remote') return [node, distance];
    const count = (counts.get(node.dataCenter) ?? 0) + 1;
    counts.set(node.dataCenter, count);
    return [node, count > rules.nodesPerRemoteDataCenter ? 'ignored' : 'remote'];
  });
}

function groupRemotes(
  nodes: readonly NodeInfo[],
  order: readonly string[] | undefined,
): readonly (readonly NodeInfo[])[] {
  if (order === undefined) return [nodes];
  return order.map((dataCenter) => nodes.filter((node) => node.dataCenter === dataCenter));
}
