import type { Connection, Seams } from '../connection/index.ts';
import { type Logger, thrownMessage } from '../diagnostics/index.ts';
import { ConnectionError, ProtocolError, QueryError, SessionClosedError, TimeoutError } from '../errors/index.ts';
import type { ReconnectionPolicy } from '../policies/index.ts';
import type { ServerEvent } from '../protocol/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ClusterState, NodeFollower } from './cluster-state.ts';
import { connectionFailure } from './connection-failure.ts';
import type { Contact, ContactFinder, PassedOver } from './contact-finder.ts';
import { Drain } from './drain.ts';
import { ReconnectBackoff } from './reconnect-backoff.ts';
import type { TopologyReading } from './topology-reader.ts';
import { sleep, waitFor } from './waiting.ts';
import { createSharedAbort } from './shared-abort.ts';

/** So many nodes in a row may fail after they were found: each may take the whole timeout of a query. */
const MAX_PASSED_OVER = 3;

/** What the control connection hands on: readings of the cluster, and events. */
export interface ControlListener {
  /**
   * A connection is there, with what its node says of the cluster.
   * @param isCurrent - false once the connection is not the control connection any more; then nothing is to be changed
   */
  connected(connection: Connection, reading: TopologyReading, isCurrent: () => boolean): Promise<void>;
  event(event: ServerEvent): void;
}

export interface ControlConnectionOptions {
  readonly state: ClusterState;
  readonly finder: ContactFinder;
  readonly listener: ControlListener;
  /** Whether sessions may reach the node as this connection does, when its own address fails. Default true. */
  readonly mayDetour?: boolean;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly seams: Pick<Seams, 'timers' | 'random'>;
  readonly logger: Logger;
}

/**
 * The one connection over which the driver learns of the cluster: it registers for events first and reads the system
 * tables then, so that no change is missed. When it is lost, another node takes its place and everything is read again;
 * when no known node can be reached, the contact points are looked up anew. It never gives up until it is closed.
 */
export class ControlConnection implements NodeFollower {
  readonly #options: ControlConnectionOptions;
  readonly #backoff: ReconnectBackoff;
  readonly #closed = createSharedAbort();
  /** Fires when watching ends, for good or until the next start. */
  #over = createSharedAbort();
  readonly #waiting = new Set<() => void>();
  #connection: Connection | null = null;
  /** A new connection whose first reading is being taken in. */
  #arriving: Connection | null = null;
  #node: ClusterNode | null = null;
  #openedAt = 0;
  #wake: AbortController | null = null;
  #starting: Promise<void> | null = null;
  #drain: Drain | null = null;

  constructor(options: ControlConnectionOptions) {
    this.#options = options;
    this.#backoff = new ReconnectBackoff(options.reconnectionPolicy, options.seams.random);
  }

  /** The connection, or null while there is none. */
  get connection(): Connection | null {
    return this.#connection;
  }

