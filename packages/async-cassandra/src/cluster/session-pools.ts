import type { Connection, EndPoint, Seams } from '../connection/index.ts';
import type { Logger } from '../diagnostics/index.ts';
import { ConnectionError, QueryError, SessionClosedError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { ReconnectionPolicy } from '../policies/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ClusterState, NodeFollower } from './cluster-state.ts';
import type { ConnectLimiter } from './connect-limiter.ts';
import { ConnectionPool } from './connection-pool.ts';
import { CountersByNode } from './node-counters.ts';
import { openToNode } from './open-to-node.ts';
import type { PoolListener } from './pool-options.ts';
import { connectionFailure, type NodeFailure } from './connection-failure.ts';
import { sleep } from './waiting.ts';
import { Watchers } from './watchers.ts';
import { createSharedAbort } from './shared-abort.ts';

/** How to open one connection of a session. */
export interface SessionConnectOptions {
  /** The keyspace to `USE`; undefined on v5, where it travels with each request. */
  readonly keyspace: string | undefined;
  readonly signal: AbortSignal;
  /** What the node is called, whatever address leads to it. */
  readonly name: string;
}

export interface SessionPoolsOptions {
  readonly state: ClusterState;
  readonly connectionsPerNode: number;
  /** Opens a connection within the connect timeout. */
  readonly open: (endPoint: EndPoint, options: SessionConnectOptions) => Promise<Connection>;
  /** Whether connections have to be told the session's keyspace: protocol v4. */
  readonly connectionsUseKeyspace: boolean;
  readonly keyspace: string | undefined;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly limiter: ConnectLimiter;
  readonly seams: Pick<Seams, 'timers' | 'random'>;
  readonly logger: Logger;
  /** A request may find a connection to this node where it found none before. */
  readonly onAvailable: (node: ClusterNode) => void;
}

/** Once one node is connected, a session waits this long for the others before it begins to work. */
const WARM_UP_MS = 1_000;
/** How long the requests to a node that was removed, or is ignored from now on, may take to finish. */
const LEAVING_DRAIN_MS = 60_000;

/**
 * The pools of one session, one for each node that its policies do not ignore, in an array by node slot. They follow
 * the cluster: nodes that come, go, move or return.
 */
export class SessionPools implements NodeFollower {
  /** What there was with each node so far. */
  readonly counters: CountersByNode = new CountersByNode();
  readonly #options: SessionPoolsOptions;
  readonly #listener: PoolListener;
  readonly #pools: (ConnectionPool | undefined)[] = [];
  readonly #leaving = new Set<ConnectionPool>();
  readonly #closed = createSharedAbort();
  readonly #connecting = new Watchers(() => this.#isConnected());
  #keyspace: string | undefined;
  #keyspaceChange: Promise<void> = Promise.resolve();
  #starting: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: SessionPoolsOptions) {
    this.#options = options;
    this.#keyspace = options.keyspace;
    const { state, onAvailable } = options;
    this.#listener = {
      connectionOpened: (node, connection) => {
        this.counters.of(node.info).opened(connection);
        state.connectionOpened(node, connection);
        this.#connecting.check();
      },
      connectionClosed: (node, connection) => {
        this.counters.of(node.info).connectionsClosed++;
        state.connectionClosed(node, connection);
      },
      poolFailing: (node, failing) => {
        state.poolFailing(node, failing);
        this.#connecting.check();
      },
      poolAvailable: onAvailable,
    };
  }

  /** The least busy connection to a node with room for a request; null: none now, `onAvailable` tells when. */
  next(node: NodeInfo): Connection | null {
    const pool = this.#pools[node.slot];
    return pool === undefined ? null : pool.next();
  }

  /** The pool of a node; undefined when the node is ignored or no member any more. */
  poolOf(node: NodeInfo): ConnectionPool | undefined {
    const pool = this.#pools[node.slot];
    return pool !== undefined && (pool.node.info === node || pool.node.info.hostId === node.hostId) ? pool : undefined;
  }

  *[Symbol.iterator](): Generator<ConnectionPool> {
    for (const pool of this.#pools) if (pool !== undefined) yield pool;
  }

  /**
   * Opens the pools, the nearest nodes first. Resolves when every node has answered or refused, or a little after the
   * first has answered; the others go on by themselves.
   * @throws NoHostAvailableError when no node can be connected to; the server's error when all refuse for one reason
   */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /**
   * On protocol v4: opens connections in the new keyspace, lets them take over all together, and retires the old ones
   * when their requests are answered. On v5 it only remembers the keyspace.
   * @param onChanged - called in the very step in which the new connections take over
   * @throws the server's error when it refuses the keyspace; nothing has changed then
   */
  setKeyspace(keyspace: string, onChanged?: () => void): Promise<void> {
    const change = this.#keyspaceChange.then(() => this.#changeKeyspace(keyspace, onChanged));
    this.#keyspaceChange = change.catch(() => undefined);
    return change;
  }

  /**
   * Resolves with true when no pool lacks a connection, but for those that have none and cannot get one; with false when
   * the signal fires, or the pools are closed, before.
   */
  whenConnected(signal: AbortSignal | undefined): Promise<boolean> {
    return this.#connecting.wait(signal);
  }

  /** Lets requests in flight finish for `drainTimeoutMs`, then closes all connections. All callers share one end. */
  close(drainTimeoutMs: number): Promise<void> {
    this.#options.state.unfollow(this);
    this.#closed.abort();
    this.#connecting.close();
    for (const pool of this) this.#leaving.add(pool);
    this.#pools.length = 0;
    const gone = [...this.#leaving].map((pool) => pool.close(drainTimeoutMs));
    this.#closing ??= Promise.all(gone).then(() => undefined);
    return this.#closing;
  }

  nodeAdded(node: ClusterNode): void {
    void this.#open(node)?.start();
  }

  nodeRemoved(node: ClusterNode): void {
    const pool = this.#pools[node.info.slot];
    if (pool === undefined) return;
    this.#pools[node.info.slot] = undefined;
    this.#letGo(pool);
    this.#connecting.check();
  }

  nodeMoved(node: ClusterNode): void {
    this.poolOf(node.info)?.relocate();
  }

  nodeDistanceChanged(node: ClusterNode): void {
    if (node.distance === 'ignored') this.nodeRemoved(node);
    else this.nodeAdded(node);
  }

  nodeSaidUp(node: ClusterNode): void {
    this.poolOf(node.info)?.reconnectNow();
  }

  async #start(): Promise<void> {
    const { state, seams } = this.#options;
    state.follow(this);
    const nearestFirst = [...state.clusterNodes()].sort(
      (a, b) => Number(b.distance === 'local') - Number(a.distance === 'local'),
    );
    const pools = nearestFirst.flatMap((node) => this.#open(node) ?? []);
    const over = new AbortController();
    let isWarmingUp = false;
    let warmUpOver: () => void = () => undefined;
    const warmUp = new Promise<void>((resolve) => {
      warmUpOver = resolve;
    });
    const allAnswered = Promise.all(
      pools.map(async (pool) => {
        await pool.start();
        if (pool.openCount === 0 || isWarmingUp) return;
        isWarmingUp = true;
        void sleep(seams.timers, WARM_UP_MS, over.signal).then(warmUpOver);
      }),
    );
    await Promise.race([allAnswered, warmUp]);
    over.abort();
    if (this.#closed.signal.aborted) throw new SessionClosedError('The session was closed while it was connecting');
    if (pools.every((pool) => pool.openCount === 0)) throw connectionFailure(failuresOf(pools));
  }

  #open(node: ClusterNode): ConnectionPool | undefined {
    const { slot } = node.info;
    if (node.distance === 'ignored' || this.#closed.signal.aborted || this.#pools[slot] !== undefined) return undefined;
    const { connectionsPerNode, reconnectionPolicy, limiter, seams, logger } = this.#options;
    const pool = new ConnectionPool({
      node,
      size: connectionsPerNode,
      open: (target, signal) => this.#connect(target, this.#keyspace, signal),
      reconnectionPolicy,
      limiter,
      timers: seams.timers,
      random: seams.random,
      listener: this.#listener,
      logger,
    });
    this.#pools[slot] = pool;
    return pool;
  }

  async #connect(node: ClusterNode, keyspace: string | undefined, signal: AbortSignal): Promise<Connection> {
    const { open, connectionsUseKeyspace, logger } = this.#options;
    const used = connectionsUseKeyspace ? keyspace : undefined;
    try {
      return await openToNode(
        node,
        (endPoint) => open(endPoint, { keyspace: used, signal, name: node.info.endPoint }),
        logger,
      );
    } catch (error) {
      if (!signal.aborted) this.counters.of(node.info).failedToOpen(error);
      throw error;
    }
  }

  async #changeKeyspace(keyspace: string, onChanged?: () => void): Promise<void> {
    if (!this.#options.connectionsUseKeyspace) {
      this.#keyspace = keyspace;
      onChanged?.();
      return;
    }
    const { limiter } = this.#options;
    const { signal } = this.#closed;
    const connected = [...this].filter((pool) => pool.openCount > 0);
    const pools = connected.length > 0 ? connected : [...this];
    const opened = new Map<ConnectionPool, Connection>();
    const failures: NodeFailure[] = [];
    const open = async (pool: ConnectionPool): Promise<void> => {
      try {
        opened.set(pool, await limiter.run(() => this.#connect(pool.node, keyspace, signal), signal));
      } catch (error) {
        failures.push({ node: pool.node.info.endPoint, error });
      }
    };
    await Promise.all(pools.map(open));
    const isRefused = failures.some(({ error }) => error instanceof QueryError);
    if (isRefused || opened.size === 0 || signal.aborted) {
      for (const connection of opened.values()) connection.close();
      if (signal.aborted) throw new SessionClosedError('The session was closed while it changed its keyspace');
      throw connectionFailure(isRefused ? failures.filter(({ error }) => error instanceof QueryError) : failures);
    }
    this.#keyspace = keyspace;
    onChanged?.();
    // Pools that closed in the meantime close what they are given.
    for (const pool of new Set([...opened.keys(), ...this])) pool.replaceAll(opened.get(pool) ?? null);
  }

  #isConnected(): boolean {
    for (const pool of this) if (!pool.isComplete && !pool.isFailing) return false;
    return true;
  }

  #letGo(pool: ConnectionPool): void {
    this.#leaving.add(pool);
    void pool.close(LEAVING_DRAIN_MS).then(() => this.#leaving.delete(pool));
  }
}

function failuresOf(pools: readonly ConnectionPool[]): NodeFailure[] {
  return pools.map((pool) => ({
    node: pool.node.info.endPoint,
    error: pool.lastError ?? new ConnectionError('No attempt has ended yet'),
  }));
}
