import { AddressBook } from '../cluster/address-book.ts';
import { ClusterState } from '../cluster/cluster-state.ts';
import type { ClusterListener } from '../cluster/cluster-listener.ts';
import { ContactFinder } from '../cluster/contact-finder.ts';
import { ControlConnection } from '../cluster/control-connection.ts';
import { chooseLocalDataCenter } from '../cluster/local-data-center.ts';
import { diffNodes } from '../cluster/node-diff.ts';
import { readTopology, type TopologyReading } from '../cluster/topology-reader.ts';
import { sleep } from '../cluster/waiting.ts';
import {
  type Connection,
  type ConnectionConfig,
  type EndPoint,
  negotiateConnection,
  openConnection,
  type OpenOptions,
  query,
} from '../connection/index.ts';
import { murmur3, type NodeInfo, parseReplication, type Replication, TokenMap, TokenPair } from '../metadata/index.ts';
import type { ProtocolVersion, SchemaChange } from '../protocol/index.ts';
import type { ResolvedOptions } from './resolve-options.ts';

export class ClusterLink {
  readonly state: ClusterState;
  readonly control: ControlConnection;
  readonly finder: ContactFinder;
  readonly #options: ResolvedOptions;
  readonly #book: AddressBook;
  readonly #pair = new TokenPair();
  tokenMap: TokenMap = TokenMap.empty;
  replications: Map<string, Replication> = new Map();

  constructor(options: ResolvedOptions, base: Omit<ConnectionConfig, 'protocolVersion'>, listener: ClusterListener) {
    this.#options = options;
    const { seams, logger } = options;
    this.state = new ClusterState({ seams, listener, logger });
    this.#book = new AddressBook({
      translator: options.addressTranslator,
      timers: seams.timers,
      timeoutMs: options.connectTimeoutMs,
      logger,
    });
    this.finder = new ContactFinder({
      state: this.state,
      seams,
      logger,
      contactPoints: options.contactPoints,
      port: options.port,
      protocolVersion: options.protocolVersion,
      connect: (endPoint: EndPoint, version: ProtocolVersion | undefined, open: OpenOptions) =>
        negotiateConnection(base, endPoint, version, open),
      timeoutMs: options.connectTimeoutMs,
    });
    this.control = new ControlConnection({
      state: this.state,
      finder: this.finder,
      listener: { connected: (connection, reading) => this.#connected(connection, reading), event: () => undefined },
      reconnectionPolicy: options.reconnectionPolicy,
      seams,
      logger,
    });
  }

  replicas(keyspace: string, bytes: Uint8Array, start: number, end: number): readonly NodeInfo[] {
    murmur3(bytes, start, end, this.#pair);
    return this.tokenMap.replicas(keyspace, this.#pair.hi, this.#pair.lo);
  }

  async schemaChanged(_change: SchemaChange, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const { timers } = this.#options.seams;
    const endsAt = timers.now() + timeoutMs;
    for (;;) {
      const connection = await this.control.whenConnected(timeoutMs, signal);
      const reading = await readTopology(connection, this.#options.port, timeoutMs);
      await this.#readKeyspaces(connection);
      if (new Set(reading.nodes.map((n) => n.schemaVersion)).size === 1) return true;
      if (timers.now() > endsAt || signal.aborted) return false;
      await sleep(timers, 200, signal);
    }
  }

  async #connected(connection: Connection, reading: TopologyReading): Promise<void> {
    const diff = diffNodes(this.state.members, reading.nodes);
    const targets = await this.#book.look([...diff.nodes.values()], () => false);
    this.state.localDataCenter = chooseLocalDataCenter({
      configured: this.#options.localDataCenter,
      nodes: diff.nodes.values(),
      contactNodes: [],
      controlNode: diff.nodes.get(reading.local.hostId) as NodeInfo,
    });
    const policy = this.#options.defaultProfile.loadBalancingPolicy;
    policy.init(this.state);
    this.state.useDistances((node) => policy.distance(node));
    this.state.applyNodes(diff, targets);
    await this.#readKeyspaces(connection);
    const { timers } = this.#options.seams;
    this.tokenMap = await TokenMap.build(this.state.nodes, this.replications, {
      now: () => timers.now(),
      yieldTurn: () => new Promise<void>((resolve) => timers.setImmediate(() => resolve())),
    } as never);
    this.tokenMap = this.tokenMap.withReplications(this.replications);
  }

  async #readKeyspaces(connection: Connection): Promise<void> {
    const rows = await query(connection, 'SELECT keyspace_name, replication FROM system_schema.keyspaces', 5000);
    this.replications = new Map(
      rows.map((row) => [row['keyspace_name'] as string, parseReplication(row['replication'] as Map<string, string>)]),
    );
    this.tokenMap = this.tokenMap.withReplications(this.replications);
  }
}

export { openConnection };
