import { evenTokens, uuidOf } from './server/node-model.ts';
import type { NodeModel } from './server/node-model.ts';
import type { Reply } from './server/replies.ts';
import { RuleTable } from './server/rules.ts';
import type { Matcher, Rule, RuleOptions } from './server/rules.ts';
import { SchemaModel } from './server/schema-model.ts';
import { ScriptedServer } from './scripted-server.ts';
import type { ScriptedServerOptions } from './server/server-options.ts';
import type { ServerEvent } from './wire/index.ts';

/** What one node has of its own; versions, authentication and so on may differ from the cluster's. */
export interface ClusterNodeOptions
  extends Omit<ScriptedServerOptions, 'node' | 'peers' | 'schema' | 'sharedRules' | 'network' | 'timers'> {
  readonly dataCenter?: string;
  readonly rack?: string;
  readonly tokens?: readonly string[];
  readonly hostId?: string;
  readonly releaseVersion?: string;
}

export interface ScriptedClusterOptions
  extends Omit<ScriptedServerOptions, 'host' | 'port' | 'node' | 'peers' | 'sharedRules'> {
  /** Nodes by data centre, `{ dc1: 3, dc2: 2 }`; or one by one; or how many in `datacenter1`. Default 3. */
  readonly nodes?: number | Readonly<Record<string, number>> | readonly ClusterNodeOptions[];
  /** Racks of each data centre, given to its nodes in turn. Default 1. */
  readonly racks?: number;
  /** Default 4. */
  readonly tokensPerNode?: number;
  /** `addresses`: 127.0.0.1, .2, .3 on one port (what `system.peers` can tell); `ports`: 127.0.0.1 on a port each. Default `addresses`. */
  readonly addressing?: 'addresses' | 'ports';
  /** Address of the first node; the others count up. Default 127.0.0.1. */
  readonly firstAddress?: string;
  /** With `addresses`: the port of all. Default any that is free, 9042 on a network that is not real. */
  readonly port?: number;
}

/** Scripted nodes that know one another, share a schema and rules, and come and go. */
export class ScriptedCluster {
  readonly nodes: ScriptedServer[] = [];
  readonly schema: SchemaModel;
  /** Shown as peers by every node although nobody is there. */
  readonly ghosts: NodeModel[] = [];
  private readonly rules = new RuleTable();
  private readonly options: ScriptedClusterOptions;
  private port: number;
  private made = 0;

  private constructor(options: ScriptedClusterOptions) {
    this.options = options;
    this.schema = options.schema ?? new SchemaModel();
    this.port = options.port ?? (options.network === undefined ? 0 : 9042);
  }

  static async start(options: ScriptedClusterOptions = {}): Promise<ScriptedCluster> {
    const cluster = new ScriptedCluster(options);
    const specs = nodeSpecs(options);
    const tokensPerNode = options.tokensPerNode ?? 4;
    for (const [index, spec] of specs.entries()) {
      await cluster.launch({ tokens: evenTokens(index, specs.length, tokensPerNode), ...spec });
    }
    return cluster;
  }

  get contactPoints(): string[] {
    return this.nodes.map((node) => node.contactPoint);
  }

