import { ClusterWatch, type ClusterWatchOptions } from '../../../src/cluster/cluster-watch.ts';
import { ConnectLimiter } from '../../../src/cluster/connect-limiter.ts';
import { SessionPools } from '../../../src/cluster/session-pools.ts';
import { type ConnectionConfig, DeadlineTicker, openConnection } from '../../../src/connection/index.ts';
import type { Logger } from '../../../src/diagnostics/index.ts';
import type { NodeInfo } from '../../../src/metadata/index.ts';
import {
  MemoryNetwork,
  ScriptedCluster,
  type ScriptedClusterOptions,
  SeededRandom,
  VirtualClock,
} from '../../support/index.ts';
import { doubling } from './fakes.ts';

/** Nothing is left after `close()`. */
export const nothing = { links: 0, timers: 0 } as const;

export interface WatchHarnessOptions extends Partial<ClusterWatchOptions> {
  readonly cluster?: ScriptedClusterOptions;
  readonly seed?: number;
  readonly contacts?: readonly string[];
}

/** A scripted cluster in memory on virtual time, and the driver's watch over it. */
export class WatchHarness {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly cluster: ScriptedCluster;
  readonly watch: ClusterWatch;
  /** What the application was told, in order. */
  readonly events: string[] = [];
  /** What was logged as warning or error. */
  readonly warnings: string[] = [];
  readonly config: Omit<ConnectionConfig, 'protocolVersion'>;
  readonly #options: WatchHarnessOptions;
  readonly #sessions: SessionPools[] = [];

  static async start(options: WatchHarnessOptions = {}): Promise<WatchHarness> {
    const clock = new VirtualClock();
    const network = new MemoryNetwork({
      timers: clock,
      random: new SeededRandom(options.seed ?? 1),
      conditions: { latencyMs: 1 },
    });
    const cluster = await ScriptedCluster.start({
      nodes: 3,
      firstAddress: '10.0.0.1',
      ...options.cluster,
      network,
      timers: clock,
    });
    return new WatchHarness(options, clock, network, cluster);
  }

  /** Started, and past its first contact. */
  static async connected(options: WatchHarnessOptions = {}): Promise<WatchHarness> {
    const harness = await WatchHarness.start(options);
    await harness.connect();
    return harness;
  }

  private constructor(
    options: WatchHarnessOptions,
    clock: VirtualClock,
    network: MemoryNetwork,
    cluster: ScriptedCluster,
  ) {
    const note = (_fields: object | string, message?: string): void => {
      this.warnings.push(message ?? String(_fields));
    };
    const logger: Logger = { warn: note, error: note };
    this.#options = options;
    this.clock = clock;
    this.network = network;
    this.cluster = cluster;
    this.config = {
      seams: network.seams,
      ticker: new DeadlineTicker(clock),
      compression: 'none',
      authProvider: undefined,
      tls: () => undefined,
      connectTimeoutMs: 5000,
      heartbeatIntervalMs: 30_000,
      heartbeatTimeoutMs: 5000,
      maxRequestsPerConnection: 1024,
      maxEnvelopeBytes: 2 ** 28,
      maxBufferedWriteBytes: 2 ** 24,
      maxOrphaned: 256,
      startupOptions: new Map([['CQL_VERSION', '3.0.0']]),
      logger,
      ...options.connection,
    };
    this.watch = new ClusterWatch({
      seams: network.seams,
      logger,
      listener: {
        nodeUp: (node) => this.events.push(`up ${node.address}`),
        nodeDown: (node) => this.events.push(`down ${node.address}`),
        nodeAdded: (node) => this.events.push(`added ${node.address}`),
        nodeRemoved: (node) => this.events.push(`removed ${node.address}`),
        schemaChange: (change) =>
          this.events.push(`${change.changeType} ${change.target} ${change.keyspace}.${change.name ?? ''}`),
        topologyChange: () => this.events.push('topology'),
      },
      contactPoints: (options.contacts ?? [cluster.node(0).host]).map((host) => ({ host, port: 9042 })),
      port: 9042,
      protocolVersion: undefined,
      localDataCenter: undefined,
      localRack: undefined,
      keptKeyspaces: [],
      loadBalancingPolicies: [],
      reconnectionPolicy: doubling,
      addressTranslator: undefined,
      ...options,
      connection: this.config,
    });
  }

  /** First contact; what is told of it is forgotten. */
  async connect(): Promise<void> {
    await this.clock.settle(this.watch.start());
    this.watch.followContents();
    await this.clock.advance(0);
    this.events.length = 0;
  }

  /** The pools of a new session, connected. */
  async session(size = 1): Promise<SessionPools> {
    const { pools, started } = this.openSession(size);
    await this.clock.settle(started);
    return pools;
  }

  /** The pools of a new session, connecting as time goes on. */
  openSession(size: number): { readonly pools: SessionPools; readonly started: Promise<void> } {
    const protocolVersion = this.watch.protocolVersion ?? 5;
    const pools = new SessionPools({
      state: this.watch.state,
      connectionsPerNode: size,
      open: (endPoint, { keyspace, signal }) =>
        openConnection({ ...this.config, protocolVersion }, endPoint, { keyspace, signal }),
      connectionsUseKeyspace: protocolVersion < 5,
      keyspace: undefined,
      reconnectionPolicy: this.#options.reconnectionPolicy ?? doubling,
      limiter: new ConnectLimiter(),
      seams: this.network.seams,
      logger: this.config.logger,
      onAvailable: () => undefined,
    });
    this.#sessions.push(pools);
    return { pools, started: pools.start() };
  }

  node(address: string): NodeInfo {
    const node = this.watch.state.nodes.find((other) => other.address === address);
    if (node === undefined) throw new Error(`No node is at ${address}`);
    return node;
  }

  get addresses(): string[] {
    return this.watch.state.nodes.map((node) => node.address).sort();
  }

  get upAddresses(): string[] {
    return this.addresses.filter((address) => this.watch.state.isUp(this.node(address)));
  }

  /** Address of the control connection's node. */
  get controlHost(): string | undefined {
    return this.watch.controlConnection?.endPoint.host;
  }

  /** Closes everything. @returns what is left: links, timers */
  async close(): Promise<{ readonly links: number; readonly timers: number }> {
    await this.clock.settle(Promise.all([...this.#sessions.map((pools) => pools.close(0)), this.watch.close()]));
    await this.clock.advance(10);
    const links = this.network.openLinks().length;
    await this.cluster.stop();
    await this.clock.advance(10);
    return { links, timers: this.clock.pending };
  }
}
