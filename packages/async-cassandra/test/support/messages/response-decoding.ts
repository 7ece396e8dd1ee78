import { ProtocolError, type QueryError } from '../../../src/errors/index.ts';
import {
  type ByteReader,
  type ProtocolVersion,
  readAuthChallenge,
  readAuthenticate,
  readAuthSuccess,
  readError,
  readEvent,
  readPreamble,
  readPrepared,
  readResultKind,
  readRowsMetadata,
  readSchemaChange,
  readSetKeyspace,
  readSupported,
  ResultKind,
  type RowsMetadata,
} from '../../../src/protocol/index.ts';
import type {
  ErrorData,
  FullResponse,
  ResponseData,
  ResponseOpcode,
  ResultData,
  RowsMetadataData,
} from './response-message.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');

/** Decodes a response with the product's decoders, into the plain data that vectors have. */
export function decodeResponse(version: ProtocolVersion, opcode: ResponseOpcode, r: ByteReader): ResponseData {
  switch (opcode) {
    case 'ERROR':
      return { opcode, message: errorData(readError(r, version)) };
    case 'READY':
      return { opcode, message: {} };
    case 'AUTHENTICATE':
      return { opcode, message: { authenticator: readAuthenticate(r) } };
    case 'SUPPORTED':
      return { opcode, message: { options: Object.fromEntries(readSupported(r)) } };
    case 'RESULT':
      return { opcode, message: decodeResult(version, r) };
    case 'EVENT':
      return { opcode, message: readEvent(r) };
    case 'AUTH_CHALLENGE':
      return { opcode, message: { token: readAuthChallenge(r)?.toString('hex') ?? null } };
    case 'AUTH_SUCCESS':
      return { opcode, message: { token: readAuthSuccess(r)?.toString('hex') ?? null } };
  }
}

/** Decodes what precedes the message too. */
export function decodeFullResponse(
  version: ProtocolVersion,
  opcode: ResponseOpcode,
  flags: number,
  r: ByteReader,
): FullResponse {
  const preamble = readPreamble(r, flags);
  const payload = preamble?.customPayload;
  return {
    ...(preamble?.traceId === undefined ? {} : { traceId: preamble.traceId }),
    ...(preamble?.warnings === undefined ? {} : { warnings: preamble.warnings }),
    ...(payload === undefined
      ? {}
      : { customPayload: Object.fromEntries([...payload].map(([k, v]) => [k, v === null ? null : hex(v)])) }),
    response: decodeResponse(version, opcode, r),
  };
}

function decodeResult(version: ProtocolVersion, r: ByteReader): ResultData {
  const kind = readResultKind(r);
  switch (kind) {
    case ResultKind.VOID:
      return { kind: 'VOID' };
    case ResultKind.ROWS: {
      const metadata = readRowsMetadata(r, version);
      return { kind: 'ROWS', metadata: metadataData(metadata), rows: readRows(r, metadata.columnCount) };
    }
    case ResultKind.SET_KEYSPACE:
      return { kind: 'SET_KEYSPACE', keyspace: readSetKeyspace(r) };
    case ResultKind.PREPARED: {
      const { id, resultMetadataId, variables, partitionKeyIndexes, result } = readPrepared(r, version);
      return {
        kind: 'PREPARED',
        id: hex(id),
        ...(resultMetadataId === undefined ? {} : { resultMetadataId: hex(resultMetadataId) }),
        variables,
        partitionKeyIndexes,
        result: metadataData(result),
      };
    }
    case ResultKind.SCHEMA_CHANGE:
      return { kind: 'SCHEMA_CHANGE', change: readSchemaChange(r) };
  }
}

/** Cells as bytes; the row decoders proper belong to the codecs. */
function readRows(r: ByteReader, columnCount: number): (string | null)[][] {
  const count = r.readInt();
  if (count < 0) throw new ProtocolError('negative count of rows');
  const rows: (string | null)[][] = [];
  for (let i = 0; i < count && columnCount > 0; i++) {
    const row: (string | null)[] = [];
    for (let j = 0; j < columnCount; j++) row.push(r.readBytes()?.toString('hex') ?? null);
    rows.push(row);
  }
  return rows;
}

function metadataData(metadata: RowsMetadata): RowsMetadataData {
  const { columnCount, pagingState, newMetadataId, columns } = metadata;
  return {
    columnCount,
    ...(pagingState === undefined ? {} : { pagingState: hex(pagingState) }),
    ...(newMetadataId === undefined ? {} : { newMetadataId: hex(newMetadataId) }),
    ...(columns === undefined ? {} : { columns }),
  };
}

const errorFields = [
  'consistency',
  'required',
  'alive',
  'received',
  'failures',
  'failuresByNode',
  'dataPresent',
  'writeType',
  'contentions',
  'keyspace',
  'table',
  'functionName',
  'argumentTypes',
  'statementId',
] as const;

function errorData(error: QueryError): ErrorData {
  const fields: [string, unknown][] = [];
  for (const name of errorFields) {
    const value = (error as unknown as Record<string, unknown>)[name];
    if (value !== undefined) fields.push([name, name === 'failuresByNode' ? { ...(value as object) } : value]);
  }
  return { code: error.serverCode, message: error.message, ...Object.fromEntries(fields) };
}
