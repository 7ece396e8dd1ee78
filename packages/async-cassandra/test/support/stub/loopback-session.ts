import { AsyncCluster } from '../../../src/client/cluster.ts';
import type { ClusterOptions } from '../../../src/client/cluster-options.ts';
import { createSystemSeams } from '../../../src/connection/index.ts';
import type { AsyncCassandraSession } from '../../../src/session/index.ts';
import type { ScriptedCluster } from '../scripted-cluster.ts';
import { LoopbackNetwork } from './loopback-network.ts';
import { fastPathOptions, startStubCluster } from './stub-cluster.ts';
import type { StubOptions } from './stub-options.ts';

const PORT = 9042;

/** A session on a stub in the same process, whose writes and reads can be counted. */
export class LoopbackSession implements AsyncDisposable {
  readonly network: LoopbackNetwork;
  readonly session: AsyncCassandraSession;
  private readonly servers: ScriptedCluster;
  private readonly cluster: AsyncCluster;

  private constructor(
    network: LoopbackNetwork,
    servers: ScriptedCluster,
    cluster: AsyncCluster,
    session: AsyncCassandraSession,
  ) {
    this.network = network;
    this.servers = servers;
    this.cluster = cluster;
    this.session = session;
  }

  static async start(
    options: ClusterOptions,
    stub: StubOptions & { readonly chunkBytes?: number } = {},
  ): Promise<LoopbackSession> {
    const network = new LoopbackNetwork({ ...fastPathOptions(stub), chunkBytes: stub.chunkBytes ?? 64 * 1024 });
    const servers = await startStubCluster(network, stub, PORT);
    const seams = { ...createSystemSeams(), sockets: network, lookup: async (host: string) => [host] };
    const cluster = new AsyncCluster({ contactPoints: servers.contactPoints, ...options }, seams);
    return new LoopbackSession(network, servers, cluster, await cluster.connect());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.shutdown();
    await this.servers.stop();
  }
}