  /** Fires when the cluster is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /**
   * First contact. All callers share one attempt; after a failure the next call makes another.
   * @throws NoHostAvailableError, AuthenticationError, SessionClosedError, or what the listener throws
   */
  start(): Promise<void> {
    if (this.#closed.signal.aborted) return Promise.reject(closedError());
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** The connection, waiting for it while it is being replaced. @throws TimeoutError, AbortError, SessionClosedError */
  async whenConnected(timeoutMs: number, signal?: AbortSignal): Promise<Connection> {
    const { timers } = this.#options.seams;
    const timeoutError = (): Error =>
      new TimeoutError(
        `There was no control connection within ${timeoutMs} ms; check that a node of the cluster can be reached`,
        timeoutMs,
        { outcome: 'notSent' },
      );
    const endsAt = timers.now() + timeoutMs;
    while (this.#connection === null) {
      this.#checkOpen();
      let resume: () => void = () => undefined;
      const change = new Promise<void>((resolve) => {
        resume = resolve;
      });
      this.#waiting.add(resume);
      try {
        await waitFor(change, { timers, timeoutMs: Math.max(0, endsAt - timers.now()), signal, timeoutError });
      } finally {
        this.#waiting.delete(resume);
      }
    }
    return this.#connection;
  }

  /** Back to what was before the first contact: closes the connection until somebody starts again. */
  pause(): Promise<void> {
    if (this.#closed.signal.aborted) return this.close();
    this.#starting = null;
    const drain = this.#stop();
    this.#over = createSharedAbort();
    this.#backoff.reset();
    return drain.done;
  }

  /** Closes the connection and ends all that is under way. All callers share one end. */
  close(): Promise<void> {
    this.#drain ??= this.#shutDown();
    return this.#drain.done;
  }

  /** @internal A node can be reached again: no need to wait any longer before trying. */
  nodeSaidUp(): void {
    this.#wake?.abort();
  }

  async #start(): Promise<void> {
    this.#checkOpen();
    this.#options.state.follow(this);
    try {
      await this.#connect(this.#over.signal);
    } catch (error) {
      this.#starting = null;
      this.#checkOpen();
      throw error;
    }
  }

  /** A node that fails between being found and being taken in is passed over: another one may do. */
  async #connect(over: AbortSignal): Promise<void> {
    const passedOver: PassedOver[] = [];
    for (;;) {
      const contact = await this.#options.finder.find(over, passedOver);
      if (over.aborted) contact.connection.close();
      over.throwIfAborted();
      try {
        await this.#adopt(contact);
        return;
      } catch (error) {
        over.throwIfAborted();
        if (!isFaultOfNode(error)) throw error;
        const { node, endPoint } = contact.connection;
        passedOver.push({ node, endPoint, error });
        if (passedOver.length === MAX_PASSED_OVER) throw connectionFailure(passedOver);
      }
    }
  }

  async #adopt({ connection, reading, events }: Contact): Promise<void> {
    const { state, listener, mayDetour = true, seams, logger } = this.#options;
    this.#arriving = connection;
    connection.onClosed = (_connection, error): void => this.#lost(connection, error);
    try {
      if (!connection.isOpen) this.#arriving = null;
      const isCurrent = (): boolean => this.#arriving === connection || this.#connection === connection;
      await listener.connected(connection, reading, isCurrent);
      if (!isCurrent())
        throw new ConnectionError(`Connection to ${connection.node} was lost as soon as it was open; check the node`, {
          node: connection.node,
        });
    } catch (error) {
      // After a pause another one may be arriving by now.
      if (this.#arriving === connection) this.#arriving = null;
      connection.onClosed = null;
      connection.close();
      throw error;
    }
    this.#arriving = null;
    this.#connection = connection;
    this.#openedAt = seams.timers.now();
    this.#node = state.nodeByHostId(reading.local.hostId) ?? null;
    if (this.#node !== null) {
      if (mayDetour) this.#node.detour = { endPoint: connection.endPoint, isProven: false };
      state.connectionOpened(this.#node, connection);
    }
    const node = this.#nodeName(connection);
    logger.info?.({ node }, 'Control connection is open');
    state.notifier.controlConnectionOpened(node);
    for (const event of events) listener.event(event);
    connection.onEvent = (event): void => listener.event(event);
    for (const resume of [...this.#waiting]) resume();
  }

  #lost(connection: Connection, error: ConnectionError | null): void {
    if (this.#arriving === connection) this.#arriving = null;
    if (this.#connection !== connection) return;
    const { seams, logger, state } = this.#options;
    const node = this.#nodeName(connection);
    this.#leave(connection);
    state.notifier.controlConnectionLost(node, error ?? undefined);
    logger.warn?.({ node, error: error?.message }, 'Control connection is lost; choosing another node');
    void this.#reconnect(this.#backoff.lost(seams.timers.now() - this.#openedAt));
  }

  /** Tries until there is a connection: after the first delay, then by the policy's schedule. */
  async #reconnect(firstDelayMs: number): Promise<void> {
    const { seams, logger } = this.#options;
    const over = this.#over.signal;
    for (let delayMs = firstDelayMs; !over.aborted; delayMs = this.#backoff.failed()) {
      this.#wake = new AbortController();
      await sleep(seams.timers, delayMs, this.#wake.signal);
      if (over.aborted) return;
      this.#wake = null;
      try {
        await this.#connect(over);
        return;
      } catch (error) {
        if (over.aborted) return;
        logger.warn?.({ error: thrownMessage(error) }, 'Could not open the control connection; trying again');
      }
    }
  }

  /** A contact point led to a node that has a name of its own. */
  #nodeName(connection: Connection): string {
    return this.#node?.info.endPoint ?? connection.node;
  }

  /** Takes the connection off its node. */
  #leave(connection: Connection): void {
    const node = this.#node;
    this.#connection = null;
    this.#node = null;
    if (node === null) return;
    node.detour = null;
    this.#options.state.connectionClosed(node, connection);
  }

  #shutDown(): Drain {
    this.#closed.abort(closedError());
    return this.#stop();
  }

  #stop(): Drain {
    const { state, seams } = this.#options;
    const connection = this.#connection ?? this.#arriving;
    this.#arriving = null;
    state.unfollow(this);
    this.#over.abort(closedError());
    this.#wake?.abort();
    this.#wake = null;
    if (connection !== null) {
      connection.onClosed = null;
      connection.onEvent = null;
      this.#leave(connection);
    }
    for (const resume of [...this.#waiting]) resume();
    const drain = new Drain(connection === null ? [] : [connection], seams.timers);
    drain.endWithin(0);
    return drain;
  }

  #checkOpen(): void {
    if (this.#closed.signal.aborted) throw closedError();
  }
}

function isFaultOfNode(error: unknown): boolean {
  return (
    error instanceof ConnectionError ||
    error instanceof TimeoutError ||
    error instanceof QueryError ||
    error instanceof ProtocolError
  );
}

function closedError(): SessionClosedError {
  return new SessionClosedError('The cluster was closed');
}
