import type { Connection, EndPoint, Seams } from '../connection/index.ts';
import type { Logger } from '../diagnostics/index.ts';
import type { ClusterView, NodeDistance, NodeInfo } from '../metadata/index.ts';
import type { SchemaChange } from '../protocol/index.ts';
import { type ClusterListener, ClusterNotifier } from './cluster-listener.ts';
import { ClusterNode, isNodeUp } from './cluster-node.ts';
import { changesTopology, type NodeDiff } from './node-diff.ts';

/** Sessions and the like, which keep something for each node. Called after the state has changed. */
export interface NodeFollower {
  nodeAdded?(node: ClusterNode): void;
  nodeRemoved?(node: ClusterNode): void;
  /** The node is reached at another address now. */
  nodeMoved?(node: ClusterNode): void;
  /** Its distance is another one. */
  nodeDistanceChanged?(node: ClusterNode): void;
  /** There is news that the node is up, from gossip or because someone is connected; its state may not say so yet. */
  nodeSaidUp?(node: ClusterNode): void;
}

export interface ClusterStateOptions {
  readonly seams: Pick<Seams, 'timers' | 'random'>;
  readonly listener: ClusterListener;
  readonly logger: Logger;
}

/**
 * The nodes of the cluster as the driver sees them now: who is a member (told by the control connection), who is up
 * (told by everyone who opens connections), how busy each is. What policies see of it is the `ClusterView`. All changes
 * go through here, and each leaves a consistent state before anybody is told.
 */
export class ClusterState implements ClusterView {
  /** Grows with each change of members, places or up states. */
  version = 0;
  localDataCenter = '';
  localRack: string | undefined = undefined;
  readonly #seams: Pick<Seams, 'timers' | 'random'>;
  /** Tells what happens. */
  readonly notifier: ClusterNotifier;
  readonly #followers = new Set<NodeFollower>();
  readonly #slots: (ClusterNode | undefined)[] = [];
  #members: ReadonlyMap<string, NodeInfo> = new Map();
  #nodes: readonly NodeInfo[] = [];
  #isUnknown = true;
  #distancesAreDue = false;
  #distanceOf: (node: NodeInfo) => NodeDistance = () => 'local';

  constructor(options: ClusterStateOptions) {
    this.#seams = options.seams;
    this.notifier = new ClusterNotifier(options.listener, options.seams.timers, options.logger);
  }

  get nodes(): readonly NodeInfo[] {
    return this.#nodes;
  }

  /** Members by host id. */
  get members(): ReadonlyMap<string, NodeInfo> {
    return this.#members;
  }

  /** The live state of a node; undefined when it is no member any more. */
  nodeOf(info: NodeInfo): ClusterNode | undefined {
    const node = this.#slots[info.slot];
    return node !== undefined && (node.info === info || node.info.hostId === info.hostId) ? node : undefined;
  }

  nodeByHostId(hostId: string): ClusterNode | undefined {
    const info = this.#members.get(hostId);
    return info === undefined ? undefined : this.#slots[info.slot];
  }

  /** The node that events name by this address: exactly, or by address alone when only one node has it. */
  nodeAt(address: string, port: number): ClusterNode | undefined {
    const sameAddress = this.#nodes.filter((node) => node.address === address);
    const exact = sameAddress.find((node) => node.port === port);
    const found = exact ?? (sameAddress.length === 1 ? sameAddress[0] : undefined);
    return found === undefined ? undefined : this.#slots[found.slot];
  }

  /** Whether a member advertises exactly this address. */
  hasMemberAt(address: string, port: number): boolean {
    return this.#nodes.some((node) => node.address === address && node.port === port);
  }

