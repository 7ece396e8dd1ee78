import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import type {
  EndPoint,
  Seams,
  SocketFactory,
  Timers,
  Transport,
  TransportHandler,
} from '../../src/connection/index.ts';
import { MemoryLink } from './memory/memory-link.ts';
import { defaultConditions } from './memory/memory-pipe.ts';
import type { LinkConditions } from './memory/memory-pipe.ts';
import { SeededRandom } from './seeded-random.ts';
import type { ServerLink, ServerLinkHandler, ServerListener, ServerNetwork } from './server/link.ts';

export type { LinkConditions } from './memory/memory-pipe.ts';
export { MemoryLink } from './memory/memory-link.ts';

interface Listening {
  readonly accept: (link: ServerLink) => ServerLinkHandler;
}

export interface MemoryNetworkOptions {
  readonly timers: Timers;
  readonly random?: SeededRandom;
  /** Of links opened from now on. */
  readonly conditions?: Partial<LinkConditions>;
}

/**
 * A network inside the process, on any clock: servers listen on it (`new ScriptedServer({ network })`), the driver
 * connects through it (`network.seams`). TLS options are noted and ignored: there is nothing to encrypt.
 */
export class MemoryNetwork implements SocketFactory, ServerNetwork {
  readonly timers: Timers;
  readonly random: SeededRandom;
  /** Every link ever opened, in order; closed ones are dropped from time to time. */
  links: MemoryLink[] = [];
  /** Attempts to connect, refused ones too. */
  connects = 0;
  /** Calls of `lookup`. */
  lookups = 0;
  private readonly conditions: LinkConditions;
  private readonly conditionsByHost = new Map<string, Partial<LinkConditions>>();
  private readonly listening = new Map<string, Listening>();
  private readonly names = new Map<string, readonly string[]>();
  private readonly unreachable = new Set<string>();
  private nextPort = 20_000;

  constructor(options: MemoryNetworkOptions) {
    this.timers = options.timers;
    this.random = options.random ?? new SeededRandom(1);
    this.conditions = { ...defaultConditions, ...options.conditions };
  }

  /** What the composition root of the driver takes: this network, its clock, its random, its names. */
  get seams(): Seams {
    return { timers: this.timers, sockets: this, lookup: (host) => this.lookup(host), random: this.random.next };
  }

  /** Links that are open now, to one host or to all. */
  openLinks(host?: string): MemoryLink[] {
    return this.links.filter((link) => link.isOpen && (host === undefined || link.host === host));
  }

  /** Conditions of links to this host: those to be opened and those that are open. */
  shape(host: string, conditions: Partial<LinkConditions>): void {
    this.conditionsByHost.set(host, { ...this.conditionsByHost.get(host), ...conditions });
    for (const link of this.openLinks(host)) {
      Object.assign(link.toServer.conditions, conditions);
      Object.assign(link.toClient.conditions, conditions);
    }
  }

  /** Addresses of a host name, for `lookup`. */
  name(host: string, addresses: readonly string[]): void {
    this.names.set(host, addresses);
  }

  /** Connecting to the host gets no answer, and bytes on open links vanish; `reachable: true` undoes the former. */
  blackHole(host: string, reachable = false): void {
    if (reachable) {
      this.unreachable.delete(host);
      return;
    }
    this.unreachable.add(host);
    for (const link of this.openLinks(host)) link.halfOpen();
  }

  async lookup(host: string): Promise<readonly string[]> {
    this.lookups++;
    const addresses =
      this.names.get(host) ??
      (/^[\d.]+$|:/.test(host) || host === 'localhost' ? [host === 'localhost' ? '127.0.0.1' : host] : undefined);
    if (addresses === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
    return addresses;
  }

  async listen(host: string, port: number, accept: (link: ServerLink) => ServerLinkHandler): Promise<ServerListener> {
    const chosen = port === 0 ? this.nextPort++ : port;
    const key = `${host}:${chosen}`;
    if (this.listening.has(key)) throw Object.assign(new Error(`listen EADDRINUSE ${key}`), { code: 'EADDRINUSE' });
    this.listening.set(key, { accept });
    return {
      host,
      port: chosen,
      close: async () => {
        this.listening.delete(key);
      },
    };
  }

  connect(endPoint: EndPoint, _tls: TlsConnectionOptions | undefined, handler: TransportHandler): Transport {
    const { host, port } = endPoint;
    const conditions = { ...this.conditions, ...this.conditionsByHost.get(host) };
    const link = new MemoryLink(this, { host, port, number: ++this.connects }, conditions, handler);
    if (this.links.length > 1000) this.links = this.links.filter((other) => other.isOpen);
    this.links.push(link);
    const answer = (): void => {
      const address = this.names.get(host)?.[0] ?? host;
      const listening = this.listening.get(`${address}:${port}`);
      if (listening === undefined) link.refused('ECONNREFUSED');
      else link.accepted(listening.accept);
    };
    if (this.unreachable.has(host)) return link;
    // A handshake is one round trip.
    const wait = 2 * conditions.latencyMs + this.random.next() * conditions.jitterMs;
    if (wait <= 0) this.timers.setImmediate(answer);
    else this.timers.setTimeout(answer, wait);
    return link;
  }
}
