import { AsyncCluster } from '../../../src/client/cluster.ts';
import type { ClusterOptions } from '../../../src/client/cluster-options.ts';
import type { AsyncCassandraSession } from '../../../src/session/index.ts';
import {
  MemoryNetwork,
  type ReceivedRequest,
  type ScriptedClusterOptions,
  type ScriptedServer,
  ScriptedCluster,
  SeededRandom,
  VirtualClock,
} from '../index.ts';

/** What a session under test stands on. */
export interface HarnessOptions {
  readonly nodes?: number;
  readonly versions?: readonly number[];
  readonly cluster?: ClusterOptions;
  readonly servers?: ScriptedClusterOptions;
  readonly keyspace?: string;
  readonly latencyMs?: number;
  readonly seed?: number;
}

/** A whole session on scripted servers, a network in memory and virtual time. */
export class SessionHarness {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly servers: ScriptedCluster;
  readonly cluster: AsyncCluster;
  readonly session: AsyncCassandraSession;

  private constructor(
    clock: VirtualClock,
    network: MemoryNetwork,
    servers: ScriptedCluster,
    cluster: AsyncCluster,
    session: AsyncCassandraSession,
  ) {
    this.clock = clock;
    this.network = network;
    this.servers = servers;
    this.cluster = cluster;
    this.session = session;
  }

  static async start(options: HarnessOptions = {}): Promise<SessionHarness> {
    const clock = new VirtualClock();
    const network = new MemoryNetwork({
      timers: clock,
      random: new SeededRandom(options.seed ?? 1),
      conditions: { latencyMs: options.latencyMs ?? 1 },
    });
    const servers = await ScriptedCluster.start({
      network,
      nodes: options.nodes ?? 1,
      firstAddress: '10.0.0.1',
      versions: options.versions ?? [4, 5],
      ...options.servers,
    });
    const cluster = new AsyncCluster(
      { contactPoints: servers.contactPoints, localDataCenter: 'datacenter1', ...options.cluster },
      network.seams,
    );
    const session = await clock.settle(cluster.connect(options.keyspace));
    return new SessionHarness(clock, network, servers, cluster, session);
  }

  /** The n-th node. */
  node(index = 0): ScriptedServer {
    return this.servers.node(index);
  }

  /** Runs virtual time until the promise settles. */
  settle<T>(promise: PromiseLike<T>): Promise<T> {
    return this.clock.settle(promise);
  }

  /** The error that a promise rejects with. */
  failure(promise: PromiseLike<unknown>): Promise<Error> {
    return this.settle(rejection(promise));
  }

  /** What servers received of this session's statements, in order of arrival. */
  get statements(): ReceivedRequest[] {
    return this.servers.nodes.flatMap((node) => node.log.statements).sort((a, b) => a.at - b.at);
  }

  /** How often a statement's text was prepared, on all nodes. */
  prepares(cql?: string): number {
    return this.servers.nodes
      .flatMap((node) => node.log.ofOpcode('PREPARE'))
      .filter((request) => cql === undefined || request.cql === cql).length;
  }

  clearLogs(): void {
    for (const node of this.servers.nodes) node.log.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.settle(this.cluster.shutdown({ drainTimeoutMs: 0 }));
    await this.servers.stop();
    const { faults } = this.servers;
    if (faults.length > 0) throw new Error(`Faults of the client: ${faults.join('; ')}`);
  }
}

/** The error that a promise rejects with, once the test has moved time on. */
export function rejection(promise: PromiseLike<unknown>): Promise<Error> {
  return Promise.resolve(promise).then(
    () => new Error('The promise was expected to reject'),
    (reason: unknown) => (reason instanceof Error ? reason : new Error('It rejected with a value that is no error')),
  );
}

/** Whether a promise has settled by now. */
export async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}
