import { ClusterWatch, ConnectLimiter } from '../cluster/index.ts';
import type { UserTypeClass } from '../codecs/index.ts';
import { type ConnectionConfig, DeadlineTicker, type Seams } from '../connection/index.ts';
import { DriverLogger, LogSink } from '../diagnostics/index.ts';
import { ConfigurationError, SessionClosedError } from '../errors/index.ts';
import type { ClusterMetadata } from '../metadata/index.ts';
import { type AsyncCassandraSession, AsyncCloseable } from '../session/index.ts';
import { ClusterEmitter, type ClusterEvents } from './cluster-events.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { connectionDefaults } from './connection-defaults.ts';
import { openSession } from './open-session.ts';
import { type ResolvedOptions, resolveOptions } from './resolve-options.ts';

/**
 * A Cassandra cluster: where its nodes are, what they hold, and how to talk to them. It makes no connection until
 * `connect` is called; sessions execute statements. One of each is enough for a whole service.
 */
export class AsyncCluster extends AsyncCloseable {
  readonly #options: ResolvedOptions;
  readonly #defaults: Omit<ConnectionConfig, 'protocolVersion'>;
  readonly #watch: ClusterWatch;
  readonly #limiter = new ConnectLimiter();
  readonly #sessions = new Set<AsyncCassandraSession>();
  readonly #connecting = new Set<Promise<unknown>>();
  readonly #emitter: ClusterEmitter;
  readonly #log: LogSink;
  readonly #logger: DriverLogger;
  #sessionsOpened = 0;
  /** Calls of `connect()` that have not settled. */
  #opening = 0;
  /** Some session was open: from then on the cluster is watched until it is closed. */
  #wasConnected = false;

