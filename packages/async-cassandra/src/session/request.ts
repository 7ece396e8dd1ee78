import type { ConnectionPool } from '../cluster/index.ts';
import type { Connection } from '../connection/index.ts';
import {
  AbortError,
  AsyncCassandraError,
  ConfigurationError,
  ConnectionError,
  ProtocolError,
  QueueFullError,
  SessionClosedError,
  TimeoutError,
} from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { StatementKind } from '../policies/index.ts';
import {
  type ByteReader,
  type Consistency,
  consistencyCode,
  Opcode,
  readError,
  readPreamble,
  type ResponsePreamble,
} from '../protocol/index.ts';
import type { Abortable } from './abort-registry.ts';
import { Attempt } from './attempt.ts';
import { isReadOnly, outcomeOf } from './outcome.ts';
import { recover, recoverLost } from './recovery.ts';
import { noNodeLeft } from './no-node-left.ts';
import type { RequestCore } from './request-core.ts';
import type { RequestSettings } from './request-settings.ts';
import { RequestTrail } from './request-trail.ts';
import type { Executable, LiveRequest, ResultReceiver, SpeculationState } from './request-contract.ts';
import { scheduleSpeculation } from './speculation.ts';
import type { Waiter } from './wait-queue.ts';

const NO_REPLICAS: readonly NodeInfo[] = Object.freeze([]);

/** What a request resolves with. */
export type Resolve = (result: unknown) => void;

/**
 * One logical request, from the call until its promise settles: it chooses nodes, sends attempts, and decides on
 * their failures. Everything that an untroubled request does not need lives in its trail, which it does not have.
 */
export class Request implements LiveRequest, Waiter, Abortable {
  readonly core: RequestCore;
  readonly statement: Executable;
  readonly values: readonly unknown[];
  settings: RequestSettings;
  pagingState: Buffer | undefined;
  readonly timestamp: bigint | undefined;
  attempt: Attempt | null = null;
  trail: RequestTrail | null = null;
  preamble: ResponsePreamble | null = null;
  speculation: SpeculationState | null = null;
  attemptCount = 0;
  isSettled = false;
  isSchemaInAgreement = true;
  readonly sessionKeyspace: string | undefined;
  readonly #receiver: ResultReceiver;
  #resolve: Resolve;
  #reject: (error: unknown) => void;
  #replicas: readonly NodeInfo[] | null = null;

