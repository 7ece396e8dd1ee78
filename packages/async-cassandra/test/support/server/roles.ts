import type { Timers } from '../../../src/connection/index.ts';
import type { Column, Envelope, ServerEvent, WireType } from '../wire/index.ts';
import type { ServerAuth } from './auth.ts';
import type { ServerStatement } from './prepared-statement.ts';
import type { SchemaModel } from './schema-model.ts';
import type { TableModel } from './table-model.ts';

/** What PREPARE says of a statement, where it cannot be inferred from the text and the schema. */
export interface StatementDescription {
  /** Bind markers by name. */
  readonly bind?: Readonly<Record<string, WireType>>;
  /** Names of the bind markers that make the partition key. */
  readonly partitionKey?: readonly string[];
  readonly keyspace?: string;
  readonly table?: string;
}

export interface ProtocolOptions {
  readonly versions: readonly number[];
  readonly betaVersions: readonly number[];
  readonly compression: readonly ('lz4' | 'snappy')[];
  readonly supported: Readonly<Record<string, readonly string[]>>;
  readonly auth: ServerAuth | undefined;
}

/** A scripted node, as its connections and replies know it. */
export interface NodeHost {
  readonly timers: Timers;
  readonly schema: SchemaModel;
  readonly options: ProtocolOptions;
  /** Prepared statements by id in hex. */
  readonly statements: Map<string, ServerStatement>;
  readonly isFrozen: boolean;
  findTable(keyspace: string | undefined, name: string): TableModel | undefined;
  /** What the script says of a statement with this text. */
  describe(cql: string): StatementDescription & { readonly columns: readonly Column[] | undefined };
  pushEvent(event: ServerEvent): number;
  nextTraceId(): string;
  /** Runs the action after `ms`, unless the node stops before. */
  later(ms: number, action: () => void): void;
  /** Notes what a client did against the protocol. */
  fault(text: string): void;
}

/** How one envelope is to be sent. */
export interface SendWishes {
  /** The stream id of the request that it answers. */
  readonly answers: number;
  /** Written in pieces of at most this many bytes, each on its own turn of the event loop. */
  readonly chunkBytes: number | undefined;
  /** Changes the finished envelope (not framed, not compressed yet); null drops it. */
  readonly mutate: ((envelope: Buffer) => Buffer | null) | undefined;
}

/** A client's connection, as requests and replies know it. */
export interface ClientConnection {
  /** From 1, in the order of acceptance by its node. */
  readonly number: number;
  readonly remote: string;
  /** Options of STARTUP; undefined before it. */
  startup: ReadonlyMap<string, string> | undefined;
  version: number | undefined;
  isAuthenticated: boolean;
  authStep: number;
  keyspace: string | undefined;
  readonly eventTypes: Set<string>;
  readonly isClosed: boolean;
  send(envelope: Envelope, wishes?: SendWishes): void;
  /** Bytes as they are, behind what was sent before. */
  writeRaw(bytes: Buffer): void;
  /** Switches to what STARTUP asked for: framing (v5), compression. */
  established(): void;
  close(how?: 'end' | 'destroy' | 'reset'): void;
}
