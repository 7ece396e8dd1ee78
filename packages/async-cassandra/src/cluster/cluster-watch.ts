import {
  type Connection,
  type ConnectionConfig,
  type EndPoint,
  negotiateConnection,
  type Seams,
} from '../connection/index.ts';
import type { Logger } from '../diagnostics/index.ts';
import type { ClusterMetadata, NodeDistance, NodeInfo } from '../metadata/index.ts';
import type { AddressTranslator, LoadBalancingPolicy, ReconnectionPolicy } from '../policies/index.ts';
import type { ProtocolVersion, SchemaChange } from '../protocol/index.ts';
import { AddressBook } from './address-book.ts';
import type { ClusterListener } from './cluster-listener.ts';
import { ClusterRefresher } from './cluster-refresher.ts';
import { ClusterState } from './cluster-state.ts';
import { ContactFinder } from './contact-finder.ts';
import { ControlConnection } from './control-connection.ts';
import { nearestDistance } from './distance.ts';
import { chooseLocalDataCenter } from './local-data-center.ts';
import { MetadataKeeper, turnsOf } from './metadata-keeper.ts';
import { SchemaAgreement } from './schema-agreement.ts';
import { type KeptKeyspaces, SchemaKeeper } from './schema-keeper.ts';
import type { TopologyReading } from './topology-reader.ts';
import { waitFor } from './waiting.ts';

export interface ClusterWatchOptions {
  readonly seams: Seams;
  readonly logger: Logger;
  readonly listener: ClusterListener;
  /** Of the control connection. */
  readonly connection: Omit<ConnectionConfig, 'protocolVersion'>;
  readonly contactPoints: readonly EndPoint[];
  /** Port of nodes that tell none. */
  readonly port: number;
  /** Undefined: the highest that all nodes speak. */
  readonly protocolVersion: ProtocolVersion | undefined;
  /** Undefined: the one that all contact points share. */
  readonly localDataCenter: string | undefined;
  readonly localRack: string | undefined;
  /** Keyspaces of which the metadata holds all tables, types and functions; of others it holds the replication. */
  readonly keptKeyspaces: KeptKeyspaces;
  /** All that are in use: a node is as near as the nearest of them says. */
  readonly loadBalancingPolicies: readonly LoadBalancingPolicy[];
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly addressTranslator: AddressTranslator | undefined;
}

/**
 * A cluster as the driver watches it: node states, metadata, and the control connection that keeps both up to date. All
 * sessions share it.
 */
export class ClusterWatch {
  /** The nodes as they are now; also what policies see. */
  readonly state: ClusterState;
  readonly #options: ClusterWatchOptions;
  readonly #metadata: MetadataKeeper;
  readonly #schema: SchemaKeeper;
  readonly #finder: ContactFinder;
  readonly #refresher: ClusterRefresher;
  readonly #control: ControlConnection;
  readonly #agreement: SchemaAgreement;

