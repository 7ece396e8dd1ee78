import { EventEmitter } from 'node:events';
import { ConnectLimiter } from '../cluster/connect-limiter.ts';
import { type ConnectionConfig, DeadlineTicker, type Seams } from '../connection/index.ts';
import { SessionClosedError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { SchemaChange } from '../protocol/index.ts';
import { AsyncCloseable, type AsyncCassandraSession } from '../session/index.ts';
import { ClusterLink } from './cluster-link.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { openSession } from './open-session.ts';
import { type ResolvedOptions, resolveOptions } from './resolve-options.ts';
import { tlsOptionsFor } from './tls-options.ts';

/** What a cluster tells its listeners. */
export interface ClusterEvents {
  nodeUp: [node: NodeInfo];
  nodeDown: [node: NodeInfo];
  nodeAdded: [node: NodeInfo];
  nodeRemoved: [node: NodeInfo];
  schemaChange: [change: SchemaChange];
  topologyChange: [];
}

/** A Cassandra cluster: where its nodes are, what they hold, and how to talk to them. Sessions execute statements on it. */
export class AsyncCluster extends AsyncCloseable {
  readonly #options: ResolvedOptions;
  readonly #ticker: DeadlineTicker;
  readonly #link: ClusterLink;
  readonly #base: Omit<ConnectionConfig, 'protocolVersion'>;
  readonly #limiter = new ConnectLimiter();
  readonly #sessions = new Set<AsyncCassandraSession>();
  readonly #connecting = new Set<Promise<unknown>>();
  readonly #emitter = new EventEmitter<ClusterEvents>();

  /** @throws ConfigurationError naming the option that is unknown, mistyped or in conflict */
  constructor(options: ClusterOptions = {}, seams?: Seams) {
    super();
    const resolved = resolveOptions(options, seams);
    this.#options = resolved;
    const { timers } = resolved.seams;
    this.#ticker = new DeadlineTicker(timers);
    resolved.timestampGenerator.init?.(() => timers.wallClockMicros());
    this.#base = {
      seams: resolved.seams,
      ticker: this.#ticker,
      compression: resolved.compression,
      authProvider: resolved.authProvider,
      tls: tlsOptionsFor(resolved.tls),
      connectTimeoutMs: resolved.connectTimeoutMs,
      heartbeatIntervalMs: resolved.heartbeatIntervalMs,
      heartbeatTimeoutMs: resolved.heartbeatTimeoutMs,
      maxRequestsPerConnection: resolved.maxRequestsPerConnection,
      maxEnvelopeBytes: resolved.maxEnvelopeBytes,
      maxBufferedWriteBytes: resolved.maxBufferedWriteBytes,
      maxOrphaned: resolved.maxOrphaned,
      startupOptions: resolved.startup,
      logger: resolved.logger,
    };
    this.#link = new ClusterLink(resolved, this.#base, {
      nodeUp: (node) => this.#emitter.emit('nodeUp', node),
      nodeDown: (node) => this.#emitter.emit('nodeDown', node),
      nodeAdded: (node) => this.#emitter.emit('nodeAdded', node),
      nodeRemoved: (node) => this.#emitter.emit('nodeRemoved', node),
      schemaChange: (change) => this.#emitter.emit('schemaChange', change),
      topologyChange: () => this.#emitter.emit('topologyChange'),
    });
  }

  get activeOperations(): number {
    let active = this.#connecting.size;
    for (const session of this.#sessions) active += session.activeOperations;
    return active;
  }

  /** Opens a session with pools of its own. */
  async connect(keyspace: string | undefined = this.#options.keyspace): Promise<AsyncCassandraSession> {
    if (this.isClosing) throw new SessionClosedError('The cluster is closed or closing; make another one');
    const connecting = this.#connect(keyspace);
    this.#connecting.add(connecting);
    try {
      return await connecting;
    } finally {
      this.#connecting.delete(connecting);
    }
  }

  shutdown(options?: { readonly drainTimeoutMs?: number }): Promise<void> {
    return this.close(options);
  }

  protected override async closeOnce(options: { readonly drainTimeoutMs?: number }): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close(options)));
    await this.#link.control.close();
    await Promise.allSettled(this.#connecting);
  }

  async #connect(keyspace: string | undefined): Promise<AsyncCassandraSession> {
    await this.#link.control.start();
    const protocolVersion = this.#link.finder.version;
    if (protocolVersion === undefined) throw new SessionClosedError('The cluster was closed while it connected');
    const session = await openSession(
      {
        options: this.#options,
        link: this.#link,
        config: { ...this.#base, protocolVersion },
        limiter: this.#limiter,
        onClosed: (closed) => this.#sessions.delete(closed),
      },
      keyspace,
    );
    this.#sessions.add(session);
    return session;
  }
}
