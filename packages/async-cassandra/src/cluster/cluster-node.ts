import type { Connection, EndPoint } from '../connection/index.ts';
import type { NodeDistance, NodeInfo } from '../metadata/index.ts';
import { SilenceWatch } from './silence-watch.ts';

/** Another way to a node than the address it advertises. */
export interface Detour {
  readonly endPoint: EndPoint;
  /** The advertised address has failed, and this one not. */
  isProven: boolean;
}

/**
 * One node as long as it is a member, whatever its address: the state that changes from request to request and from
 * connection to connection. Written by `ClusterState` alone, but for `inFlight`, which sessions count.
 */
export class ClusterNode {
  /** What the system tables say; replaced when they change. */
  info: NodeInfo;
  /** Where to connect: the address it advertises, or what the address translator made of it. */
  target: EndPoint;
  isUp = true;
  /** When it became up, on the clock of `Timers.now`; 0 for a node that was never down. */
  upSinceMs = 0;
  /** Requests of all sessions that wait for this node. Sessions count up and down. */
  inFlight = 0;
  distance: NodeDistance = 'local';
  /** Pools that have lost or never got a connection and go on trying. */
  failingPools = 0;
  /** How the control connection reaches the node, while it does. */
  detour: Detour | null = null;
  /** Open connections of all sessions and of the control connection. */
  readonly connections: Connection[] = [];
  readonly #silence: SilenceWatch;

  constructor(info: NodeInfo, target: EndPoint, now: () => number) {
    this.info = info;
    this.target = target;
    this.#silence = new SilenceWatch(this.connections, now);
  }

  /** Leaves requests unanswered: goes to the end of query plans. */
  get isSlow(): boolean {
    return this.#silence.isSlow();
  }

  /** A request that was sent to it at `sentMs` was not answered in time. */
  timedOut(sentMs: number): void {
    this.#silence.timedOut(sentMs);
  }
}

/**
 * The state of a node: up as long as one connection to it lives, whatever gossip says; down when those who want to
 * connect cannot; by what gossip says where nobody has tried; otherwise as it was.
 */
export function isNodeUp(
  wasUp: boolean,
  openConnections: number,
  failingPools: number,
  gossip: 'UP' | 'DOWN' | undefined,
): boolean {
  if (openConnections > 0) return true;
  if (failingPools > 0) return false;
  return gossip === undefined ? wasUp : gossip === 'UP';
}
