import type { Connection, TimerHandle } from '../connection/index.ts';
import type { AsyncCassandraError, ConnectionError } from '../errors/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { lostAtOnce, openingFailure } from './connection-failure.ts';
import { Drain } from './drain.ts';
import type { PoolOptions } from './pool-options.ts';
import { ReconnectBackoff } from './reconnect-backoff.ts';
import { createSharedAbort } from './shared-abort.ts';

/**
 * The connections of one session to one node: a fixed number, replaced when they break. `next()` never waits and never
 * queues; whoever finds nothing is told by `poolAvailable` when to ask again.
 *
 * Without a connection the pool tries one at a time, by the reconnection policy; the others follow, in parallel, once
 * the first is open. When the node has moved, or the keyspace of v4 connections changes, a new generation of
 * connections takes over from the old one, which finishes its requests and closes.
 */
export class ConnectionPool {
  readonly node: ClusterNode;
  /** Why the last attempt failed, while there is no connection. */
  lastError: AsyncCassandraError | null = null;
  readonly #options: PoolOptions;
  readonly #backoff: ReconnectBackoff;
  readonly #retiring = new Set<Connection>();
  readonly #openedAt = new Map<Connection, number>();
  readonly #onClosed: (connection: Connection, error: ConnectionError | null) => void;
  readonly #onAvailable: () => void;
  #open: Connection[] = [];
  /** The only open connection: the short way of `next()`. */
  #only: Connection | null = null;
  /** Connections of an older generation, still in `#open`. */
  #outdated = 0;
  #pending = 0;
  #attempts = createSharedAbort();
  #timer: TimerHandle | null = null;
  #retryAtOnce = false;
  #isFailing = false;
  #state: 'idle' | 'running' | 'closed' = 'idle';
  #started: Promise<void> | null = null;
  #firstResult: () => void = () => undefined;
  #drain: Drain | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.node = options.node;
    this.#backoff = new ReconnectBackoff(options.reconnectionPolicy, options.random);
    this.#onClosed = (connection, error): void => this.#lost(connection, error);
    this.#onAvailable = (): void => options.listener.poolAvailable(this.node);
  }

  get openCount(): number {
    return this.#open.length;
  }

  /** All the connections that are wanted are open. */
  get isComplete(): boolean {
    return this.#missing() <= 0;
  }

  /** There is no connection, and the last attempt to get one has failed. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  get inFlight(): number {
    return this.#sum((connection) => connection.inFlight);
  }

  get orphaned(): number {
    return this.#sum((connection) => connection.orphaned);
  }

  /** Bytes handed to the sockets that have not left yet. */
  get bufferedBytes(): number {
    return this.#sum((connection) => connection.bufferedBytes);
  }

  /** The least busy open connection with room for a request, or null. */
  next(): Connection | null {
    const only = this.#only;
    if (only !== null) return only.hasCapacity ? only : null;
    return this.#leastBusy();
  }

  /** Begins to connect. Resolves when the first connection is open or the first attempt has failed; never rejects. */
  start(): Promise<void> {
    if (this.#started !== null) return this.#started;
    if (this.#state === 'closed') return Promise.resolve();
    this.#state = 'running';
    this.#started = new Promise((resolve) => {
      this.#firstResult = resolve;
    });
    this.#fill();
    return this.#started;
  }

  /** The node is said to be up: tries now what is missing, without waiting for the schedule. */
  reconnectNow(): void {
    if (this.#state !== 'running' || this.#missing() === 0) return;
    this.#backoff.reset();
    this.#retryAtOnce = this.#pending > 0;
    this.#fill();
  }

  /** The node has another address: connections to it replace those to the old one. */
  relocate(): void {
    if (this.#state !== 'running') return;
    this.#nextGeneration();
    this.#fill();
  }

  /** `connection` and its like replace all others at once; null: there is none yet. */
  replaceAll(connection: Connection | null): void {
    if (this.#state !== 'running') {
      connection?.close();
      return;
    }
    this.#nextGeneration();
    if (connection?.isOpen === true) this.#adopt(connection);
    else {
      this.#retireOutdated();
      this.#setFailing(true);
      this.#fill();
    }
  }

  /**
   * Lets requests in flight finish for `drainTimeoutMs`, then closes. All callers share one end; it comes when the most
   * impatient of them wants it.
   */
  close(drainTimeoutMs: number): Promise<void> {
    this.#drain ??= this.#shutDown();
    this.#drain.endWithin(drainTimeoutMs);
    return this.#drain.done;
  }

  #leastBusy(): Connection | null {
    const open = this.#open;
    let best: Connection | null = null;
    for (let i = 0; i < open.length; i++) {
      const connection = open[i] as Connection;
      if ((best === null || connection.inFlight < best.inFlight) && connection.hasCapacity) best = connection;
    }
    return best;
  }

  #missing(): number {
    return this.#options.size - (this.#open.length - this.#outdated);
  }

  #fill(): void {
    if (this.#state !== 'running') return;
    this.#clearTimer();
    const current = this.#open.length - this.#outdated;
    const wanted = current === 0 ? 1 : this.#options.size - current;
    while (this.#pending < wanted) this.#attempt();
  }

  #attempt(): void {
    const { limiter, open, timers } = this.#options;
    const { signal } = this.#attempts;
    let startedMs = timers.now();
    const task = (): Promise<Connection> => {
      startedMs = timers.now();
      return open(this.node, signal);
    };
    this.#pending++;
    limiter.run(task, signal).then(
      (connection) => this.#attemptSucceeded(connection, signal),
      (error: unknown) => this.#attemptFailed(error, signal, startedMs),
    );
  }

  #attemptSucceeded(connection: Connection, signal: AbortSignal): void {
    if (signal.aborted) {
      connection.close();
      return;
    }
    this.#pending--;
    if (connection.isOpen) this.#adopt(connection);
    else this.#retryLater(this.#backoff.failed(), lostAtOnce(connection.node));
  }

  #attemptFailed(reason: unknown, signal: AbortSignal, startedMs: number): void {
    if (signal.aborted) return;
    this.#pending--;
    const { endPoint } = this.node.info;
    const error = openingFailure(endPoint, reason);
    const { logger } = this.#options;
    const log = this.#isFailing ? logger.debug : logger.warn;
    log?.call(logger, { node: endPoint, error: error.message }, 'Could not open a connection; trying again');
    if (this.#retryAtOnce) this.#clearTimer();
    // Of attempts made side by side, the first failure sets the time of the next try for all.
    const tookMs = this.#options.timers.now() - startedMs;
    const delay = this.#retryAtOnce ? 0 : this.#timer === null ? this.#backoff.failed(tookMs) : 0;
    this.#retryAtOnce = false;
    this.#retryLater(delay, error);
  }

  #adopt(connection: Connection): void {
    const { timers, listener } = this.#options;
    this.#openedAt.set(connection, timers.now());
    connection.onClosed = this.#onClosed;
    connection.onAvailable = this.#onAvailable;
    this.#open.push(connection);
    this.#openChanged();
    this.lastError = null;
    listener.connectionOpened(this.node, connection);
    this.#setFailing(false);
    this.#retireOutdated();
    this.#fill();
    this.#firstResult();
    listener.poolAvailable(this.node);
  }

  #lost(connection: Connection, error: ConnectionError | null): void {
    const at = this.#open.indexOf(connection);
    if (at < 0) return;
    if (at < this.#outdated) this.#outdated--;
    const lived = this.#options.timers.now() - (this.#openedAt.get(connection) ?? 0);
    this.#drop(connection);
    this.#options.listener.connectionClosed(this.node, connection);
    if (error !== null)
      this.#options.logger.warn?.({ node: connection.node, error: error.message }, 'Lost a connection');
    if (this.#state === 'running') this.#retryLater(this.#backoff.lost(lived), error);
  }

  #retryLater(delayMs: number, error: AsyncCassandraError | null): void {
    if (this.#open.length === 0) {
      this.lastError = error;
      this.#setFailing(true);
      this.#firstResult();
    }
    this.#timer ??= this.#options.timers.setTimeout(() => {
      this.#timer = null;
      this.#fill();
    }, delayMs);
  }

  #nextGeneration(): void {
    this.#attempts.abort();
    this.#attempts = createSharedAbort();
    this.#pending = 0;
    this.#retryAtOnce = false;
    this.#outdated = this.#open.length;
    this.#backoff.reset();
    this.#clearTimer();
  }

  #retireOutdated(): void {
    const outdated = this.#open.slice(0, this.#outdated);
    this.#outdated = 0;
    for (const connection of outdated) this.#retire(connection);
  }

  /** Takes no more requests; the connection closes itself when the last one is answered. */
  #retire(connection: Connection): void {
    this.#drop(connection);
    this.#options.listener.connectionClosed(this.node, connection);
    connection.retire(null);
  }

  #drop(connection: Connection): void {
    connection.onClosed = null;
    connection.onAvailable = null;
    this.#open.splice(this.#open.indexOf(connection), 1);
    this.#openedAt.delete(connection);
    this.#openChanged();
    this.#retiring.add(connection);
    void connection.closed().then(() => this.#retiring.delete(connection));
  }

  #openChanged(): void {
    this.#only = this.#open.length === 1 ? (this.#open[0] as Connection) : null;
  }

  #setFailing(failing: boolean): void {
    if (this.#isFailing === failing) return;
    this.#isFailing = failing;
    this.#options.listener.poolFailing(this.node, failing);
  }

  #clearTimer(): void {
    if (this.#timer !== null) this.#options.timers.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #sum(of: (connection: Connection) => number): number {
    let total = 0;
    for (const connection of this.#open) total += of(connection);
    for (const connection of this.#retiring) total += of(connection);
    return total;
  }

  #shutDown(): Drain {
    this.#state = 'closed';
    this.#attempts.abort();
    this.#clearTimer();
    for (const connection of [...this.#open]) this.#retire(connection);
    this.#setFailing(false);
    this.#firstResult();
    return new Drain(this.#retiring, this.#options.timers);
  }
}
