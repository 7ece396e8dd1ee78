import type { TimerHandle, Timers } from '../../src/connection/index.ts';
import { answerByDefault } from './server/default-answers.ts';
import { Exchange } from './server/exchange.ts';
import type { ServerListener, ServerNetwork } from './server/link.ts';
import { DEFAULT_SCHEMA_VERSION, uuidOf } from './server/node-model.ts';
import type { NodeModel } from './server/node-model.ts';
import type { ServerStatement } from './server/prepared-statement.ts';
import { realTimers } from './server/real-timers.ts';
import type { Reply } from './server/replies.ts';
import type { ReceivedRequest } from './server/received-request.ts';
import { RequestLog } from './server/request-log.ts';
import type { ProtocolOptions, StatementDescription } from './server/roles.ts';
import { RuleTable } from './server/rules.ts';
import type { Matcher, Rule, RuleOptions } from './server/rules.ts';
import { SchemaModel } from './server/schema-model.ts';
import { ServerConnection } from './server/server-connection.ts';
import type { ConnectionOwner } from './server/server-connection.ts';
import type { ScriptedServerOptions } from './server/server-options.ts';
import { systemTables } from './server/system-tables.ts';
import type { TableModel } from './server/table-model.ts';
import { tcpNetwork } from './server/tcp-network.ts';
import { encodeEvent, opcodes } from './wire/index.ts';
import type { Column, ServerEvent } from './wire/index.ts';

/** A node of its own: listens, shakes hands, knows its system tables, and answers the rest by script (`when`). */
export class ScriptedServer implements ConnectionOwner {
  readonly node: NodeModel;
  readonly timers: Timers;
  readonly schema: SchemaModel;
  options: ProtocolOptions;
  readonly log: RequestLog;
  /** Prepared statements by id in hex. */
  readonly statements: Map<string, ServerStatement> = new Map();
  readonly connections: Set<ServerConnection> = new Set();
  /** What clients did against the protocol; tests assert that it is empty. */
  readonly faults: string[] = [];
  connectionsAccepted = 0;
  isFrozen = false;
  private readonly network: ServerNetwork;
  private readonly rules = new RuleTable();
  private readonly sharedRules: RuleTable | undefined;
  private readonly system: ReadonlyMap<string, TableModel>;
  private listener: ServerListener | undefined;
  private readonly delays = new Set<TimerHandle>();
  private traces = 0;

  constructor(options: ScriptedServerOptions = {}) {
    this.network = options.network ?? tcpNetwork(options.tls);
    this.timers = options.timers ?? this.network.timers ?? realTimers;
    this.schema = options.schema ?? new SchemaModel();
    this.log = new RequestLog(options.logLimit ?? 100_000);
    this.sharedRules = options.sharedRules;
    this.options = {
      versions: options.versions ?? [3, 4, 5],
      betaVersions: options.betaVersions ?? [],
      compression: options.compression ?? ['lz4', 'snappy'],
      supported: options.supported ?? {},
      auth: options.auth,
    };
    const address = options.host ?? '127.0.0.1';
    this.node = {
      hostId: uuidOf(`node ${address}:${options.port ?? 0}`),
      address,
      port: options.port ?? 0,
      dataCenter: 'datacenter1',
      rack: 'rack1',
      releaseVersion: '5.0.9',
      tokens: ['0'],
      schemaVersion: DEFAULT_SCHEMA_VERSION,
      complete: true,
      ...options.node,
    };
    this.system = systemTables({
      self: this.node,
      clusterName: options.clusterName ?? 'scripted',
      partitioner: options.partitioner ?? 'org.apache.cassandra.dht.Murmur3Partitioner',
      schema: this.schema,
      hasPeersV2: options.hasPeersV2 ?? true,
      peers: options.peers ?? ((): readonly NodeModel[] => []),
    });
  }

  static async start(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(options);
    await server.start();
    return server;
  }

  get host(): string {
    return this.node.address;
  }

  get port(): number {
    return this.node.port;
  }

  /** `host:port`, as a contact point. */
  get contactPoint(): string {
    return this.host.includes(':') ? `[${this.host}]:${this.port}` : `${this.host}:${this.port}`;
  }

  get isListening(): boolean {
    return this.listener !== undefined;
  }

  /** Listens; again on the same port after `stop`. */
  async start(): Promise<void> {
    this.listener ??= await this.network.listen(this.node.address, this.node.port, (link) => {
      const connection = new ServerConnection(this, link, ++this.connectionsAccepted);
      this.connections.add(connection);
      if (this.isFrozen) connection.pause();
      return connection;
    });
    this.node.port = this.listener.port;
  }

