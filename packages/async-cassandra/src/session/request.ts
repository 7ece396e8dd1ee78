import type { ConnectionPool } from '../cluster/index.ts';
import type { Connection } from '../connection/index.ts';
import { type ConnectionError, type Outcome, QueueFullError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { StatementKind } from '../policies/index.ts';
import { type ByteReader, type Consistency, consistencyCode, type ResponsePreamble } from '../protocol/index.ts';
import type { Abortable } from './abort-registry.ts';
import { Attempt } from './attempt.ts';
import { findReplicas, findReplicaSet, meetKeyspace, placeAgain, sendToFirst, sendToNext } from './dispatch.ts';
import { RequestObservation } from './observation/request-observation.ts';
import type { TrackerGroup } from './observation/tracker-group.ts';
import { isReadOnly } from './outcome.ts';
import { failOnRows, receiveReply } from './receive-reply.ts';
import { recoverLost, recoverTimedOut } from './recovery.ts';
import type { Executable, LiveAttempt, LiveRequest, ResultReceiver, SpeculationState } from './request-contract.ts';
import type { RequestCore } from './request-core.ts';
import { finalError, requestAborted, requestTimeout, sessionClosed, waitedTooLong } from './request-failures.ts';
import { RequestPayload } from './request-payload.ts';
import type { RequestSettings } from './request-settings.ts';
import { RequestTrail } from './request-trail.ts';
import { scheduleSpeculation } from './speculation.ts';
import { takesTimestamp } from './statement-info.ts';
import type { Waiter } from './wait-queue.ts';

const NO_PAYLOAD = new RequestPayload(new Map());

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
  attempt: LiveAttempt | null = null;
  trail: RequestTrail | null = null;
  preamble: ResponsePreamble | null = null;
  speculation: SpeculationState | null = null;
  attemptCount = 0;
  isSettled = false;
  isSchemaInAgreement = true;
  sessionKeyspace: string | undefined;
  observation: RequestObservation | null = null;
  readonly receiver: ResultReceiver;
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
    this.receiver = receiver;
    this.sessionKeyspace = core.keyspace;
    this.pagingState = settings.pagingState;
    this.timestamp =
      settings.timestamp ??
      (takesTimestamp(statement.info) ? (core.parts.timestampGenerator.next() ?? undefined) : undefined);
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
    this.#replicas ??= findReplicas(this);
    return this.#replicas;
  }

  replicaSet(): readonly NodeInfo[] {
    return this.#replicas ?? findReplicaSet(this);
  }

  /** Begins; everything that happens from here on settles the promise. */
  start(): void {
    const { core } = this;
    core.enter();
    const followers = core.followers();
    if (followers !== null) this.#observe(followers);
    const { settings } = this;
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
      if (this.trail !== null || !sendToFirst(this, settings.timeoutMs)) sendToNext(this);
      this.#speculate();
    } catch (error) {
      if (error instanceof QueueFullError) this.failSoon(error);
      else this.fail(error);
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
      meetKeyspace(this, connection);
    const { attemptTimeoutMs } = this.settings;
    const timeoutMs = attemptTimeoutMs === undefined || attemptTimeoutMs > remainingMs ? remainingMs : attemptTimeoutMs;
    const attempt = new Attempt(this, pool, connection, timeoutMs);
    if (!attempt.send()) return false;
    this.attemptCount++;
    if (this.speculation !== null && this.attempt !== null) this.speculation.add(this.attempt);
    this.attempt = attempt;
    if (this.observation !== null) this.observation.attemptStarted(attempt);
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
    this.observation?.queued(now);
  }

  tryAgain(): boolean {
    const { core } = this;
    if (this.isSettled) return true;
    if (core.inFlight >= core.parts.maxInFlight) return false;
    try {
      const remaining = this.remainingMs();
      if (remaining <= 0) this.fail(requestTimeout(this));
      else if (!placeAgain(this, remaining)) return false;
      this.#speculate();
    } catch (error) {
      this.fail(error);
    }
    return true;
  }

  setPayload(name: string, bytes: Uint8Array): void {
    const customPayload = (this.settings.customPayload ?? NO_PAYLOAD).plus(name, bytes);
    this.settings = { ...this.settings, customPayload };
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

  onResponse(attempt: LiveAttempt, opcode: number, flags: number, reader: ByteReader, owned: boolean): void {
    if (!this.isSettled) receiveReply(this, attempt, opcode, flags, reader, owned);
  }

  onAttemptLost(attempt: LiveAttempt, error: ConnectionError, wasWritten: boolean): void {
    if (this.isSettled) return;
    try {
      recoverLost(this, attempt, error, wasWritten);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  onAttemptTimeout(attempt: LiveAttempt): void {
    if (this.isSettled) return;
    try {
      recoverTimedOut(this, attempt);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  ignore(): void {
    this.resolve(this.receiver.empty(this));
  }

  lowerConsistency(consistency: Consistency): void {
    const trail = this.trailFrom(0);
    trail.givenSettings ??= this.settings;
    this.settings = { ...this.settings, consistency, consistencyCode: consistencyCode(consistency) };
  }

  continueFrom(pagingState: Buffer, attempt: LiveAttempt): void {
    this.trailFrom(attempt.startedAt()).note('unknown');
    this.speculation?.lose();
    this.observation?.attemptAnswered(attempt);
    this.pagingState = pagingState;
    const remaining = this.remainingMs();
    if (remaining <= 0) this.fail(requestTimeout(this, attempt.connection.node));
    else if (!this.sendOn(attempt.pool, attempt.connection, remaining)) sendToNext(this);
  }

  failOnRows(error: unknown): void {
    failOnRows(this, error);
  }

  resolve(result: unknown): void {
    if (this.isSettled) return;
    if (this.speculation !== null) this.#loseAttempts();
    this.#settle();
    if (this.observation !== null) this.observation.succeeded(result);
    this.#resolve(result);
  }

  fail(error: unknown, reached: Outcome = 'notSent'): void {
    this.#fail(error, reached, this.#reject);
  }

  failSoon(error: unknown): void {
    this.#fail(error, 'notSent', (final) => this.core.parts.seams.timers.setImmediate(() => this.#reject(final)));
  }

  /** @param reject - the request itself is over when it is called */
  #fail(error: unknown, reached: Outcome, reject: (final: unknown) => void): void {
    if (this.isSettled) return;
    const isUnsent = this.#cancelAttempts();
    this.#settle();
    const final = finalError(this, error, isUnsent ? reached : 'unknown');
    this.observation?.failed(final);
    reject(final);
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

  #observe(trackers: TrackerGroup): void {
    this.observation = new RequestObservation(trackers, this);
    this.observation.start();
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
