import type { Timers } from '../connection/index.ts';
import type { Logger } from '../diagnostics/index.ts';
import {
  ClusterMetadata,
  type Keyspaces,
  type NodeInfo,
  parsePartitioner,
  replicationsOf,
  TokenMap,
  type Turns,
} from '../metadata/index.ts';
import { CoalescedTask } from './coalesced-task.ts';

/** Gives the event loop its turn between slices of long work. */
export function turnsOf(timers: Timers): Turns {
  return { now: () => timers.now(), yieldTurn: () => new Promise((resolve) => timers.setImmediate(resolve)) };
}

/**
 * Holds the snapshot of the cluster's metadata and replaces it when nodes or keyspaces change. While a new ring is being
 * sorted, the old one serves: a request that it sends to a wrong node still gets its answer.
 */
export class MetadataKeeper {
  readonly #logger: Logger;
  readonly #turns: Turns;
  readonly #ring: CoalescedTask<void>;
  #current: ClusterMetadata = ClusterMetadata.empty;

  constructor(timers: Timers, logger: Logger) {
    this.#logger = logger;
    this.#turns = turnsOf(timers);
    this.#ring = new CoalescedTask(() => this.#buildRing());
  }

  get current(): ClusterMetadata {
    return this.#current;
  }

  /** Notes what each reading tells of the cluster itself. */
  setCluster(clusterName: string, partitionerName: string): void {
    const { current } = this;
    const isKnown = current.clusterName !== '';
    if (isKnown && current.clusterName === clusterName && current.partitioner.className === partitionerName) return;
    const partitioner = parsePartitioner(partitionerName);
    if (isKnown) {
      const facts = { partitioner: partitionerName, before: current.partitioner.className };
      this.#logger.warn?.(
        facts,
        'A node tells another partitioner than before; check that the contact points belong to one cluster',
      );
    } else if (!partitioner.isTokenAware) {
      this.#logger.warn?.(
        { partitioner: partitionerName },
        'Requests are not routed to replicas: the driver does not compute tokens of this partitioner',
      );
    }
    this.#current = current.with({ clusterName, partitioner });
  }

  /**
   * Takes over the nodes. Resolves when the ring is that of these nodes, or of newer ones.
   * @param isOtherRing - whether tokens or places have changed
   */
  setNodes(nodes: ReadonlyMap<string, NodeInfo>, isOtherRing: boolean): Promise<void> {
    const { current } = this;
    if (nodes === current.nodes) return Promise.resolve();
    if (!isOtherRing) {
      this.#current = current.with({ nodes, tokenMap: current.tokenMap.withNodes([...nodes.values()]) });
      return Promise.resolve();
    }
    this.#current = current.with({ nodes });
    return this.#ring.request();
  }

  setKeyspaces(keyspaces: Keyspaces): void {
    const { current } = this;
    this.#current = current.with({ keyspaces, tokenMap: current.tokenMap.withReplications(replicationsOf(keyspaces)) });
  }

  async #buildRing(): Promise<void> {
    const { nodes, partitioner } = this.#current;
    if (!partitioner.isTokenAware) return;
    const built = await TokenMap.build([...nodes.values()], new Map(), this.#turns);
    this.#logger.debug?.({ nodes: nodes.size, ...built.statistics }, 'Token ring was built');
    // Descriptions of nodes and keyspaces may have changed in the meantime; another ring would be queued behind this one.
    const { current } = this;
    const described = current.nodes === nodes ? built : built.withNodes([...current.nodes.values()]);
    this.#current = current.with({ tokenMap: described.withReplications(replicationsOf(current.keyspaces)) });
  }
}
