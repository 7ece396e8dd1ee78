import { type Connection, query, type Seams } from '../connection/index.ts';
import type { Logger } from '../diagnostics/index.ts';
import { InvalidQueryError } from '../errors/index.ts';
import {
  type NodeInfo,
  type Partitioner,
  parsePartitioner,
  parseReplication,
  type Replication,
  TokenMap,
  type Turns,
} from '../metadata/index.ts';
import { CoalescedTask } from './coalesced-task.ts';

/** What is known of the cluster at one moment; replaced, never changed. */
export interface ClusterSnapshot {
  readonly clusterName: string;
  readonly partitioner: Partitioner;
  /** By host id. */
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  /** By keyspace. */
  readonly replications: ReadonlyMap<string, Replication>;
  readonly tokenMap: TokenMap;
}

const EMPTY: ClusterSnapshot = Object.freeze({
  clusterName: '',
  partitioner: parsePartitioner(''),
  nodes: new Map(),
  replications: new Map(),
  tokenMap: TokenMap.empty,
});

export interface MetadataKeeperOptions {
  readonly timers: Seams['timers'];
  readonly logger: Logger;
  /** Bounds each query. */
  readonly timeoutMs: number;
}

/**
 * Holds the snapshot of the cluster's metadata and replaces it when nodes or keyspaces change. While a new ring is being
 * sorted, the old one serves: a request that it sends to a wrong node still gets its answer.
 */
export class MetadataKeeper {
  readonly #options: MetadataKeeperOptions;
  readonly #ring: CoalescedTask<void>;
  readonly #turns: Turns;
  #current: ClusterSnapshot = EMPTY;

  constructor(options: MetadataKeeperOptions) {
    const { timers } = options;
    this.#options = options;
    this.#turns = { now: () => timers.now(), yieldTurn: () => new Promise((resolve) => timers.setImmediate(resolve)) };
    this.#ring = new CoalescedTask(() => this.#buildRing());
  }

  get current(): ClusterSnapshot {
    return this.#current;
  }

  /** Tells what kind of cluster it is; once, at first contact. */
  setCluster(clusterName: string, partitionerName: string): void {
    const partitioner = parsePartitioner(partitionerName);
    const { current } = this;
    if (current.clusterName !== '' && current.partitioner.className !== partitionerName) {
      this.#options.logger.warn?.(
        { partitioner: partitionerName, before: current.partitioner.className },
        'A node tells another partitioner than before; check that the contact points belong to one cluster',
      );
    } else if (current.clusterName === '' && !partitioner.isTokenAware) {
      this.#options.logger.warn?.(
        { partitioner: partitionerName },
        'Requests are not routed to replicas: the driver does not compute tokens of this partitioner',
      );
    }
    this.#replace({ clusterName, partitioner });
  }

  /**
   * Takes over the nodes. Resolves when the ring is that of these nodes, or newer ones.
   * @param isOtherRing - whether tokens or places have changed
   */
  setNodes(nodes: ReadonlyMap<string, NodeInfo>, isOtherRing: boolean): Promise<void> {
    const { tokenMap } = this.#current;
    this.#replace({ nodes, tokenMap: isOtherRing ? tokenMap : tokenMap.withNodes([...nodes.values()]) });
    return isOtherRing ? this.#ring.request() : Promise.resolve();
  }

  /** Reads how keyspaces are replicated. @throws what `query` throws */
  async readKeyspaces(connection: Connection, isCurrent: () => boolean): Promise<void> {
    const replications = new Map<string, Replication>();
    try {
      for (const row of await query(
        connection,
        'SELECT keyspace_name, replication FROM system_schema.keyspaces',
        this.#options.timeoutMs,
      )) {
        const { keyspace_name: name, replication } = row;
        if (typeof name === 'string' && replication instanceof Map)
          replications.set(name, parseReplication(replication as Map<string, string>));
      }
    } catch (error) {
      // Before Cassandra 3.0 the schema is elsewhere; requests then go to any local node.
      if (!(error instanceof InvalidQueryError)) throw error;
    }
    if (isCurrent()) this.#replace({ replications, tokenMap: this.#current.tokenMap.withReplications(replications) });
  }

  async #buildRing(): Promise<void> {
    const { nodes, replications, partitioner } = this.#current;
    if (!partitioner.isTokenAware) return;
    const tokenMap = await TokenMap.build([...nodes.values()], replications, this.#turns);
    // Keyspaces and descriptions of nodes may have changed in the meantime; another ring would be queued behind this one.
    const { current } = this;
    const described = current.nodes === nodes ? tokenMap : tokenMap.withNodes([...current.nodes.values()]);
    this.#replace({
      tokenMap: current.replications === replications ? described : described.withReplications(current.replications),
    });
  }

  #replace(part: Partial<ClusterSnapshot>): void {
    this.#current = Object.freeze({ ...this.#current, ...part });
  }
}
