import type { ClusterView, NodeInfo } from '../../../src/metadata/index.ts';
import type { LoadBalancingPolicy, RetryContext, RoutingInfo } from '../../../src/policies/index.ts';
import { ConnectionError } from '../../../src/errors/index.ts';

/** A view of a cluster whose state a test sets; every change is a new version, but for load and slowness. */
export class FakeView implements ClusterView {
  nodes: readonly NodeInfo[];
  localDataCenter = 'dc1';
  localRack: string | undefined = undefined;
  version = 1;
  nowMs = 1_000_000;
  /** What `random` returns, one after the other; then a fixed sequence goes on. */
  lots: number[] = [];
  readonly busy = new Map<string, number>();
  readonly slow = new Set<string>();
  readonly #down = new Set<string>();
  readonly #upSince = new Map<string, number>();
  #random: () => number;

  constructor(nodes: readonly NodeInfo[], random: () => number = () => 0) {
    this.nodes = nodes;
    this.#random = random;
  }

  setNodes(nodes: readonly NodeInfo[]): void {
    this.nodes = nodes;
    this.version++;
  }

  setUp(node: NodeInfo, isUp: boolean): void {
    if (isUp) {
      if (this.#down.delete(node.hostId)) this.#upSince.set(node.hostId, this.nowMs);
    } else this.#down.add(node.hostId);
    this.version++;
  }

  isUp(node: NodeInfo): boolean {
    return !this.#down.has(node.hostId);
  }

  inFlight(node: NodeInfo): number {
    return this.busy.get(node.hostId) ?? 0;
  }

  upSinceMs(node: NodeInfo): number {
    return this.#upSince.get(node.hostId) ?? 0;
  }

  isSlow(node: NodeInfo): boolean {
    return this.slow.has(node.hostId);
  }

  now(): number {
    return this.nowMs;
  }

  random(): number {
    return this.lots.shift() ?? this.#random();
  }
}

/** All nodes in order of their addresses, up or not; without the short way for the first one. */
export class InOrder implements LoadBalancingPolicy {
  #view: ClusterView | null = null;

  init(view: ClusterView): void {
    this.#view = view;
  }

  distance(): 'local' {
    return 'local';
  }

  plan(): Iterator<NodeInfo> {
    return [...(this.#view?.nodes ?? [])].sort((a, b) => a.address.localeCompare(b.address)).values();
  }
}

/** A request as far as routing is concerned. */
export function routing(
  replicas: readonly NodeInfo[] = [],
  fields: Partial<Omit<RoutingInfo, 'replicas' | 'replicaSet'>> = {},
): RoutingInfo {
  return {
    keyspace: 'ks',
    kind: 'read',
    isConditional: false,
    consistency: 'QUORUM',
    ...fields,
    replicas: () => replicas,
    replicaSet: () => replicas,
  };
}

/** A failed attempt; what a test does not say is that of an idempotent read that was sent once. */
export function failure(fields: Partial<RetryContext> = {}): RetryContext {
  return {
    event: 'requestError',
    error: new ConnectionError('Connection lost, check the node'),
    retries: 0,
    isIdempotent: true,
    kind: 'read',
    isConditional: false,
    wasSent: true,
    consistency: 'QUORUM',
    node: '10.0.0.1:9042',
    ...fields,
  };
}