  constructor(
    core: RequestCore,
    statement: Executable,
    values: readonly unknown[],
    settings: RequestSettings,
    receiver: ResultReceiver,
    resolve: Resolve,
    reject: (error: unknown) => void,
  ) {
    this.core = core;
    this.statement = statement;
    this.values = values;
    this.settings = settings;
    this.#receiver = receiver;
    this.sessionKeyspace = core.keyspace;
    this.pagingState = settings.pagingState;
    this.timestamp =
      settings.timestamp ?? (hasTimestamp(statement) ? (core.parts.timestampGenerator.next() ?? undefined) : undefined);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get keyspace(): string | undefined {
    return this.statement.routingKeyspace(this);
  }

  get kind(): StatementKind {
    return this.statement.info.kind;
  }

  get isConditional(): boolean {
    return this.statement.info.isConditional;
  }

  get consistency(): Consistency {
    return this.settings.consistency;
  }

  get isIdempotent(): boolean {
    return (this.settings.idempotent ?? this.statement.isIdempotent ?? isReadOnly(this)) === true;
  }

  /** Replicas of the statement's routing key; found at most once, and only when a policy asks. */
  replicas(): readonly NodeInfo[] {
    if (this.#replicas !== null) return this.#replicas;
    const { scratch } = this.core;
    scratch.pos = 0;
    const keyspace = this.statement.routingKeyspace(this);
    const isKnown = keyspace !== undefined && this.statement.writeRoutingKey(scratch, this);
    this.#replicas = isKnown ? this.core.parts.replicas(keyspace, scratch.buf, 0, scratch.pos) : NO_REPLICAS;
    return this.#replicas;
  }

  /** Begins; everything that happens from here on settles the promise. */
  start(): void {
    const { core, settings } = this;
    core.enter();
    try {
      if (settings.signal !== undefined && !this.#watchSignal(settings.signal)) return;
      if (core.inFlight >= core.parts.maxInFlight || core.queue.size > 0) {
        this.enqueue();
        return;
      }
      const node = settings.node ?? this.#firstNode();
      const pool = node === null ? undefined : core.parts.pool(node);
      const connection = pool === undefined ? null : pool.next();
      if (pool === undefined || connection === null || !this.sendOn(pool, connection, settings.timeoutMs))
        this.sendToNext();
      if (settings.speculativeExecutionPolicy !== undefined && !this.isSettled) scheduleSpeculation(this);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The way after trouble; made on first use. `startedAt` is the time of the first sending when that is known. */
  trailFrom(startedAt: number): RequestTrail {
    this.trail ??= new RequestTrail(startedAt);
    return this.trail;
  }

  /** Milliseconds that are left of the whole request's time. */
  remainingMs(): number {
    const { timers } = this.core.parts.seams;
    const now = timers.now();
    return this.trailFrom(now).startedAt + this.settings.timeoutMs - now;
  }

  /**
   * Sends an attempt on a connection.
   * @returns false when the connection has no room
   */
  sendOn(pool: ConnectionPool, connection: Connection, remainingMs: number): boolean {
    if (
      this.core.protocolVersion < 5 &&
      this.statement.reliesOnKeyspace &&
      connection.keyspace !== this.sessionKeyspace
    )
      throw keyspaceChangedError();
    const { attemptTimeoutMs } = this.settings;
    const timeoutMs = attemptTimeoutMs === undefined || attemptTimeoutMs > remainingMs ? remainingMs : attemptTimeoutMs;
    const attempt = new Attempt(this, pool, connection, timeoutMs);
    if (!attempt.send()) return false;
    this.attemptCount++;
    if (this.speculation !== null && this.attempt !== null) this.speculation.add(this.attempt);
    this.attempt = attempt;
    return true;
  }

  /** Sends to the next node of the plan that takes it; queues when all are full; fails when none is left. */
  sendToNext(): void {
    const remaining = this.remainingMs();
    if (remaining <= 0) {
      this.fail(this.timeoutError());
      return;
    }
    const trail = this.trailFrom(0);
    let isFull = false;
    for (let node = this.nextNode(trail); node !== null; node = this.nextNode(trail)) {
      const pool = this.core.parts.pool(node);
      const connection = pool?.next() ?? null;
      if (pool !== undefined && connection !== null && this.sendOn(pool, connection, remaining)) {
        trail.triedSlots.add(node.slot);
        return;
      }
      if (pool !== undefined && pool.openCount > 0) isFull = true;
      else
        trail.tried.push({
          node: node.endPoint,
          error: new ConnectionError(`Node ${node.endPoint} has no open connection; check the node`, {
            node: node.endPoint,
          }),
        });
    }
    if (this.speculation !== null && this.speculation.isRunning) return;
    if (isFull) {
      trail.plan = null;
      this.enqueue();
    } else this.fail(noNodeLeft(this, trail));
  }

  /** The plan's next node that has not been tried; null at its end. */
  nextNode(trail: RequestTrail): NodeInfo | null {
    const { node, loadBalancingPolicy } = this.settings;
    if (node !== undefined) {
      if (trail.triedSlots.has(node.slot)) return null;
      trail.triedSlots.add(node.slot);
      return node;
    }
    trail.plan ??= loadBalancingPolicy.plan(this);
    for (;;) {
      const next = trail.plan.next();
      if (next.done === true) return null;
      if (!trail.triedSlots.has(next.value.slot)) return next.value;
    }
  }

  /** Waits for room. */
  enqueue(): void {
    if (this.core.isClosed) {
      this.fail(this.closedError(false));
      return;
    }
    const now = this.core.parts.seams.timers.now();
    this.core.queue.push(this, this.trailFrom(now).startedAt + this.settings.timeoutMs);
  }

  tryAgain(): boolean {
    if (this.isSettled) return true;
    const { core } = this;
    if (core.inFlight >= core.parts.maxInFlight) return false;
    try {
      const node = this.settings.node ?? this.#firstNode();
      const pool = node === null ? undefined : core.parts.pool(node);
      const connection = pool === undefined ? null : pool.next();
      if (pool === undefined || connection === null) return this.#tryPlanAgain();
      return this.sendOn(pool, connection, this.remainingMs());
    } catch (error) {
      this.fail(error);
      return true;
    }
  }

  onWaitExpired(waitedTooLong: boolean): void {
    this.fail(waitedTooLong ? waitedTooLongError() : this.timeoutError());
  }

  onQueueClosed(): void {
    this.fail(this.closedError(false));
  }

  onAborted(reason: unknown): void {
    if (this.isSettled) return;
    const wasQueued = this.core.queue.remove(this);
    const hadAttempt = this.attempt !== null;
    const isUnsent = this.cancelAttempts();
    const outcome =
      wasQueued || !hadAttempt || (isUnsent && this.trail === null) ? 'notSent' : outcomeOf(this, 'unknown');
    this.fail(
      new AbortError('The request was aborted by its signal; its reason is the cause', { cause: reason, outcome }),
    );
  }

  onResponse(attempt: Attempt, opcode: number, flags: number, reader: ByteReader, owned: boolean): void {
    if (this.isSettled) return;
    try {
      const preamble = readPreamble(reader, flags);
      if (opcode === Opcode.ERROR) {
        recover(this, attempt, readError(reader, this.core.protocolVersion, attempt.connection.node));
        return;
      }
      if (opcode !== Opcode.RESULT)
        throw new ProtocolError(
          `Node ${attempt.connection.node} answered a request with opcode ${opcode}; check what stands between driver and server`,
          { node: attempt.connection.node },
        );
      this.preamble = preamble;
      this.attempt = attempt;
      this.settings.loadBalancingPolicy.onSuccess?.(attempt.pool.node.info);
      this.#receiver.receive(this, attempt, reader, owned);
    } catch (error) {
      this.fail(error);
      if (error instanceof ProtocolError) throw error;
    }
  }

  onAttemptLost(attempt: Attempt, error: ConnectionError, wasWritten: boolean): void {
    if (!this.isSettled) recoverLost(this, attempt, error, wasWritten);
  }

  onAttemptTimeout(attempt: Attempt): void {
    if (this.isSettled) return;
    this.trailFrom(attempt.connection.deadlineOf(attempt.streamId) - attempt.timeoutMs);
    if (this.remainingMs() <= 0) this.fail(this.timeoutError(attempt.connection.node));
    else {
      const { node } = attempt.connection;
      recoverLost(
        this,
        attempt,
        new TimeoutError(
          `Node ${node} did not answer within attemptTimeoutMs (${attempt.timeoutMs} ms); check the node's load`,
          attempt.timeoutMs,
          { node },
        ),
        true,
      );
    }
  }

  /** What had to be done before sending has failed: another node may do. */
  failedBefore(error: unknown, pool: ConnectionPool, connection: Connection): void {
    if (this.isSettled) return;
    const { core } = this;
    if (core.isClosed) this.fail(this.closedError(false));
    else if (this.remainingMs() <= 0) this.fail(this.timeoutError(connection.node));
    else if (error instanceof ConnectionError || error instanceof TimeoutError) {
      const trail = this.trailFrom(0);
      trail.triedSlots.add(pool.node.info.slot);
      trail.tried.push({ node: connection.node, error });
      this.sendToNext();
    } else this.fail(error);
  }

  /** The policy wants the error ignored: an empty result. */
  ignore(): void {
    this.resolve(this.#receiver.empty(this));
  }

  lowerConsistency(consistency: Consistency): void {
    this.settings = { ...this.settings, consistency, consistencyCode: consistencyCode(consistency) };
  }

  /** This page is empty and not the last (rule 1 of the design): asks for the next one, within the same deadline. */
  continueFrom(pagingState: Buffer, attempt: Attempt): void {
    this.trailFrom(attempt.connection.deadlineOf(attempt.streamId) - attempt.timeoutMs);
    this.pagingState = pagingState;
    const remaining = this.remainingMs();
    if (remaining <= 0) this.fail(this.timeoutError(attempt.connection.node));
    else if (!this.sendOn(attempt.pool, attempt.connection, remaining)) this.sendToNext();
  }

  /** Rows that are decoded after their reply was received do not decode: when the bytes are wrong, the connection goes. */
  failOnRows(error: unknown): void {
    const connection = this.attempt?.connection;
    this.fail(error);
    if (error instanceof ProtocolError && connection !== undefined) {
      connection.close(
        new ConnectionError(`Connection to ${connection.node} is closed: ${error.message}`, {
          cause: error,
          node: connection.node,
        }),
      );
    }
  }

  timeoutError(node?: string): TimeoutError {
    const wasSent = this.attempt !== null;
    const where = node === undefined ? 'The request' : `The request, last sent to ${node},`;
    return new TimeoutError(
      `${where} took longer than timeoutMs (${this.settings.timeoutMs} ms); check the cluster's load, or raise timeoutMs`,
      this.settings.timeoutMs,
      {
        outcome: wasSent ? outcomeOf(this, 'unknown') : 'notSent',
        node,
      },
    );
  }

  /** The session has closed: nothing is sent any more. */
  closedError(wasWritten: boolean): SessionClosedError {
    return new SessionClosedError('The session was closed before the request had finished', {
      outcome: wasWritten ? outcomeOf(this, 'unknown') : 'notSent',
    });
  }

  resolve(result: unknown): void {
    if (this.isSettled) return;
    this.#settle();
    this.#resolve(result);
  }

  fail(error: unknown): void {
    if (this.isSettled) return;
    this.cancelAttempts();
    this.#settle();
    this.#reject(error instanceof AsyncCassandraError ? error : internalError(error));
  }

  /** @returns whether nothing of this request was or will be written */
  cancelAttempts(): boolean {
    let isUnsent = true;
    if (this.attempt !== null && this.attempt.isWaiting) isUnsent = this.attempt.cancel();
    if (this.speculation !== null) isUnsent = this.speculation.cancel() && isUnsent;
    return isUnsent;
  }

  #settle(): void {
    this.isSettled = true;
    const { signal } = this.settings;
    if (signal !== undefined) this.core.aborts.remove(signal, this);
    if (this.speculation !== null) this.speculation.cancel();
    this.core.leave();
  }

  #firstNode(): NodeInfo | null {
    const policy = this.settings.loadBalancingPolicy;
    return policy.first === undefined ? null : policy.first(this);
  }

  #tryPlanAgain(): boolean {
    const trail = this.trailFrom(0);
    trail.plan = null;
    let isFull = false;
    for (let node = this.nextNode(trail); node !== null; node = this.nextNode(trail)) {
      const pool = this.core.parts.pool(node);
      const connection = pool?.next() ?? null;
      if (pool !== undefined && connection !== null) return this.sendOn(pool, connection, this.remainingMs());
      if (pool !== undefined && pool.openCount > 0) isFull = true;
    }
    if (isFull) return false;
    this.fail(noNodeLeft(this, trail));
    return true;
  }

  #watchSignal(signal: AbortSignal): boolean {
    if (signal.aborted) {
      this.fail(
        new AbortError('The request was aborted by its signal before it was sent; the reason is the cause', {
          cause: signal.reason,
          outcome: 'notSent',
        }),
      );
      return false;
    }
    this.core.aborts.add(signal, this);
    return true;
  }
}

/** Reads have no timestamp; those of conditional statements and counters are the server's. */
function hasTimestamp(statement: Executable): boolean {
  const { kind, isConditional, isCounter } = statement.info;
  return (kind === 'write' || kind === 'other') && !isConditional && !isCounter;
}

function keyspaceChangedError(): ConfigurationError {
  return new ConfigurationError(
    'keyspace',
    'The keyspace of the session was changed while this request waited; name the keyspace in the statement, or wait for requests before setKeyspace()',
  );
}

function waitedTooLongError(): QueueFullError {
  return new QueueFullError(
    'limits.maxQueueMs',
    'The request waited longer than limits.maxQueueMs for a connection with room; slow down, or raise the limits',
  );
}

function internalError(cause: unknown): AsyncCassandraError {
  return new AsyncCassandraError(
    'The request failed inside the driver or a policy; the cause tells more',
    'CASS_ERR_INTERNAL',
    { cause },
    'unknown',
  );
}