  constructor(options: ClusterWatchOptions) {
    const { seams, logger, listener, port, contactPoints, protocolVersion, reconnectionPolicy } = options;
    const { timers } = seams;
    const timeoutMs = options.connection.connectTimeoutMs;
    this.#options = options;
    this.state = new ClusterState({ seams, listener, logger });
    this.#metadata = new MetadataKeeper(timers, logger);
    this.#schema = new SchemaKeeper({
      metadata: this.#metadata,
      turns: turnsOf(timers),
      timeoutMs,
      kept: options.keptKeyspaces,
    });
    this.#finder = new ContactFinder({
      state: this.state,
      seams,
      logger,
      contactPoints,
      port,
      protocolVersion,
      connect: (endPoint, version, open) => negotiateConnection(options.connection, endPoint, version, open),
      timeoutMs,
    });
    this.#refresher = new ClusterRefresher({
      state: this.state,
      metadata: this.#metadata,
      schema: this.#schema,
      addresses: new AddressBook({
        translator: options.addressTranslator,
        contactPoints: () => this.#finder.endPoints,
        timers,
        timeoutMs,
        logger,
      }),
      timers,
      random: seams.random,
      logger,
      port,
      timeoutMs,
      onFirstReading: (reading, nodes) => this.#settle(reading, nodes),
    });
    this.#control = new ControlConnection({
      state: this.state,
      finder: this.#finder,
      listener: this.#refresher,
      mayDetour: options.addressTranslator === undefined,
      reconnectionPolicy,
      seams,
      logger,
    });
    this.#agreement = new SchemaAgreement({
      state: this.state,
      timers,
      timeoutMs,
      closed: this.#control.closed,
      whenConnected: (waitMs, signal) => this.#control.whenConnected(waitMs, signal),
    });
  }

  /** The version of all connections; undefined before the first contact. */
  get protocolVersion(): ProtocolVersion | undefined {
    return this.#finder.version;
  }

  /** The metadata as of now. */
  get metadata(): ClusterMetadata {
    return this.#metadata.current;
  }

  /** The control connection, or null while there is none. */
  get controlConnection(): Connection | null {
    return this.#control.connection;
  }

  /**
   * First contact: finds the nodes and how keyspaces are replicated. All callers share one attempt; after a failure the
   * next call makes another.
   * @throws NoHostAvailableError, AuthenticationError, ConfigurationError (localDataCenter), SessionClosedError
   */
  start(): Promise<void> {
    return this.#control.start();
  }

  /** Somebody is connected: from now on the contents of keyspaces that are kept are read, in the background. */
  followContents(): void {
    this.#refresher.followContents();
  }

  /** Full replicas of the partition whose routing key lies in `bytes`; empty when they are not known. */
  replicas(keyspace: string, bytes: Uint8Array, start: number, end: number): readonly NodeInfo[] {
    return this.#metadata.current.tokenMap.replicasOfKey(keyspace, bytes, start, end);
  }

  /** The replicas of every partition of a keyspace, when all nodes hold all of it; else undefined. */
  replicasOfAll(keyspace: string): readonly NodeInfo[] | undefined {
    return this.#metadata.current.tokenMap.replicasOfAll(keyspace);
  }

  /**
   * Waits until all nodes that are up agree on the schema and the metadata is not older than that.
   * @param change - what has changed; undefined: anything may have
   * @param coordinator - the connection by which it was changed
   * @returns whether they agree; false after `timeoutMs`
   * @throws AbortError, SessionClosedError
   */
  async schemaAgreement(
    timeoutMs: number,
    signal?: AbortSignal,
    change?: SchemaChange,
    coordinator?: Connection,
  ): Promise<boolean> {
    const { timers } = this.#options.seams;
    const endsAt = timers.now() + timeoutMs;
    const isAgreed = await this.#agreement.wait(timeoutMs, signal, coordinator);
    const refreshed = this.#refresher.refreshSchema(change).then(() => isAgreed);
    const timedOut = new Error('The metadata was not read in time');
    return waitFor(refreshed, {
      timers,
      timeoutMs: Math.max(0, endsAt - timers.now()),
      signal,
      timeoutError: () => timedOut,
    }).catch((error: unknown) => {
      if (error === timedOut) return false;
      throw error;
    });
  }

  /** Reads nodes and schema now. Resolves when they are taken in. */
  async refresh(): Promise<void> {
    await Promise.all([this.#refresher.refreshNodes(), this.#refresher.refreshSchema()]);
  }

  /** From now on the metadata holds all that is in these keyspaces. Resolves when it does, as far as they exist. */
  keepKeyspaces(keyspaces: KeptKeyspaces): Promise<void> {
    return this.#schema.keep(keyspaces) ? this.#refresher.refreshSchema() : Promise.resolve();
  }

  /** Nobody came to be connected: leaves nothing open, as before the first contact, until `start` is called again. */
  pause(): Promise<void> {
    this.#refresher.pause();
    return this.#control.pause();
  }

  /** Ends watching; nothing is left behind, whatever was under way. All callers share one end. */
  close(): Promise<void> {
    this.#refresher.close();
    return this.#control.close();
  }

  /** What follows from the first reading. @throws ConfigurationError */
  #settle(reading: TopologyReading, nodes: ReadonlyMap<string, NodeInfo>): void {
    const { localDataCenter, localRack, loadBalancingPolicies, logger } = this.#options;
    const { state } = this;
    const controlNode = nodes.get(reading.local.hostId) as NodeInfo;
    const contacts = new Set(this.#finder.endPoints.map(({ host, port }) => `${host} ${port}`));
    const contactNodes = [...nodes.values()].filter(({ address, port }) => contacts.has(`${address} ${port}`));
    state.localDataCenter = chooseLocalDataCenter({
      configured: localDataCenter,
      nodes: nodes.values(),
      contactNodes,
      controlNode,
    });
    state.localRack = localRack;
    for (const policy of loadBalancingPolicies) policy.init(state);
    state.useDistances((node): NodeDistance => nearestDistance(loadBalancingPolicies, node, logger));
  }
}
