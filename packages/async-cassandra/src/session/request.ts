import type { ConnectionPool } from '../cluster/index.ts';
import type { Connection } from '../connection/index.ts';
import { ConnectionError, type Outcome, ProtocolError } from '../errors/index.ts';
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
import { placeOnNext, sendToNext } from './dispatch.ts';
import { noNodeLeft } from './no-node-left.ts';
import { isReadOnly } from './outcome.ts';
import { recover, recoverLost, recoverTimedOut } from './recovery.ts';
import type { Executable, LiveRequest, ResultReceiver, SpeculationState } from './request-contract.ts';
import type { RequestCore } from './request-core.ts';
import {
  finalError,
  keyspaceChanged,
  requestAborted,
  requestTimeout,
  sessionClosed,
  waitedTooLong,
} from './request-failures.ts';
import type { RequestSettings } from './request-settings.ts';
import { RequestTrail } from './request-trail.ts';
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
  sessionKeyspace: string | undefined;
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

  get serialConsistency(): 'SERIAL' | 'LOCAL_SERIAL' {
    return this.settings.serialConsistency;
  }

  get isIdempotent(): boolean {
    return (this.settings.idempotent ?? this.statement.isIdempotent ?? isReadOnly(this)) === true;
  }

  get givenSettings(): RequestSettings {
    return this.trail?.givenSettings ?? this.settings;
  }

  get isRunning(): boolean {
    return this.attempt?.isWaiting === true || this.speculation?.isRunning === true;
  }

  get isTargeted(): boolean {
    return this.settings.node !== undefined;
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
      if (core.isClosed) {
        this.fail(sessionClosed());
        return;
      }
      if (settings.signal !== undefined && !this.#watchSignal(settings.signal)) return;
      if (core.inFlight >= core.parts.maxInFlight || core.queue.isBlocked) {
        this.enqueue();
        return;
      }
      if (this.trail !== null || !this.#sendToFirst(settings.timeoutMs)) sendToNext(this);
      this.#speculate();
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
    const now = this.core.parts.seams.timers.now();
    return this.trailFrom(now).startedAt + this.settings.timeoutMs - now;
  }

  sendOn(pool: ConnectionPool, connection: Connection, remainingMs: number): boolean {
    if (
      this.core.protocolVersion < 5 &&
      this.statement.reliesOnKeyspace &&
      connection.keyspace !== this.sessionKeyspace
    )
      this.#meetKeyspace(connection);
    const { attemptTimeoutMs } = this.settings;
    const timeoutMs = attemptTimeoutMs === undefined || attemptTimeoutMs > remainingMs ? remainingMs : attemptTimeoutMs;
    const attempt = new Attempt(this, pool, connection, timeoutMs);
    if (!attempt.send()) return false;
    this.attemptCount++;
    if (this.speculation !== null && this.attempt !== null) this.speculation.add(this.attempt);
    this.attempt = attempt;
    return true;
  }

  /** Waits for room. @throws QueueFullError */
  enqueue(): void {
    if (this.core.isClosed) {
      this.fail(sessionClosed());
      return;
    }
    const now = this.core.parts.seams.timers.now();
    this.core.queue.push(this, this.trailFrom(now).startedAt + this.settings.timeoutMs);
  }

  tryAgain(): boolean {
    const { core } = this;
    if (this.isSettled) return true;
    if (core.inFlight >= core.parts.maxInFlight) return false;
    try {
      const remaining = this.remainingMs();
      if (remaining <= 0) this.fail(requestTimeout(this));
      else if (!this.#placeAgain(remaining)) return false;
      this.#speculate();
    } catch (error) {
      this.fail(error);
    }
    return true;
  }

  onWaitExpired(wasQueueLimit: boolean): void {
    this.fail(wasQueueLimit ? waitedTooLong() : requestTimeout(this));
  }

  onQueueClosed(): void {
    this.fail(sessionClosed());
  }

  onAborted(reason: unknown): void {
    this.core.queue.remove(this);
    this.fail(requestAborted({ reason }));
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
      if (this.speculation !== null && this.attempt !== null && this.attempt !== attempt)
        this.speculation.add(this.attempt);
      this.attempt = attempt;
      this.settings.loadBalancingPolicy.onSuccess?.(attempt.pool.node.info);
      this.#receiver.receive(this, attempt, reader, owned);
    } catch (error) {
      // A result that cannot be read comes of a statement that was executed.
      this.fail(error, opcode === Opcode.ERROR ? 'notSent' : 'unknown');
      if (error instanceof ProtocolError) throw error;
    }
  }

  onAttemptLost(attempt: Attempt, error: ConnectionError, wasWritten: boolean): void {
    if (this.isSettled) return;
    try {
      recoverLost(this, attempt, error, wasWritten);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  onAttemptTimeout(attempt: Attempt): void {
    if (this.isSettled) return;
    try {
      recoverTimedOut(this, attempt);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  ignore(): void {
    this.resolve(this.#receiver.empty(this));
  }

  lowerConsistency(consistency: Consistency): void {
    const trail = this.trailFrom(0);
    trail.givenSettings ??= this.settings;
    this.settings = { ...this.settings, consistency, consistencyCode: consistencyCode(consistency) };
  }

  continueFrom(pagingState: Buffer, attempt: Attempt): void {
    this.trailFrom(attempt.startedAt()).note('unknown');
    this.speculation?.cancel();
    this.pagingState = pagingState;
    const remaining = this.remainingMs();
    if (remaining <= 0) this.fail(requestTimeout(this, attempt.connection.node));
    else if (!this.sendOn(attempt.pool, attempt.connection, remaining)) sendToNext(this);
  }

  failOnRows(error: unknown): void {
    const connection = this.attempt?.connection;
    this.fail(error, 'unknown');
    if (error instanceof ProtocolError && connection !== undefined) {
      connection.close(
        new ConnectionError(`Connection to ${connection.node} is closed: ${error.message}`, {
          cause: error,
          node: connection.node,
        }),
      );
    }
  }

  resolve(result: unknown): void {
    if (this.isSettled) return;
    if (this.speculation !== null) this.#loseAttempts();
    this.#settle();
    this.#resolve(result);
  }

  fail(error: unknown, reached: Outcome = 'notSent'): void {
    if (this.isSettled) return;
    const isUnsent = this.#cancelAttempts();
    this.#settle();
    this.#reject(finalError(this, error, isUnsent ? reached : 'unknown'));
  }

  /** @returns whether nothing that was cancelled had been written, or will be */
  #cancelAttempts(): boolean {
    const { attempt, speculation } = this;
    const isUnsent = attempt?.isWaiting === true ? attempt.cancel() : true;
    return (speculation === null || speculation.cancel()) && isUnsent;
  }

  /** One execution was answered; the others are given up. */
  #loseAttempts(): void {
    if (this.attempt?.isWaiting === true) this.attempt.lose();
    this.speculation?.lose();
  }

  #settle(): void {
    this.isSettled = true;
    const { signal } = this.settings;
    if (signal !== undefined) this.core.aborts.remove(signal, this);
    this.core.leave();
  }

  /** The short way: to the node that the policy thinks best. */
  #sendToFirst(remainingMs: number): boolean {
    const { loadBalancingPolicy, node: target } = this.settings;
    const node = target ?? (loadBalancingPolicy.first === undefined ? null : loadBalancingPolicy.first(this));
    const pool = node === null ? undefined : this.core.parts.pool(node);
    const connection = pool === undefined ? null : pool.next();
    return pool !== undefined && connection !== null && this.sendOn(pool, connection, remainingMs);
  }

  /** @returns false when all nodes are still full */
  #placeAgain(remainingMs: number): boolean {
    const trail = this.trailFrom(0);
    if (trail.triedSlots.size === 0 && this.#sendToFirst(remainingMs)) return true;
    trail.plan = null;
    const placement = placeOnNext(this, trail, remainingMs);
    if (placement === 'none' && !this.isRunning) this.fail(noNodeLeft(this, trail));
    return placement !== 'full';
  }

  /** v4: the connection is in another keyspace. A request made just now, while the session changes it, may be of either. */
  #meetKeyspace(connection: Connection): void {
    if (this.trail !== null || this.statement.opcode === Opcode.PREPARE) throw keyspaceChanged();
    this.sessionKeyspace = connection.keyspace;
  }

  #speculate(): void {
    if (this.settings.speculativeExecutionPolicy !== undefined && this.speculation === null && !this.isSettled)
      scheduleSpeculation(this);
  }

  #watchSignal(signal: AbortSignal): boolean {
    if (signal.aborted) {
      this.fail(requestAborted(signal));
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
