import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { LinkShape } from './proxy/outlet.ts';
import { ProxiedConnection } from './proxy/proxied-connection.ts';
import type { ProxyOwner } from './proxy/proxied-connection.ts';
import { ProxyRule } from './proxy/proxy-rules.ts';
import type { Condition } from './proxy/proxy-rules.ts';
import type { Direction, Reaction } from './proxy/roles.ts';
import { SeededRandom } from './seeded-random.ts';
import { opcodeName } from './wire/index.ts';
import type { Envelope, OpcodeName } from './wire/index.ts';

export { corrupt, cut, delay, drop, forge, stall } from './proxy/proxy-rules.ts';
export type { Condition, ProxyRule } from './proxy/proxy-rules.ts';
export type { Direction, ProxyLink, Reaction } from './proxy/roles.ts';

export interface FaultProxyOptions {
  /** The server behind. */
  readonly target: { readonly host: string; readonly port: number };
  /** Default 127.0.0.1 and any free port. */
  readonly host?: string;
  readonly port?: number;
  /** Decides for rules with a probability. */
  readonly random?: SeededRandom;
}

const freeShape = (): LinkShape => ({ latencyMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, isBlackHole: false });

/**
 * Stands between a driver and a real node and breaks things on purpose: single envelopes by rules (`when`), whole
 * directions by `toServer` and `toClient`, all connections by `cut`, `stall` and `isRefusing`. v3 to v5, compressed or
 * not; over TLS only what needs no look at envelopes works. All of it can be switched while connections live.
 */
export class FaultProxy {
  /** Shape of all bytes in each direction. */
  readonly toServer: LinkShape = freeShape();
  readonly toClient: LinkShape = freeShape();
  /** New connections are reset. */
  isRefusing = false;
  readonly connections: Set<ProxiedConnection> = new Set();
  connectionsAccepted = 0;
  /** What the proxy could not make sense of. */
  readonly problems: string[] = [];
  /** Where new connections go; may be changed (a node that moved). */
  target: { readonly host: string; readonly port: number };
  readonly host: string;
  private readonly random: SeededRandom;
  private rules: ProxyRule[] = [];
  private readonly seen = new Map<string, number>();
  private server: Server | undefined;
  private listeningPort: number;
  private isStalled = false;

  constructor(options: FaultProxyOptions) {
    this.target = options.target;
    this.host = options.host ?? '127.0.0.1';
    this.listeningPort = options.port ?? 0;
    this.random = options.random ?? new SeededRandom(1);
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await proxy.start();
    return proxy;
  }

  get port(): number {
    return this.listeningPort;
  }

  get contactPoint(): string {
    return `${this.host}:${this.port}`;
  }

  async start(): Promise<void> {
    if (this.server !== undefined) return;
    const server = createServer({ noDelay: true }, (client) => this.accept(client));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.listeningPort, this.host, resolve);
    });
    this.listeningPort = (server.address() as AddressInfo).port;
  }

  /** Stops listening and closes all connections; `start` listens on the same port again. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    for (const connection of [...this.connections]) connection.close();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** From now on envelopes that meet the condition get the reaction; newer rules go first. */
  when(condition: Condition, reaction: Reaction): ProxyRule {
    const rule = new ProxyRule(condition, reaction, this.random, (removed) => {
      this.rules = this.rules.filter((other) => other !== removed);
    });
    this.rules = [rule, ...this.rules];
    return rule;
  }

  /** Everything passes again: no rules, no shapes, nothing stalled or refused. */
  heal(): void {
    this.rules = [];
    Object.assign(this.toServer, freeShape());
    Object.assign(this.toClient, freeShape());
    this.isRefusing = false;
    this.resume();
  }

  /** Breaks all connections that are open. */
  cut(how: 'reset' | 'end' = 'reset'): void {
    for (const connection of [...this.connections]) connection.cut(how);
  }

  /** Reads nothing from either side, of new connections too, until `resume` or `heal`. */
  stall(): void {
    this.isStalled = true;
    for (const connection of this.connections) this.stallBoth(connection);
  }

  resume(): void {
    this.isStalled = false;
    for (const connection of this.connections) {
      connection.resume('toServer');
      connection.resume('toClient');
    }
  }

  /** How many envelopes came by, with this opcode or all. */
  count(direction: Direction, opcode: OpcodeName | 'all' = 'all'): number {
    return this.seen.get(`${direction} ${opcode}`) ?? 0;
  }

  private accept(client: Socket): void {
    if (this.isRefusing) {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const owner: ProxyOwner = {
      toServer: this.toServer,
      toClient: this.toClient,
      reactionTo: (envelope, from, direction) => this.reactionTo(envelope, from, direction),
      problem: (text) => this.problems.push(text),
      closed: (closed) => this.connections.delete(closed),
    };
    const { host, port } = this.target;
    const server = connect({ host, port, noDelay: true });
    const connection = new ProxiedConnection(++this.connectionsAccepted, owner, client, server);
    this.connections.add(connection);
    if (this.isStalled) this.stallBoth(connection);
  }

  private stallBoth(connection: ProxiedConnection): void {
    connection.stall('toServer');
    connection.stall('toClient');
  }

  private reactionTo(envelope: Envelope, connection: ProxiedConnection, direction: Direction): Reaction | undefined {
    for (const key of [`${direction} all`, `${direction} ${opcodeName(envelope.opcode)}`]) {
      this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
    }
    return this.rules.find((rule) => rule.accepts(envelope, connection, direction))?.reaction;
  }
}