  *clusterNodes(): Generator<ClusterNode> {
    for (const node of this.#slots) if (node !== undefined) yield node;
  }

  isUp(info: NodeInfo): boolean {
    return this.nodeOf(info)?.isUp ?? false;
  }

  inFlight(info: NodeInfo): number {
    return this.nodeOf(info)?.inFlight ?? 0;
  }

  upSinceMs(info: NodeInfo): number {
    return this.nodeOf(info)?.upSinceMs ?? 0;
  }

  isSlow(info: NodeInfo): boolean {
    return this.nodeOf(info)?.isSlow ?? false;
  }

  now(): number {
    return this.#seams.timers.now();
  }

  random(): number {
    return this.#seams.random();
  }

  follow(follower: NodeFollower): void {
    this.#followers.add(follower);
  }

  unfollow(follower: NodeFollower): void {
    this.#followers.delete(follower);
  }

  /** Says how far nodes are from now on; asked again whenever a node is described anew. */
  useDistances(distanceOf: (node: NodeInfo) => NodeDistance): void {
    this.#distanceOf = distanceOf;
    this.#updateDistances();
  }

  /**
   * Takes in what a reading of the system tables has changed.
   * @param targets - where to connect, by host id
   * @returns whether it is news that the topology has changed, to be told once the ring is the new one
   */
  applyNodes(diff: NodeDiff, targets: ReadonlyMap<string, EndPoint>): boolean {
    const isFirst = this.#isUnknown;
    this.#isUnknown = false;
    this.#members = diff.nodes;
    this.#nodes = Object.freeze([...diff.nodes.values()]);
    const removed = diff.removed.map((info) => this.#takeSlot(info));
    for (const { after } of diff.changed) (this.#slots[after.slot] as ClusterNode).info = after;
    const added = diff.added.map((info) => this.#fillSlot(info, targets, isFirst));
    const moved = this.#moveTargets(targets);
    if (removed.length + added.length + diff.changed.length + moved.length > 0) this.#changed();

    for (const node of removed) this.#tell((follower) => follower.nodeRemoved?.(node));
    for (const node of added) this.#tell((follower) => follower.nodeAdded?.(node));
    for (const node of moved) this.#tell((follower) => follower.nodeMoved?.(node));
    // What is there at first contact is no news.
    if (isFirst) return false;
    for (const node of removed) this.notifier.nodeRemoved(node.info);
    for (const node of added) {
      this.notifier.nodeAdded(node.info);
      if (node.isUp) this.notifier.nodeUp(node.info);
    }
    return changesTopology(diff);
  }

  /** Nodes came, went or moved, and the ring is that of the nodes that there are now. */
  tellTopologyChange(): void {
    this.notifier.topologyChange();
  }

  /** A session or the control connection has a connection to the node. */
  connectionOpened(node: ClusterNode, connection: Connection): void {
    node.connections.push(connection);
    this.notifier.connectionOpened(node.info);
    this.#reconsider(node);
  }

  connectionClosed(node: ClusterNode, connection: Connection): void {
    const at = node.connections.indexOf(connection);
    if (at >= 0) {
      node.connections.splice(at, 1);
      this.notifier.connectionClosed(node.info);
    }
    this.#reconsider(node);
  }

  /** A pool has no connection to the node and cannot get one, or is not in that state any more. */
  poolFailing(node: ClusterNode, failing: boolean): void {
    node.failingPools += failing ? 1 : -1;
    this.#reconsider(node);
  }

  /** Gossip says, or an attempt outside of the pools has shown, that the node is down. Live connections know better. */
  saidDown(node: ClusterNode): void {
    this.#reconsider(node, 'DOWN');
  }

  /** There is news that the node is up: those who are trying to connect do so at once. */
  saidUp(node: ClusterNode): void {
    this.#reconsider(node, 'UP');
    this.#tell((follower) => follower.nodeSaidUp?.(node));
  }

  /** The schema has changed, and what is known of it is up to date. */
  tellSchemaChange(change: SchemaChange): void {
    this.notifier.schemaChange(change);
  }

  #reconsider(node: ClusterNode, news?: 'UP' | 'DOWN'): void {
    const isUp = isNodeUp(node.isUp, node.connections.length, node.failingPools, news);
    if (isUp === node.isUp) return;
    node.isUp = isUp;
    if (isUp) node.upSinceMs = this.now();
    // A node that is no member any more changes silently.
    if (this.#slots[node.info.slot] !== node) return;
    this.#changed();
    if (isUp) this.notifier.nodeUp(node.info);
    else this.notifier.nodeDown(node.info);
    if (isUp && news === undefined) this.#tell((follower) => follower.nodeSaidUp?.(node));
  }

  /** Policies may see nodes otherwise now; they are asked when the work at hand is done. */
  #changed(): void {
    this.version++;
    if (this.#distancesAreDue) return;
    this.#distancesAreDue = true;
    this.#seams.timers.nextTick(() => {
      this.#distancesAreDue = false;
      this.#updateDistances();
    });
  }

  #takeSlot(info: NodeInfo): ClusterNode {
    const node = this.#slots[info.slot] as ClusterNode;
    this.#slots[info.slot] = undefined;
    return node;
  }

  /**
   * All nodes are taken to be up at first contact. One that is added later is up once somebody is connected to it, so that
   * nothing is sent to it before; where nobody will try, it is up as long as gossip says nothing else.
   */
  #fillSlot(info: NodeInfo, targets: ReadonlyMap<string, EndPoint>, isFirst: boolean): ClusterNode {
    const node = new ClusterNode(info, targets.get(info.hostId) ?? { host: info.address, port: info.port }, () =>
      this.now(),
    );
    node.distance = this.#distanceOf(info);
    node.isUp = isFirst || node.distance === 'ignored';
    this.#slots[info.slot] = node;
    return node;
  }

  #moveTargets(targets: ReadonlyMap<string, EndPoint>): ClusterNode[] {
    const moved: ClusterNode[] = [];
    for (const [hostId, target] of targets) {
      const node = this.nodeByHostId(hostId);
      if (node === undefined || node.target === target) continue;
      const isElsewhere = node.target.host !== target.host || node.target.port !== target.port;
      node.target = target;
      if (isElsewhere) moved.push(node);
    }
    return moved;
  }

  #updateDistances(): void {
    for (const node of [...this.clusterNodes()]) {
      const distance = this.#distanceOf(node.info);
      if (distance === node.distance) continue;
      node.distance = distance;
      this.version++;
      this.#tell((follower) => follower.nodeDistanceChanged?.(node));
    }
  }

  #tell(what: (follower: NodeFollower) => void): void {
    for (const follower of [...this.#followers]) what(follower);
  }
}
