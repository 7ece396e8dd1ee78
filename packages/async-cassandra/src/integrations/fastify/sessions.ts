import type { AsyncCluster } from '../../client/index.ts';
import { ConfigurationError } from '../../errors/index.ts';
import type { CassandraSession } from '../../session/index.ts';
import type { CloseServiceOptions, Drain } from './draining.ts';
import { type Readiness, readinessOf, type SessionReadiness } from './readiness.ts';

/** One session of a service, and what the plugin knows of it. */
export interface RegisteredSession {
  readonly name: string;
  readonly session: CassandraSession;
  /** The cluster that the session was opened of; undefined for a session made elsewhere. */
  readonly cluster: AsyncCluster | undefined;
  readonly isRequired: boolean;
  readonly localDataCenter: string | undefined;
}

/**
 * The sessions of a service: what `fastify.cassandra` is. Plugins registered in an encapsulated context see the sessions of
 * the contexts around it, and their own, which the contexts around it do not see.
 */
export class FastifyCassandra {
  readonly #parent: FastifyCassandra | null;
  readonly #own = new Map<string, RegisteredSession>();
  /** Those of all contexts, for the service's readiness; shared with all of them. */
  readonly #all: Set<RegisteredSession>;
  /** @internal */
  readonly drain: Drain;

  /** @internal */
  constructor(parent: FastifyCassandra | null, drain: Drain) {
    this.#parent = parent;
    this.drain = drain;
    this.#all = parent === null ? new Set() : parent.#all;
  }

  /** The session called `default`, or the only one. @throws ConfigurationError when there is neither */
  get session(): CassandraSession {
    return this.#defaultOne().session;
  }

  /** The cluster of that session; undefined when the session was made elsewhere. */
  get cluster(): AsyncCluster | undefined {
    return this.#defaultOne().cluster;
  }

  /** Whether the service is about to close. */
  get isDraining(): boolean {
    return this.drain.isDraining;
  }

  /**
   * Fires when the service takes no connections any more. Replies that would go on for ever, as server-sent events, should end
   * then: they would be cut off after `drainTimeoutMs`.
   */
  get closingSignal(): AbortSignal {
    return this.drain.closing;
  }

  /** A session by the `name` it was registered with. @throws ConfigurationError when there is none */
  get(name: string): CassandraSession {
    return this.#find(name).session;
  }

  /** The cluster of a named session; undefined when the session was made elsewhere. */
  clusterOf(name: string): AsyncCluster | undefined {
    return this.#find(name).cluster;
  }

  /**
   * From now on the service says that it is not ready, and asks clients to open new connections elsewhere
   * (`Connection: close`), while it still serves what comes. `closeService()` begins with this.
   */
  startDraining(): void {
    this.drain.start();
  }

  /**
   * Closes the service without losing a reply; what to do on SIGTERM. It says that it is not ready and serves on for
   * `drainDelayMs`, so that load balancers notice; closes its port; completes the requests that it has taken, for at most
   * `drainTimeoutMs`; and then does what `fastify.close()` does, which turns requests away at once. Repeated calls wait for the
   * first.
   * @throws ConfigurationError when the options are wrong
   */
  closeService(options: CloseServiceOptions = {}): Promise<void> {
    return this.drain.closeService(options);
  }

  /** Whether the service can serve requests: what `/health/ready` answers. */
  readiness(): Readiness {
    const sessions: Record<string, SessionReadiness> = {};
    let reason: Readiness['reason'] = this.isDraining ? 'draining' : this.#all.size === 0 ? 'noSession' : undefined;
    for (const { name, session, isRequired, localDataCenter } of this.#all) {
      const found = readinessOf(session, localDataCenter);
      sessions[name] = found;
      if (isRequired) reason ??= found.reason;
    }
    return reason === undefined ? { status: 'ready', sessions } : { status: 'notReady', reason, sessions };
  }

  /** @internal */
  add(registered: RegisteredSession): void {
    this.assertFree(registered.name);
    this.#own.set(registered.name, registered);
    this.#all.add(registered);
  }

  /** @internal */
  assertFree(name: string): void {
    if (this.#own.has(name)) {
      throw new ConfigurationError('name', `There is a session called "${name}" already; give each a name of its own`);
    }
  }

  #defaultOne(): RegisteredSession {
    const [only] = this.#own.size === 1 ? this.#own.values() : [];
    const own = this.#own.get('default') ?? only;
    if (own !== undefined) return own;
    return this.#parent === null ? this.#find('default') : this.#parent.#defaultOne();
  }

  #find(name: string): RegisteredSession {
    const found = this.#own.get(name);
    if (found !== undefined) return found;
    if (this.#parent !== null) return this.#parent.#find(name);
    throw new ConfigurationError('name', `There is no session called "${name}"; register the plugin with that name`);
  }
}
