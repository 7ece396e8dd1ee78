import type { ByteWriter, ProtocolVersion } from '../protocol/index.ts';
import type { Attempt } from './attempt.ts';
import type { Request } from './request.ts';
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
  /** Metadata of the last answer, for reuse. */
  readonly lastMetadata: ResultMetadata | undefined;
  /** Takes note of an answer's metadata. */
  learn(metadata: ResultMetadata): void;
  /** Writes the request's body. */
  encode(writer: ByteWriter, version: ProtocolVersion, attempt: Attempt): void;
  /**
   * Writes the routing key into the empty `scratch` writer.
   * @returns false when the statement has none
   */
  writeRoutingKey(scratch: ByteWriter, request: Request): boolean;
  /** The keyspace that the routing key belongs to. */
  routingKeyspace(request: Request): string | undefined;
  /** Its meaning depends on the keyspace of the connection (v4) or request (v5). */
  readonly reliesOnKeyspace: boolean;
  /** The text to prepare again when a node has forgotten the statement with this id (hexadecimal). */
  preparation(statementId: string): Preparation | undefined;
}

/** A prepared statement as a node must know it. */
export interface Preparation {
  readonly cql: string;
  readonly keyspace: string | undefined;
  readonly statementId: string;
}