  /** Stops listening and closes all connections (`reset`: as a killed process's kernel does). Prepared statements are forgotten. */
  async stop(how: 'destroy' | 'reset' = 'destroy'): Promise<void> {
    const { listener } = this;
    this.listener = undefined;
    await listener?.close();
    this.closeConnections(how);
    this.statements.clear();
    for (const delay of this.delays) this.timers.clearTimeout(delay);
    this.delays.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  closeConnections(how: 'end' | 'destroy' | 'reset' = 'destroy'): void {
    for (const connection of [...this.connections]) connection.close(how);
    this.connections.clear();
  }

  /** Is another release from its next start on. */
  becomes(releaseVersion: string, versions: readonly number[]): void {
    this.node.releaseVersion = releaseVersion;
    this.options = { ...this.options, versions };
  }

  /** From now on nothing is read or written, as by a process that is stopped (SIGSTOP); connecting still works. */
  freeze(): void {
    this.isFrozen = true;
    for (const connection of this.connections) connection.pause();
  }

  thaw(): void {
    this.isFrozen = false;
    for (const connection of this.connections) connection.resume();
  }

  /** Answers the requests that match; newer rules go before older ones, all before the defaults. */
  when(matcher: Matcher, reply: Reply, options?: RuleOptions): Rule {
    return this.rules.add(matcher, reply, options);
  }

  /** Drops all rules. */
  reset(): void {
    this.rules.clear();
  }

  /** Forgets prepared statements (all, or those with this text): their next EXECUTE gets UNPREPARED. */
  forgetPrepared(cql?: string): void {
    for (const [id, statement] of this.statements)
      if (cql === undefined || statement.cql === cql) this.statements.delete(id);
  }

  /** Sends the event to the connections that registered for its type; says to how many. */
  pushEvent(event: ServerEvent): number {
    let count = 0;
    for (const connection of this.connections) {
      if (!connection.eventTypes.has(event.type) || connection.version === undefined) continue;
      connection.send({
        version: connection.version,
        isResponse: true,
        flags: 0,
        streamId: -1,
        opcode: opcodes.EVENT,
        body: encodeEvent(event),
      });
      count++;
    }
    return count;
  }

  findTable(keyspace: string | undefined, name: string): TableModel | undefined {
    return this.system.get(`${keyspace}.${name}`) ?? this.schema.table(keyspace, name);
  }

  describe(cql: string): StatementDescription & { readonly columns: readonly Column[] | undefined } {
    const rule = this.rules.describing(cql) ?? this.sharedRules?.describing(cql);
    return { ...rule?.options, columns: rule?.reply.columns };
  }

  /** @internal One request, from a connection. */
  handle(request: ReceivedRequest): void {
    this.log.add(request);
    const exchange = new Exchange(this, request);
    const unknown = this.unpreparedId(request);
    if (unknown !== undefined) {
      const message = `Prepared query with ID ${unknown.toString('hex')} not found`;
      exchange.error('unprepared', { message, id: unknown });
      return;
    }
    const texts = this.textsOf(request);
    const rule = this.rules.find(request, texts) ?? this.sharedRules?.find(request, texts);
    if (rule === undefined) answerByDefault(exchange);
    else rule.reply.send(exchange);
  }

  /** @internal A delay that ends with the server. */
  later(ms: number, action: () => void): void {
    const delay = this.timers.setTimeout(() => {
      this.delays.delete(delay);
      action();
    }, ms);
    this.delays.add(delay);
  }

  /** @internal */
  fault(text: string): void {
    this.faults.push(text);
  }

  /** @internal */
  connectionClosed(connection: ServerConnection): void {
    this.connections.delete(connection);
  }

  /** @internal A new trace id, the same ones in every run. */
  nextTraceId(): string {
    return `${(++this.traces).toString(16).padStart(8, '0')}-0000-1000-8000-000000000000`;
  }

  private unpreparedId({ message, batch, statement }: ReceivedRequest): Buffer | undefined {
    if (message.opcode === opcodes.EXECUTE) return statement === undefined ? message.id : undefined;
    return batch?.members.find(({ id }) => id !== undefined && !this.statements.has(id.toString('hex')))?.id;
  }

  private textsOf({ cql, batch }: ReceivedRequest): readonly string[] {
    if (cql !== undefined) return [cql];
    return (
      batch?.members.map(
        (member) => member.cql ?? this.statements.get((member.id as Buffer).toString('hex'))?.cql ?? '',
      ) ?? []
    );
  }
}
