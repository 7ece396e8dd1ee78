import type { Connection } from '../connection/index.ts';
import { AuthenticationError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';

/** Nodes that are remembered after they have left; a cluster that replaces its nodes for years stays below it. */
const MAX_NODES = 5_000;

/** What one session has had to do with one node since it was opened: numbers that only grow. */
export class NodeCounters {
  /** As the node was last seen. */
  info: NodeInfo;
  connectionsOpened = 0;
  /** Lost, replaced, or closed with the session. */
  connectionsClosed = 0;
  /** Attempts to open one that failed, refused credentials among them. */
  connectionErrors = 0;
  authenticationErrors = 0;
  #bytesSent = 0;
  #bytesReceived = 0;
  readonly #live = new Set<Connection>();

  constructor(info: NodeInfo) {
    this.info = info;
  }

  get bytesSent(): number {
    let bytes = this.#bytesSent;
    for (const connection of this.#live) bytes += connection.bytesSent;
    return bytes;
  }

  get bytesReceived(): number {
    let bytes = this.#bytesReceived;
    for (const connection of this.#live) bytes += connection.bytesReceived;
    return bytes;
  }

  opened(connection: Connection): void {
    this.connectionsOpened++;
    this.#live.add(connection);
    void connection.closed().then(() => {
      this.#live.delete(connection);
      this.#bytesSent += connection.bytesSent;
      this.#bytesReceived += connection.bytesReceived;
    });
  }

  failedToOpen(error: unknown): void {
    this.connectionErrors++;
    if (error instanceof AuthenticationError) this.authenticationErrors++;
  }
}

/** The counters of a session, by node; kept when a node leaves or the session closes, so that sums never fall. */
export class CountersByNode {
  readonly #nodes = new Map<string, NodeCounters>();

  of(info: NodeInfo): NodeCounters {
    const known = this.#nodes.get(info.hostId);
    if (known !== undefined) {
      known.info = info;
      return known;
    }
    const counters = new NodeCounters(info);
    this.#nodes.set(info.hostId, counters);
    if (this.#nodes.size > MAX_NODES) {
      const [oldest] = this.#nodes.keys();
      this.#nodes.delete(oldest as string);
    }
    return counters;
  }

  [Symbol.iterator](): IterableIterator<NodeCounters> {
    return this.#nodes.values();
  }
}
