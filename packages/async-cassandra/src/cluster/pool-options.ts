import type { Connection, Timers } from '../connection/index.ts';
import type { Logger } from '../diagnostics/index.ts';
import type { ReconnectionPolicy } from '../policies/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ConnectLimiter } from './connect-limiter.ts';

/** Whom a pool tells what happens to it: the cluster's node states, and the session that waits for room. */
export interface PoolListener {
  connectionOpened(node: ClusterNode, connection: Connection): void;
  connectionClosed(node: ClusterNode, connection: Connection): void;
  /** The pool has no connection and cannot get one (true), or has one again, or ends (false). */
  poolFailing(node: ClusterNode, failing: boolean): void;
  /** A request may find a connection where it found none before. */
  poolAvailable(node: ClusterNode): void;
}

export interface PoolOptions {
  readonly node: ClusterNode;
  /** How many connections to keep. */
  readonly size: number;
  /** Opens one connection to where the node is now; bounded in time by itself. */
  readonly open: (node: ClusterNode, signal: AbortSignal) => Promise<Connection>;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly limiter: ConnectLimiter;
  readonly timers: Timers;
  readonly random: () => number;
  readonly listener: PoolListener;
  readonly logger: Logger;
}
