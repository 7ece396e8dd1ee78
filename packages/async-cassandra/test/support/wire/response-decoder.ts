import { envelopeFlags, opcodes, resultKinds, rowsFlags } from './constants.ts';
import type { Envelope } from './envelope.ts';
import type { Column } from './results.ts';
import { readType } from './types.ts';
import { decodeValue } from './value-decoder.ts';
import { WireReader } from './wire-reader.ts';

export interface DecodedMetadata {
  readonly flags: number;
  readonly columnCount: number;
  readonly pagingState: Buffer | null | undefined;
  readonly newMetadataId: Buffer | undefined;
  readonly columns: readonly Column[] | undefined;
}

export type DecodedMessage =
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly rest: Buffer }
  | { readonly kind: 'ready' | 'void' }
  | { readonly kind: 'authenticate'; readonly authenticator: string }
  | { readonly kind: 'authChallenge' | 'authSuccess'; readonly token: Buffer | null }
  | { readonly kind: 'supported'; readonly options: ReadonlyMap<string, readonly string[]> }
  | {
      readonly kind: 'rows';
      readonly metadata: DecodedMetadata;
      readonly rows: readonly (readonly (Buffer | null)[])[];
    }
  | { readonly kind: 'setKeyspace'; readonly keyspace: string }
  | {
      readonly kind: 'prepared';
      readonly id: Buffer;
      readonly resultMetadataId: Buffer;
      readonly variables: readonly Column[];
      readonly partitionKeyIndexes: readonly number[];
      readonly result: DecodedMetadata;
    }
  /** Strings of a schema change or an event, as they come. */
  | { readonly kind: 'schemaChange' | 'event'; readonly rest: Buffer };

export interface DecodedResponse {
  readonly envelope: Envelope;
  readonly traceId: string | undefined;
  readonly warnings: readonly string[] | undefined;
  readonly customPayload: ReadonlyMap<string, Buffer | null> | undefined;
  readonly message: DecodedMessage;
}

/** Decodes what a server sent (spec v5 section 4.2), for a client made of test code alone. */
export function decodeResponse(envelope: Envelope): DecodedResponse {
  const r = new WireReader(envelope.body);
  const { flags } = envelope;
  const traceId = (flags & envelopeFlags.TRACING) !== 0 ? r.uuid() : undefined;
  const warnings = (flags & envelopeFlags.WARNING) !== 0 ? r.stringList() : undefined;
  const customPayload = (flags & envelopeFlags.CUSTOM_PAYLOAD) !== 0 ? r.bytesMap() : undefined;
  return { envelope, traceId, warnings, customPayload, message: readMessage(envelope, r) };
}

function readMessage({ opcode, version }: Envelope, r: WireReader): DecodedMessage {
  switch (opcode) {
    case opcodes.ERROR:
      return { kind: 'error', code: r.int(), message: r.string(), rest: r.raw(r.remaining) };
    case opcodes.READY:
      return { kind: 'ready' };
    case opcodes.AUTHENTICATE:
      return { kind: 'authenticate', authenticator: r.string() };
    case opcodes.AUTH_CHALLENGE:
      return { kind: 'authChallenge', token: r.bytes() };
    case opcodes.AUTH_SUCCESS:
      return { kind: 'authSuccess', token: r.bytes() };
    case opcodes.SUPPORTED:
      return { kind: 'supported', options: r.stringMultimap() };
    case opcodes.EVENT:
      return { kind: 'event', rest: r.raw(r.remaining) };
    case opcodes.RESULT:
      return readResult(version, r);
    default:
      throw new Error(`Not a response opcode: ${opcode}`);
  }
}

function readResult(version: number, r: WireReader): DecodedMessage {
  const kind = r.int();
  switch (kind) {
    case resultKinds.VOID:
      return { kind: 'void' };
    case resultKinds.SET_KEYSPACE:
      return { kind: 'setKeyspace', keyspace: r.string() };
    case resultKinds.SCHEMA_CHANGE:
      return { kind: 'schemaChange', rest: r.raw(r.remaining) };
    case resultKinds.ROWS: {
      const metadata = readMetadata(r);
      const rows = Array.from({ length: r.int() }, () => Array.from({ length: metadata.columnCount }, () => r.bytes()));
      return { kind: 'rows', metadata, rows };
    }
    case resultKinds.PREPARED: {
      const id = r.shortBytes();
      const resultMetadataId = version >= 5 ? r.shortBytes() : Buffer.alloc(0);
      const flags = r.int();
      const count = r.int();
      const partitionKeyIndexes = version >= 4 ? Array.from({ length: r.int() }, () => r.short()) : [];
      const variables = readColumns(r, count, (flags & rowsFlags.GLOBAL_TABLES_SPEC) !== 0);
      return { kind: 'prepared', id, resultMetadataId, variables, partitionKeyIndexes, result: readMetadata(r) };
    }
    default:
      throw new Error(`Unknown kind of result ${kind}`);
  }
}

function readMetadata(r: WireReader): DecodedMetadata {
  const flags = r.int();
  const columnCount = r.int();
  const pagingState = (flags & rowsFlags.HAS_MORE_PAGES) !== 0 ? r.bytes() : undefined;
  const newMetadataId = (flags & rowsFlags.METADATA_CHANGED) !== 0 ? r.shortBytes() : undefined;
  const hasColumns = (flags & rowsFlags.NO_METADATA) === 0;
  const columns = hasColumns ? readColumns(r, columnCount, (flags & rowsFlags.GLOBAL_TABLES_SPEC) !== 0) : undefined;
  return { flags, columnCount, pagingState, newMetadataId, columns };
}

function readColumns(r: WireReader, count: number, global: boolean): Column[] {
  const shared = global ? { keyspace: r.string(), table: r.string() } : undefined;
  return Array.from({ length: count }, () => {
    const { keyspace, table } = shared ?? { keyspace: r.string(), table: r.string() };
    return { keyspace, table, name: r.string(), type: readType(r) };
  });
}

/** The rows as objects, by these columns or those that came along. */
export function rowObjects(message: DecodedMessage, columns?: readonly Column[]): Record<string, unknown>[] {
  if (message.kind !== 'rows') throw new Error(`Rows were expected, ${message.kind} came: ${JSON.stringify(message)}`);
  const known = columns ?? message.metadata.columns ?? [];
  return message.rows.map((row) =>
    Object.fromEntries(known.map((column, i) => [column.name, decodeValue(column.type, row[i] ?? null)])),
  );
}
