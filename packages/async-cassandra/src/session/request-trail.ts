import type { AsyncCassandraError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';

/** A node that was tried, or passed over, and why it did not do. */
export interface TriedNode {
  /** `address:port` */
  readonly node: string;
  readonly error: AsyncCassandraError;
}

/** What is remembered of a request that did not go straight through; made at the first trouble. */
export class RequestTrail {
  /** When the request was made, on the clock of `Timers.now`. */
  readonly startedAt: number;
  readonly tried: TriedNode[] = [];
  readonly triedSlots: Set<number> = new Set();
  retries = 0;
  plan: Iterator<NodeInfo> | null = null;
  /** Nodes (by `address:port`) and statement ids that were prepared again for this request. */
  readonly reprepared: Set<string> = new Set();

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }
}
