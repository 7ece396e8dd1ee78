import { type Connection, query, type Timers } from '../connection/index.ts';
import { ConnectionError, TimeoutError } from '../errors/index.ts';
import type { ClusterState } from './cluster-state.ts';
import { CoalescedTask } from './coalesced-task.ts';
import { readPeers } from './topology-reader.ts';
import { sleep, waitFor } from './waiting.ts';

/** How often the nodes are asked. */
const INTERVAL_MS = 200;

export interface SchemaAgreementOptions {
  readonly state: ClusterState;
  readonly timers: Timers;
  /** Bounds each query. */
  readonly timeoutMs: number;
  /** Fires when the cluster is closed. */
  readonly closed: AbortSignal;
  /** The control connection, waiting for it while it is replaced. */
  readonly whenConnected: (timeoutMs: number, signal?: AbortSignal) => Promise<Connection>;
}

/**
 * Waits until all nodes that are up have the same version of the schema. Of a change its coordinator is asked: any other
 * node may not have heard of it yet, and take the old version for that of all. Those who ask a node at the same time share
 * the questions.
 */
export class SchemaAgreement {
  readonly #options: SchemaAgreementOptions;
  readonly #asks = new WeakMap<Connection, CoalescedTask<boolean>>();

  constructor(options: SchemaAgreementOptions) {
    this.#options = options;
  }

  /**
   * @param coordinator - the connection by which the schema was changed; the control connection when there is none, or when it is lost
   * @returns whether the nodes agree; false when they did not within `timeoutMs`
   * @throws AbortError when the signal fires, SessionClosedError when the cluster is closed
   */
  async wait(timeoutMs: number, signal?: AbortSignal, coordinator?: Connection): Promise<boolean> {
    const { timers, closed } = this.#options;
    const endsAt = timers.now() + timeoutMs;
    const isOver = new TimeoutError(
      'The nodes did not agree on the schema in time; check that all of them can reach one another',
      timeoutMs,
    );
    for (;;) {
      const leftMs = endsAt - timers.now();
      if (leftMs <= 0) return false;
      try {
        const asking = this.#ask(coordinator);
        if (await waitFor(asking, { timers, timeoutMs: leftMs, signal, timeoutError: () => isOver })) return true;
      } catch (error) {
        // The connection was lost while it was asked: the control connection, or its successor, is asked next.
        const canGoOn = error instanceof ConnectionError || error instanceof TimeoutError;
        if (!canGoOn) throw error;
      }
      await sleep(timers, Math.min(INTERVAL_MS, Math.max(0, endsAt - timers.now())), signal, closed);
    }
  }

  async #ask(coordinator: Connection | undefined): Promise<boolean> {
    const { timeoutMs, whenConnected } = this.#options;
    const connection = coordinator?.isOpen === true ? coordinator : await whenConnected(timeoutMs);
    let task = this.#asks.get(connection);
    if (task === undefined) {
      task = new CoalescedTask(() => this.#isAgreed(connection));
      this.#asks.set(connection, task);
    }
    return task.request();
  }

  async #isAgreed(connection: Connection): Promise<boolean> {
    const { state, timeoutMs } = this.#options;
    const [local, peers] = await Promise.all([
      query(connection, "SELECT schema_version FROM system.local WHERE key='local'", timeoutMs),
      readPeers(connection, 'host_id, schema_version', timeoutMs),
    ]);
    const versions = new Set<unknown>(local.map((row) => row['schema_version']));
    for (const { host_id: hostId, schema_version: version } of peers) {
      const node = typeof hostId === 'string' ? state.nodeByHostId(hostId) : undefined;
      if (node?.isUp === true) versions.add(version);
    }
    return versions.size === 1;
  }
}
