import type { ColumnSpec, ProtocolVersion, SchemaChange } from '../../../src/protocol/index.ts';
import { consistencies, envelopeFlags, opcodes, resultKinds, rowsFlags, WireWriter } from '../wire/index.ts';
import type { ErrorData, FullResponse, ResponseData, ResultData, RowsMetadataData } from './response-message.ts';
import { writeCqlType } from './type-encoding.ts';

/*
 * Encodes responses from plain data, written from the specification and sharing nothing with src/protocol.
 */

export interface EncodedResponse {
  readonly opcode: number;
  readonly flags: number;
  readonly body: Buffer;
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** A response's envelope flags and body, preamble included. */
export function encodeFullResponse(version: ProtocolVersion, full: FullResponse): EncodedResponse {
  const w = new WireWriter(128);
  let flags = 0;
  if (full.traceId !== undefined) {
    flags |= envelopeFlags.TRACING;
    w.uuid(full.traceId);
  }
  if (full.warnings !== undefined) {
    flags |= envelopeFlags.WARNING;
    w.stringList(full.warnings);
  }
  if (full.customPayload !== undefined) {
    flags |= envelopeFlags.CUSTOM_PAYLOAD;
    w.bytesMap(
      new Map(Object.entries(full.customPayload).map(([key, value]) => [key, value === null ? null : bytes(value)])),
    );
  }
  writeResponse(w, version, full.response);
  return { opcode: opcodes[full.response.opcode], flags, body: w.finish() };
}

/** A response's body without preamble. */
export function encodeResponse(version: ProtocolVersion, response: ResponseData): Buffer {
  return encodeFullResponse(version, { response }).body;
}

function writeResponse(w: WireWriter, version: ProtocolVersion, { opcode, message }: ResponseData): void {
  switch (opcode) {
    case 'ERROR':
      writeError(w, version, message);
      break;
    case 'READY':
      break;
    case 'AUTHENTICATE':
      w.string(message.authenticator);
      break;
    case 'SUPPORTED':
      w.stringMultimap(message.options);
      break;
    case 'RESULT':
      writeResult(w, version, message);
      break;
    case 'EVENT':
      if (message.type === 'UNKNOWN') w.string(message.name);
      else if (message.type === 'SCHEMA_CHANGE') writeChange(w.string(message.type), message.change);
      else w.string(message.type).string(message.change).inet(message.address, message.port);
      break;
    case 'AUTH_CHALLENGE':
    case 'AUTH_SUCCESS':
      w.bytes(message.token === null ? null : bytes(message.token));
      break;
  }
}

function writeError(w: WireWriter, version: ProtocolVersion, e: ErrorData): void {
  w.int(e.code).string(e.message);
  if (e.consistency !== undefined) w.short(consistencies.indexOf(e.consistency as 'ONE'));
  if (e.received !== undefined) w.int(e.received);
  if (e.required !== undefined) w.int(e.required);
  if (e.alive !== undefined) w.int(e.alive);
  if (e.failures !== undefined) w.int(e.failures);
  if (e.failuresByNode !== undefined) writeReasons(w, e.failures as number, Object.entries(e.failuresByNode));
  if (e.dataPresent !== undefined) w.byte(e.dataPresent ? 1 : 0);
  if (e.writeType !== undefined) w.string(e.writeType);
  if (version === 5 && e.contentions !== undefined) w.short(e.contentions);
  if (e.keyspace !== undefined) w.string(e.keyspace);
  if (e.table !== undefined) w.string(e.table);
  if (e.functionName !== undefined) w.string(e.functionName);
  if (e.argumentTypes !== undefined) w.stringList(e.argumentTypes);
  if (e.statementId !== undefined) w.shortBytes(bytes(e.statementId));
}

/** An address may have been there more than once: what counts came last, so repeats go first. */
function writeReasons(w: WireWriter, count: number, entries: readonly (readonly [string, number])[]): void {
  const [first] = entries;
  for (let i = entries.length; i < count && first !== undefined; i++) w.inetAddr(first[0]).short(first[1]);
  for (const [address, code] of entries) w.inetAddr(address).short(code);
}

function writeResult(w: WireWriter, version: ProtocolVersion, result: ResultData): void {
  w.int(resultKinds[result.kind]);
  switch (result.kind) {
    case 'VOID':
      break;
    case 'ROWS':
      writeMetadata(w, result.metadata);
      w.int(result.rows.length);
      for (const row of result.rows) for (const cell of row) w.bytes(cell === null ? null : bytes(cell));
      break;
    case 'SET_KEYSPACE':
      w.string(result.keyspace);
      break;
    case 'PREPARED': {
      const { variables, partitionKeyIndexes } = result;
      w.shortBytes(bytes(result.id));
      if (version === 5) w.shortBytes(bytes(result.resultMetadataId ?? ''));
      const global = sharesTable(variables);
      w.int(global ? rowsFlags.GLOBAL_TABLES_SPEC : 0).int(variables.length);
      w.int(partitionKeyIndexes.length);
      for (const index of partitionKeyIndexes) w.short(index);
      writeColumns(w, variables, global);
      writeMetadata(w, result.result);
      break;
    }
    case 'SCHEMA_CHANGE':
      writeChange(w, result.change);
      break;
  }
}

function writeMetadata(w: WireWriter, metadata: RowsMetadataData): void {
  const { columnCount, pagingState, newMetadataId, columns } = metadata;
  const global = columns !== undefined && sharesTable(columns);
  w.int(
    (global ? rowsFlags.GLOBAL_TABLES_SPEC : 0) |
      (pagingState === undefined ? 0 : rowsFlags.HAS_MORE_PAGES) |
      (columns === undefined ? rowsFlags.NO_METADATA : 0) |
      (newMetadataId === undefined ? 0 : rowsFlags.METADATA_CHANGED),
  );
  w.int(columnCount);
  if (pagingState !== undefined) w.bytes(bytes(pagingState));
  if (newMetadataId !== undefined) w.shortBytes(bytes(newMetadataId));
  if (columns !== undefined) writeColumns(w, columns, global);
}

function sharesTable(columns: readonly ColumnSpec[]): boolean {
  const [first] = columns;
  return first !== undefined && columns.every((c) => c.keyspace === first.keyspace && c.table === first.table);
}

function writeColumns(w: WireWriter, columns: readonly ColumnSpec[], global: boolean): void {
  const [first] = columns;
  if (global && first !== undefined) w.string(first.keyspace).string(first.table);
  for (const column of columns) {
    if (!global) w.string(column.keyspace).string(column.table);
    w.string(column.name);
    writeCqlType(w, column.type);
  }
}

function writeChange(w: WireWriter, change: SchemaChange): void {
  w.string(change.changeType).string(change.target).string(change.keyspace);
  if (change.name !== undefined) w.string(change.name);
  if (change.argumentTypes !== undefined) w.stringList(change.argumentTypes);
}
