import type { TrackedNode, TrackedRequest, TrackedStatement } from '../../diagnostics/index.ts';
import type { AsyncCassandraError } from '../../errors/index.ts';
import { Opcode } from '../../protocol/index.ts';
import type { LiveAttempt, LiveRequest, RequestFollower } from '../request-contract.ts';
import { AttemptObservation } from './attempt-observation.ts';
import type { StreamObservation } from './stream-observation.ts';
import { Observed, type TrackerGroup } from './tracker-group.ts';

/** Of a request that has to wait for room. */
interface Queueing {
  /** Null: it does not any more. */
  sinceMs: number | null;
  delayMs: number;
}

/** Tells trackers of one request: made when it starts, and only when there are any. */
export class RequestObservation extends Observed implements TrackedRequest, RequestFollower {
  readonly startedAtMs: number;
  rows: number | undefined = undefined;
  isEnding = false;
  /** How long it took, once a detour has ended and somebody has asked. */
  #tookMs: number | undefined = undefined;
  #queueing: Queueing | null = null;
  readonly #request: LiveRequest;
  readonly #group: TrackerGroup;
  #error: AsyncCassandraError | null = null;
  #attempts: AttemptObservation[] | null = null;

  constructor(group: TrackerGroup, request: LiveRequest) {
    super();
    this.#group = group;
    this.#request = request;
    // What had to be done before it, preparing for one, is part of its time.
    this.startedAtMs = request.trail?.startedAt ?? request.core.parts.seams.timers.now();
  }

  get elapsedMs(): number {
    const request = this.#request;
    // Whatever takes a detour has a trail. What does not was answered just now, and the clock was read for all replies that came
    // with its own.
    if (this.isEnding && request.trail === null && this.#error === null && request.attempt !== null)
      return request.attempt.connection.lastReadMs - this.startedAtMs;
    if (this.#tookMs !== undefined) return this.#tookMs;
    const elapsed = request.core.parts.seams.timers.now() - this.startedAtMs;
    if (this.isEnding) this.#tookMs = elapsed;
    return elapsed;
  }

  get queueDelayMs(): number {
    return this.#queueing === null ? 0 : this.#queueing.delayMs;
  }

  get type(): TrackedRequest['type'] {
    const { statement, settings } = this.#request;
    if (statement.opcode === Opcode.PREPARE) return 'prepare';
    if (statement.opcode === Opcode.BATCH) return 'batch';
    return settings.pagingState === undefined ? 'query' : 'page';
  }

  get isPrepared(): boolean {
    return this.#request.statement.opcode === Opcode.EXECUTE;
  }

  get cql(): string {
    return this.#request.statement.cql;
  }

  get statement(): TrackedStatement {
    return this.#request.statement.info;
  }

  get keyspace(): string | undefined {
    const { settings, sessionKeyspace } = this.#request;
    return this.#request.keyspace ?? settings.keyspace ?? sessionKeyspace;
  }

  get consistency(): string {
    return this.#request.settings.consistency;
  }

  get serialConsistency(): string {
    return this.#request.settings.serialConsistency;
  }

  get isIdempotent(): boolean {
    return this.#request.isIdempotent;
  }

  get fetchSize(): number {
    return this.#request.settings.fetchSize;
  }

  get parameterCount(): number {
    return this.#request.statement.parameterCount ?? this.#request.values.length;
  }

  get batchSize(): number | undefined {
    return this.#request.statement.batchSize;
  }

  get stream(): StreamObservation | undefined {
    return this.#request.settings.stream;
  }

  get attemptCount(): number {
    return this.#request.attemptCount;
  }

  get speculativeExecutions(): number {
    return this.#request.speculation?.count ?? 0;
  }

  get coordinator(): TrackedNode | undefined {
    return this.#request.attempt?.pool.node.info;
  }

  get traceId(): string | undefined {
    return this.#request.preamble?.traceId;
  }

  setPayload(name: string, bytes: Uint8Array): void {
    this.#request.setPayload(name, bytes);
  }

  start(): void {
    this.#group.tellStart(this);
  }

  /** It waits for room from `now` on. */
  queued(now: number): void {
    this.#queueing ??= { sinceMs: null, delayMs: 0 };
    this.#queueing.sinceMs = now;
  }

  /** An attempt was handed to its connection. */
  attemptStarted(live: LiveAttempt): void {
    if (this.#queueing !== null) this.#leaveQueue(this.#queueing);
    if (!this.#group.followsAttempts) return;
    const { timers } = this.#request.core.parts.seams;
    const isSpeculative = this.#attempts?.some((other) => other.live.isWaiting) ?? false;
    const attempt = new AttemptObservation(live, this.#request.attemptCount, isSpeculative, timers.now());
    this.#attempts ??= [];
    this.#attempts.push(attempt);
    this.#group.tell(this, (tracker) => tracker.onAttemptStart?.(this, attempt), attempt);
  }

  attemptFailed(live: LiveAttempt, error: AsyncCassandraError): void {
    const attempt = this.#attempts?.find((other) => other.live === live);
    if (attempt !== undefined) this.#endAttempt(attempt, 'failed', error);
  }

  /** This attempt was answered: the others are given up. */
  attemptAnswered(live: LiveAttempt | null): void {
    if (this.#attempts === null) return;
    for (const attempt of [...this.#attempts])
      this.#endAttempt(attempt, attempt.live === live ? 'answered' : 'abandoned', null);
  }

  retried(decision: 'retrySame' | 'retryNext' | 'ignore', live: LiveAttempt, error: AsyncCassandraError): void {
    const retry = { decision, error, node: live.pool.node.info };
    this.#group.tell(this, (tracker) => tracker.onRetry?.(this, retry));
  }

  succeeded(result: unknown): void {
    if (this.#attempts !== null) this.attemptAnswered(this.#request.attempt);
    this.rows = this.#request.receiver.rowsOf(result);
    this.isEnding = true;
    this.#group.tellEnd(this);
  }

  failed(error: AsyncCassandraError): void {
    if (this.#queueing !== null) this.#leaveQueue(this.#queueing);
    this.attemptAnswered(null);
    this.#error = error;
    this.isEnding = true;
    this.#group.tellEnd(this);
  }

  /** The error that it ends with. */
  get endError(): AsyncCassandraError | null {
    return this.#error;
  }

  #leaveQueue(queueing: Queueing): void {
    if (queueing.sinceMs === null) return;
    queueing.delayMs += this.#request.core.parts.seams.timers.now() - queueing.sinceMs;
    queueing.sinceMs = null;
  }

  #endAttempt(
    attempt: AttemptObservation,
    ending: 'answered' | 'failed' | 'abandoned',
    error: AsyncCassandraError | null,
  ): void {
    const attempts = this.#attempts as AttemptObservation[];
    attempts.splice(attempts.indexOf(attempt), 1);
    attempt.ending = ending;
    this.#group.tell(this, (tracker) => tracker.onAttemptEnd?.(this, attempt, error), attempt);
  }
}
