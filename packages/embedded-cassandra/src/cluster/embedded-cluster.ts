import { EmbeddedCassandraError } from '../errors.ts';
import type { Credential } from '../tls/certificate-authority.ts';
import type { TlsMaterial } from '../tls/tls-material.ts';
import { bringUp } from './bring-up.ts';
import { type ClusterContext, superuser } from './cluster-context.ts';
import type { EmbeddedClusterOptions } from './cluster-options.ts';
import type { EmbeddedNode } from './embedded-node.ts';
import { growCluster } from './grow-cluster.ts';
import { deadlineAfter } from './node-readiness.ts';
import { prepareCluster } from './prepare-cluster.ts';
import { resolveOptions } from './resolve-options.ts';
import { waitUntilWhole } from './ring-check.ts';

/** A running Apache Cassandra cluster that ends with this process at the latest. It does not keep the process alive. */
export class EmbeddedCluster implements AsyncDisposable {
  readonly version: string;
  /** Milliseconds from the start of the first process to a ring that is whole. */
  readonly readyAfterMs: number;
  readonly #context: ClusterContext;
  #nodes: readonly EmbeddedNode[];
  #stopped: Promise<void> | null = null;

  private constructor(context: ClusterContext, nodes: readonly EmbeddedNode[], readyAfterMs: number) {
    this.#context = context;
    this.#nodes = nodes;
    this.#updateMembers();
    this.version = context.release.version;
    this.readyAfterMs = readyAfterMs;
  }

  /**
   * Fetches Cassandra if it is not cached, and starts a cluster. Resolves when every node answers queries and sees
   * every other one.
   *
   * @throws EmbeddedCassandraError whose `code` says what is wrong and whose message says what to do; nothing is left
   * running then
   */
  static async start(options: EmbeddedClusterOptions = {}): Promise<EmbeddedCluster> {
    const resolved = resolveOptions(options, process.env);
    const context = await prepareCluster(resolved, process.env);
    try {
      const { nodes, elapsedMs } = await bringUp(context);
      return new EmbeddedCluster(context, nodes, elapsedMs);
    } catch (error) {
      await context.guard.release();
      throw error;
    }
  }

  /** In the order in which they were made; without those that were decommissioned. */
  get nodes(): readonly EmbeddedNode[] {
    return this.#nodes;
  }

  /** `address:port` of every node. */
  get contactPoints(): string[] {
    return this.#nodes.map(String);
  }

  /** The data centre of the first node. */
  get localDataCenter(): string {
    return this.#nodes[0]?.dataCenter ?? '';
  }

  /** What a client needs to connect; undefined unless the cluster was started with `tls`. */
  get tls(): TlsMaterial | undefined {
    return this.#context.tls?.material;
  }

  /** A certificate for one more client, or for the next turn of a rotation. */
  async issueClientCertificate(commonName: string): Promise<Credential> {
    const { tls } = this.#context;
    if (tls === undefined)
      throw new EmbeddedCassandraError('WRONG_STATE', 'This cluster has no TLS; start it with the option tls');
    return await tls.issueClient(commonName);
  }

  /** The superuser; undefined unless the cluster was started with `auth`. */
  get credentials(): { readonly username: string; readonly password: string } | undefined {
    return this.#context.options.auth ? superuser : undefined;
  }

  /**
   * Starts one more node, which takes over its share of the data; resolves when all nodes see it. All nodes must run.
   *
   * @param place - default: the first data centre, and the next rack in turn
   */
  async addNode(place: { readonly dataCenter?: string; readonly rack?: string } = {}): Promise<EmbeddedNode> {
    this.#checkRunning();
    const node = await growCluster(this.#context, this.#nodes, place);
    this.#nodes = [...this.#nodes, node];
    this.#updateMembers();
    return node;
  }

  /** Has a node (default: the last one) give its data to the others, leave the ring and end. All nodes must run. */
  async decommission(node: EmbeddedNode | undefined = this.#nodes.at(-1)): Promise<void> {
    this.#checkRunning();
    if (node === undefined || !this.#nodes.includes(node) || this.#nodes.length === 1) {
      throw new EmbeddedCassandraError(
        'WRONG_STATE',
        'Only a node of this cluster that is not its last one can be decommissioned',
      );
    }
    await node.leave();
    this.#nodes = this.#nodes.filter((each) => each !== node);
    this.#updateMembers();
    await waitUntilWhole(this.#context, this.#nodes, deadlineAfter(this.#context.options.startTimeoutMs));
  }

  /**
   * Resolves when every node sees every other one and all agree on the schema: after `resume()`, or after a change of the
   * schema by a client that does not wait for agreement. All nodes must run.
   *
   * @throws EmbeddedCassandraError `START_TIMEOUT`, `WRONG_STATE`
   */
  async untilWhole(timeoutMs: number = this.#context.options.startTimeoutMs): Promise<void> {
    this.#checkRunning();
    await waitUntilWhole(this.#context, this.#nodes, deadlineAfter(timeoutMs));
  }

  /** Ends all nodes at once and removes their files. May be called again. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#end();
    await this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #end(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.kill()));
    await this.#context.guard.release();
  }

  #updateMembers(): void {
    const { members } = this.#context;
    members.clear();
    for (const node of this.#nodes) members.add(node);
  }

  /** Nodes come and go in agreement with all others, so all must run. */
  #checkRunning(): void {
    if (this.#stopped !== null)
      throw new EmbeddedCassandraError('WRONG_STATE', 'This cluster was stopped; start another');
    const down = this.#nodes.find((node) => node.state !== 'running');
    if (down !== undefined) {
      throw new EmbeddedCassandraError(
        'WRONG_STATE',
        `Node ${down.toString()} is ${down.state}; bring it back before the ring changes`,
      );
    }
  }
}