  /** The n-th node, from 0. */
  node(index: number): ScriptedServer {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`The cluster has ${this.nodes.length} nodes`);
    return node;
  }

  /** Protocol faults of clients, of all nodes. */
  get faults(): string[] {
    return this.nodes.flatMap((node) => node.faults.map((fault) => `${node.contactPoint}: ${fault}`));
  }

  /** A rule for all nodes, asked after each node's own. */
  when(matcher: Matcher, reply: Reply, options?: RuleOptions): Rule {
    return this.rules.add(matcher, reply, options);
  }

  /** Sends the event from every node that lives. */
  pushEvent(event: ServerEvent): void {
    for (const node of this.nodes) if (node.isListening) node.pushEvent(event);
  }

  /** Joins a node to the ring and starts it; the others tell their clients. */
  async addNode(spec: ClusterNodeOptions = {}): Promise<ScriptedServer> {
    const tokensPerNode = this.options.tokensPerNode ?? 4;
    const server = await this.launch({ tokens: evenTokens(this.made, this.made + 1, tokensPerNode), ...spec });
    this.tell(server, { type: 'TOPOLOGY_CHANGE', change: 'NEW_NODE' });
    this.tell(server, { type: 'STATUS_CHANGE', change: 'UP' });
    return server;
  }

  /** Takes a node out of the ring for good. */
  async removeNode(server: ScriptedServer): Promise<void> {
    this.nodes.splice(this.nodes.indexOf(server), 1);
    await server.stop();
    this.tell(server, { type: 'TOPOLOGY_CHANGE', change: 'REMOVED_NODE' });
  }

  /** Kills a node, which stays in the ring; `silently`: the others do not notice. */
  async stopNode(server: ScriptedServer, options: { readonly silently?: boolean } = {}): Promise<void> {
    await server.stop('reset');
    if (options.silently !== true) this.tell(server, { type: 'STATUS_CHANGE', change: 'DOWN' });
  }

  /** Starts a stopped node again, at another address when one is given. */
  async startNode(
    server: ScriptedServer,
    options: { readonly address?: string; readonly silently?: boolean } = {},
  ): Promise<void> {
    if (options.address !== undefined) server.node.address = options.address;
    await server.start();
    if (options.silently !== true) this.tell(server, { type: 'STATUS_CHANGE', change: 'UP' });
  }

  /** Sets the schema version of all nodes, or of some: until they agree, clients wait. */
  setSchemaVersion(text: string, nodes: readonly ScriptedServer[] = this.nodes): void {
    for (const { node } of nodes) node.schemaVersion = uuidOf(`schema ${text}`);
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) await node.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private tell(
    about: ScriptedServer,
    event:
      | { type: 'TOPOLOGY_CHANGE'; change: 'NEW_NODE' | 'REMOVED_NODE' }
      | { type: 'STATUS_CHANGE'; change: 'UP' | 'DOWN' },
  ): void {
    const { address, port } = about.node;
    for (const node of this.nodes) if (node !== about && node.isListening) node.pushEvent({ ...event, address, port });
  }

  private async launch(spec: ClusterNodeOptions): Promise<ScriptedServer> {
    const {
      nodes: _nodes,
      racks: _racks,
      tokensPerNode: _tokens,
      addressing = 'addresses',
      firstAddress = '127.0.0.1',
      ...shared
    } = this.options;
    const index = this.made++;
    const byAddress = addressing === 'addresses';
    const {
      dataCenter = 'datacenter1',
      rack = 'rack1',
      tokens = ['0'],
      hostId = uuidOf(`node ${index}`),
      releaseVersion = '5.0.9',
      ...own
    } = spec;
    const server: ScriptedServer = new ScriptedServer({
      ...shared,
      host: byAddress ? addressPlus(firstAddress, index) : firstAddress,
      port: byAddress ? this.port : 0,
      ...own,
      schema: this.schema,
      sharedRules: this.rules,
      node: { hostId, dataCenter, rack, tokens, releaseVersion },
      peers: () => [...this.nodes.filter((other) => other !== server).map((other) => other.node), ...this.ghosts],
    });
    await server.start();
    if (byAddress) this.port = server.port;
    this.nodes.push(server);
    return server;
  }
}

function nodeSpecs({ nodes = 3, racks = 1 }: ScriptedClusterOptions): readonly ClusterNodeOptions[] {
  if (Array.isArray(nodes)) return nodes as readonly ClusterNodeOptions[];
  const counts: Readonly<Record<string, number>> =
    typeof nodes === 'number' ? { datacenter1: nodes } : (nodes as Readonly<Record<string, number>>);
  return Object.entries(counts).flatMap(([dataCenter, count]) =>
    Array.from({ length: count }, (_, i) => ({ dataCenter, rack: `rack${(i % racks) + 1}` })),
  );
}

/** The IPv4 address `count` after this one. */
function addressPlus(address: string, count: number): string {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + count;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}
