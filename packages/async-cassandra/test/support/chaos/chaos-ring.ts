import { EmbeddedCluster, type EmbeddedNode } from 'embedded-cassandra';
import { FaultProxy } from '../fault-proxy.ts';

/** A real node and the proxy that all clients reach it through. */
export interface ChaosNode {
  readonly node: EmbeddedNode;
  readonly proxy: FaultProxy;
}

/** Three real nodes with an address each, and a proxy in front of every one. */
export class ChaosRing implements AsyncDisposable {
  readonly cluster: EmbeddedCluster;
  readonly nodes: readonly ChaosNode[];

  private constructor(cluster: EmbeddedCluster, nodes: readonly ChaosNode[]) {
    this.cluster = cluster;
    this.nodes = nodes;
  }

  static async start(): Promise<ChaosRing> {
    // An address for each node, because cassandra-driver tells nodes apart by their addresses.
    const cluster = await EmbeddedCluster.start({
      nodes: 3,
      addresses: 'distinct',
      // As in production: a coordinator learns which replicas answer. Clusters for tests are started without.
      yaml: { dynamic_snitch: true },
      jvmArgs: ['-XX:TieredStopAtLevel=1'],
    });
    const nodes: ChaosNode[] = [];
    for (const node of cluster.nodes) {
      const proxy = await FaultProxy.start({ target: { host: node.address, port: node.port } });
      nodes.push({ node, proxy });
    }
    return new ChaosRing(cluster, nodes);
  }

  get contactPoints(): string[] {
    return this.nodes.map(({ proxy }) => proxy.contactPoint);
  }

  get localDataCenter(): string {
    return this.cluster.localDataCenter;
  }

  /** Where clients go instead of the address that a node advertises. */
  get detours(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.nodes.map(({ node, proxy }) => [node.address, proxy.contactPoint]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map(({ proxy }) => proxy.stop()));
    await this.cluster.stop();
  }
}
