import type { NodeInfo } from './node-info.ts';

/**
 * How the driver treats a node: `local` nodes take requests, `remote` ones are connected to and take requests when no local node
 * can, `ignored` ones are not connected to.
 */
export type NodeDistance = 'local' | 'remote' | 'ignored';

/** The cluster as it is now, for policies to decide by. Reading it is cheap and never waits. */
export interface ClusterView {
  /** All nodes, in no particular order. */
  readonly nodes: readonly NodeInfo[];
  /** The data centre that the client is in; empty while it is not known. */
  readonly localDataCenter: string;
  /** The rack that the client is in, when it was told. */
  readonly localRack: string | undefined;
  /** Grows with every change of nodes, places or states: what was computed from the view is right as long as it stays. */
  readonly version: number;
  /** Whether the node can be connected to. */
  isUp(node: NodeInfo): boolean;
  /** Requests that wait for the node's answer. */
  inFlight(node: NodeInfo): number;
  /** Since when it is up, on the clock of {@link now}; 0 when it was never down. */
  upSinceMs(node: NodeInfo): number;
  /** Whether it leaves requests unanswered. */
  isSlow(node: NodeInfo): boolean;
  /** Monotonic milliseconds. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
}