  /** @throws ConfigurationError naming the path of the option that is unknown, mistyped or in conflict */
  constructor(options?: ClusterOptions);
  /**
   * @param seams - the world outside of the process, for tests
   * @internal
   */
  constructor(options: ClusterOptions | undefined, seams: Seams | undefined);
  constructor(options: ClusterOptions = {}, seams?: Seams) {
    super();
    const given = resolveOptions(options, seams);
    const { timers } = given.seams;
    this.#log = new LogSink(given.logger, timers);
    this.#logger = new DriverLogger(this.#log);
    const resolved = { ...given, logger: this.#logger };
    this.#options = resolved;
    this.#emitter = new ClusterEmitter(resolved.logger);
    this.#emitter.on('schemaChange', (change) => {
      for (const session of this.#sessions) session.onSchemaChange(change);
    });
    this.#defaults = connectionDefaults(resolved, new DeadlineTicker(timers));
    resolved.timestampGenerator.init?.(() => timers.wallClockMicros());
    resolved.requestIdGenerator?.init?.(resolved.seams.random);
    const policies = [resolved.defaultProfile, ...resolved.profiles.values()].map(
      (profile) => profile.loadBalancingPolicy,
    );
    this.#watch = new ClusterWatch({
      seams: resolved.seams,
      logger: resolved.logger,
      listener: this.#emitter,
      connection: this.#defaults,
      contactPoints: resolved.contactPoints,
      port: resolved.port,
      protocolVersion: resolved.protocolVersion,
      localDataCenter: resolved.localDataCenter,
      localRack: resolved.localRack,
      keptKeyspaces: resolved.schemaKeyspaces,
      loadBalancingPolicies: [...new Set(policies)],
      reconnectionPolicy: resolved.reconnectionPolicy,
      addressTranslator: resolved.addressTranslator,
    });
  }

  /** A cluster with user name and password; `options` may hold everything but these and the contact points. */
  static createWithAuth(
    contactPoints: readonly string[],
    username: string,
    password: string,
    options: Omit<ClusterOptions, 'contactPoints' | 'credentials' | 'authProvider'> = {},
  ): AsyncCluster {
    return new AsyncCluster({ ...options, contactPoints, credentials: { username, password } });
  }

  /** Nodes, keyspaces and the token ring as of now: an immutable snapshot, replaced when something changes. */
  get metadata(): ClusterMetadata {
    return this.#watch.metadata;
  }

  get activeOperations(): number {
    let active = this.#connecting.size;
    for (const session of this.#sessions) active += session.activeOperations;
    return active;
  }

  /**
   * Opens a session with pools of its own; the first call also finds the cluster's nodes.
   * @throws NoHostAvailableError, AuthenticationError, ConfigurationError, InvalidQueryError for a keyspace that does not exist,
   * SessionClosedError; nothing is left open then
   */
  async connect(keyspace: string | undefined = this.#options.keyspace): Promise<AsyncCassandraSession> {
    if (this.isClosing) throw closedError();
    if (keyspace !== undefined && (typeof keyspace !== 'string' || keyspace === '')) {
      throw new ConfigurationError('keyspace', 'connect() takes the name of a keyspace, or nothing');
    }
    const connecting = this.#connect(keyspace);
    this.#connecting.add(connecting);
    try {
      return await connecting;
    } finally {
      this.#connecting.delete(connecting);
    }
  }

  /** Values of a user-defined type are read as `new userClass(fields)`, in all sessions, from now on. */
  registerUserType(keyspace: string, name: string, userClass: UserTypeClass): void {
    this.#options.registry.registerUserType(keyspace, name, userClass);
  }

  /** Reads nodes and schema now; `metadata` then holds all that is in the keyspaces of the option `schemaKeyspaces`. */
  refreshSchema(): Promise<void> {
    return this.isClosing ? Promise.reject(closedError()) : this.#watch.refresh();
  }

  /**
   * Calls `listener` whenever something happens; what it throws is logged and does no harm.
   * @throws ConfigurationError when there is no such event, or the listener is no function
   */
  on<E extends keyof ClusterEvents>(event: E, listener: (...args: ClusterEvents[E]) => void): this {
    this.#emitter.on(event, listener);
    return this;
  }

  /** As `on`, for the next time only. */
  once<E extends keyof ClusterEvents>(event: E, listener: (...args: ClusterEvents[E]) => void): this {
    this.#emitter.once(event, listener);
    return this;
  }

  /** Takes a listener away. */
  off<E extends keyof ClusterEvents>(event: E, listener: (...args: ClusterEvents[E]) => void): this {
    this.#emitter.off(event, listener);
    return this;
  }

  /** The same as `close()`: closes all sessions, then the cluster. */
  shutdown(options?: { readonly drainTimeoutMs?: number }): Promise<void> {
    return this.close(options);
  }

  protected override async closeOnce(options: { readonly drainTimeoutMs?: number }): Promise<void> {
    try {
      await Promise.all([...this.#sessions].map((session) => session.close(options)));
    } finally {
      await this.#watch.close();
      await Promise.allSettled(this.#connecting);
      this.#emitter.clear();
      this.#log.close();
    }
  }

  /** The last one to fail, where nobody was ever connected, closes the control connection too. */
  async #connect(keyspace: string | undefined): Promise<AsyncCassandraSession> {
    this.#opening++;
    try {
      const session = await this.#openSession(keyspace);
      this.#wasConnected = true;
      this.#opening--;
      return session;
    } catch (error) {
      this.#opening--;
      if (this.#opening === 0 && !this.#wasConnected) await this.#watch.pause();
      throw error;
    }
  }

  async #openSession(keyspace: string | undefined): Promise<AsyncCassandraSession> {
    await this.#watch.start();
    const { protocolVersion } = this.#watch;
    if (protocolVersion === undefined || this.isClosing) throw closedError();
    const logger = this.#logger.with({ session: `s${++this.#sessionsOpened}` });
    const session = await openSession(
      {
        options: { ...this.#options, logger },
        watch: this.#watch,
        config: { ...this.#defaults, protocolVersion },
        limiter: this.#limiter,
        onClosed: (closed) => {
          this.#sessions.delete(closed);
          logger.info?.('Session is closed');
        },
      },
      keyspace,
      (opening) => this.#sessions.add(opening),
    );
    if (this.isClosing) throw closedError();
    logger.info?.({ keyspace, protocolVersion }, 'Session is open');
    this.#watch.followContents();
    return session;
  }
}

function closedError(): SessionClosedError {
  return new SessionClosedError('The cluster is closed or closing; make another one');
}
