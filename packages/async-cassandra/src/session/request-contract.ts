import type { ConnectionPool } from '../cluster/index.ts';
import type { Connection } from '../connection/index.ts';
import type { AsyncCassandraError, ConnectionError, Outcome } from '../errors/index.ts';
import type { RoutingInfo } from '../policies/index.ts';
import type { ByteReader, ByteWriter, Consistency, ProtocolVersion, ResponsePreamble } from '../protocol/index.ts';
import type { Preparation } from './preparation.ts';
import type { RequestCore } from './request-core.ts';
import type { RequestSettings } from './request-settings.ts';
import type { RequestTrail } from './request-trail.ts';
import type { ResultMetadata } from './result-metadata.ts';
import type { StatementInfo } from './statement-info.ts';

/** What a request sends: a simple statement, a prepared one, a batch, or a preparation. */
export interface Executable {
  readonly opcode: number;
  readonly info: StatementInfo;
  /** What the statement was marked, undefined when it was not. */
  readonly isIdempotent: boolean | undefined;
  /** Its text, for messages and hooks; never its values. */
  readonly cql: string;
  /** Statements of a batch. */
  readonly batchSize?: number;
  /** Values that are sent, where they are not those of the request. */
  readonly parameterCount?: number;
  /** Its meaning depends on the keyspace of the connection (v4) or request (v5). */
  readonly reliesOnKeyspace: boolean;
  /** Metadata of the last answer, for reuse. */
  readonly lastMetadata: ResultMetadata | undefined;
  /** Takes note of an answer's metadata. */
  learn(metadata: ResultMetadata): void;
  /** Writes the request's body. */
  encode(writer: ByteWriter, version: ProtocolVersion, attempt: LiveAttempt): void;
  /**
   * Writes the routing key into the empty `scratch` writer.
   * @returns false when the statement has none
   */
  writeRoutingKey(scratch: ByteWriter, request: LiveRequest): boolean;
  /** The keyspace that the routing key belongs to. */
  routingKeyspace(request: LiveRequest): string | undefined;
  /** What to prepare again when a node has forgotten the statement with this id (hexadecimal). */
  preparation(statementId: string): Preparation | undefined;
}

/** One sending of a request to one node. */
export interface LiveAttempt {
  readonly request: LiveRequest;
  readonly pool: ConnectionPool;
  readonly connection: Connection;
  readonly timeoutMs: number;
  readonly streamId: number;
  /** Sent, and neither answered nor given up. */
  readonly isWaiting: boolean;
  /** The metadata that the request said it knows: an answer without metadata is read by it, whatever was learnt since. */
  sentMetadata: ResultMetadata | undefined;
  /** When it was written, on the clock of `Timers.now`; now, when it never was. */
  startedAt(): number;
  /** @returns true when it had not been written and never will be */
  cancel(): boolean;
  /** As `cancel`, because another execution was answered first: a policy is told how long this one took at least. */
  lose(): void;
}

/** Further executions of a request that run besides its current attempt. */
export interface SpeculationState {
  /** How many were started. */
  readonly count: number;
  readonly isRunning: boolean;
  add(attempt: LiveAttempt): void;
  /** Another execution was answered first. */
  lose(): void;
  /** @returns whether none of them was or will be written */
  cancel(): boolean;
}

/** Tells those who follow a request of what becomes of its attempts. */
export interface RequestFollower {
  attemptFailed(attempt: LiveAttempt, error: AsyncCassandraError): void;
  /** The others are given up. */
  attemptAnswered(attempt: LiveAttempt): void;
  /** A failed attempt does not end the request. */
  retried(decision: 'retrySame' | 'retryNext' | 'ignore', attempt: LiveAttempt, error: AsyncCassandraError): void;
}

/** What a request makes of its answer. */
export interface ResultReceiver {
  /** Settles the request with a RESULT, or has it go on. */
  receive(request: LiveRequest, attempt: LiveAttempt, reader: ByteReader, owned: boolean): void;
  /** The result of an error that the retry policy wants ignored. */
  empty(request: LiveRequest): unknown;
  /** How many rows came with a result; undefined when it is none of rows. */
  rowsOf(result: unknown): number | undefined;
}

/** One logical request, as the steps of its way see it. */
export interface LiveRequest extends RoutingInfo {
  readonly core: RequestCore;
  readonly statement: Executable;
  readonly values: readonly unknown[];
  readonly settings: RequestSettings;
  /** The settings before a retry policy changed them: those of further pages. */
  readonly givenSettings: RequestSettings;
  /** Fixed once, so that sending again does not make an old write look new (rule 2 of the design). */
  readonly timestamp: bigint | undefined;
  /** The session's keyspace when the request was made. */
  sessionKeyspace: string | undefined;
  readonly pagingState: Buffer | undefined;
  readonly isIdempotent: boolean;
  readonly isSettled: boolean;
  readonly receiver: ResultReceiver;
  /** The last one that was sent; once there is a result, the one that brought it. */
  attempt: LiveAttempt | null;
  /** An attempt waits for its answer. */
  readonly isRunning: boolean;
  readonly attemptCount: number;
  preamble: ResponsePreamble | null;
  speculation: SpeculationState | null;
  readonly trail: RequestTrail | null;
  /** Tells trackers of it; null: nobody follows it. */
  readonly observation: RequestFollower | null;
  /** False when the nodes did not agree on a schema change in time. */
  isSchemaInAgreement: boolean;
  /** The way after trouble; made on first use. */
  trailFrom(startedAt: number): RequestTrail;
  /** Milliseconds that are left of the whole request's time. */
  remainingMs(): number;
  /**
   * Sends an attempt on a connection.
   * @returns false when the connection has no room
   */
  sendOn(pool: ConnectionPool, connection: Connection, remainingMs: number): boolean;
  /** Waits for room. @throws QueueFullError */
  enqueue(): void;
  /** This page is empty and not the last (rule 1 of the design): asks for the next one, within the same deadline. */
  continueFrom(pagingState: Buffer, attempt: LiveAttempt): void;
  /** Adds an entry to the custom payload of its attempts. */
  setPayload(name: string, bytes: Uint8Array): void;
  lowerConsistency(consistency: Consistency): void;
  /** The policy wants the error ignored: an empty result. */
  ignore(): void;
  resolve(result: unknown): void;
  /** @param reached - what is known of the last attempt, besides what the error says */
  fail(error: unknown, reached?: Outcome): void;
  /** Fails, and has the caller told on another turn of the event loop: one that tries again at once keeps nothing from its turn. */
  failSoon(error: unknown): void;
  /** Rows that are decoded after their reply was received do not decode: when the bytes are wrong, the connection goes. */
  failOnRows(error: unknown): void;
  onAborted(reason: unknown): void;
  /** The reply to an attempt. */
  onResponse(attempt: LiveAttempt, opcode: number, flags: number, reader: ByteReader, owned: boolean): void;
  onAttemptLost(attempt: LiveAttempt, error: ConnectionError, wasWritten: boolean): void;
  onAttemptTimeout(attempt: LiveAttempt): void;
}
