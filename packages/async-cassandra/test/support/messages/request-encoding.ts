import {
  type BatchRequestStatement,
  ByteWriter,
  type Consistency,
  consistencyCode,
  type ProtocolVersion,
  type QueryParameters,
  type ValueWriter,
  writeAuthResponse,
  writeBatch,
  writeExecute,
  writeOptions,
  writePrepare,
  writeQuery,
  writeRegister,
  writeStartup,
} from '../../../src/protocol/index.ts';

/*
 * Requests as plain data, as the vector files have them, encoded with the product's encoders.
 */

/** A bound value: bytes as hexadecimal text, null, or not set. */
export type ValueData = string | null;

export interface ParametersData {
  readonly consistency: Consistency;
  readonly values?: readonly ValueData[];
  readonly names?: readonly string[];
  readonly skipMetadata?: boolean;
  readonly pageSize?: number;
  readonly pagingState?: string;
  readonly serialConsistency?: Consistency;
  readonly timestamp?: string;
  readonly keyspace?: string;
  readonly nowInSeconds?: number;
}

export interface BatchData {
  readonly type: 0 | 1 | 2;
  readonly statements: readonly {
    readonly query?: string;
    readonly id?: string;
    readonly values: readonly ValueData[];
  }[];
  readonly consistency: Consistency;
  readonly serialConsistency?: Consistency;
  readonly timestamp?: string;
  readonly keyspace?: string;
  readonly nowInSeconds?: number;
}

export type RequestData =
  | { readonly opcode: 'STARTUP'; readonly message: { readonly options: Readonly<Record<string, string>> } }
  | { readonly opcode: 'OPTIONS'; readonly message: object }
  | { readonly opcode: 'AUTH_RESPONSE'; readonly message: { readonly token: string | null } }
  | { readonly opcode: 'QUERY'; readonly message: { readonly query: string; readonly parameters: ParametersData } }
  | { readonly opcode: 'PREPARE'; readonly message: { readonly query: string; readonly keyspace?: string } }
  | {
      readonly opcode: 'EXECUTE';
      readonly message: {
        readonly id: string;
        readonly resultMetadataId?: string;
        readonly parameters: ParametersData;
      };
    }
  | { readonly opcode: 'BATCH'; readonly message: BatchData }
  | { readonly opcode: 'REGISTER'; readonly message: { readonly types: readonly string[] } };

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** Writes values that are bytes already. */
export class RawValueWriter implements ValueWriter {
  readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  write(w: ByteWriter, values: readonly unknown[]): void {
    for (const value of values as readonly ValueData[]) {
      if (value === 'unset') w.writeInt(-2);
      else w.writeBytes(value === null ? null : bytes(value));
    }
  }
}

/** Query parameters in their fixed shape. */
export function queryParameters(data: ParametersData): QueryParameters {
  return {
    consistency: consistencyCode(data.consistency),
    serialConsistency: data.serialConsistency === undefined ? undefined : consistencyCode(data.serialConsistency),
    skipMetadata: data.skipMetadata === true,
    pageSize: data.pageSize,
    pagingState: data.pagingState === undefined ? undefined : bytes(data.pagingState),
    timestamp: data.timestamp === undefined ? undefined : BigInt(data.timestamp),
    keyspace: data.keyspace,
    nowInSeconds: data.nowInSeconds,
    names: data.names,
  };
}

function valueWriter(values: readonly ValueData[] | undefined): ValueWriter | null {
  return values === undefined ? null : new RawValueWriter(values.length);
}

/** The body that the product writes for a request into a writer whose buffer has `room` bytes left. */
export function encodeRequest(version: ProtocolVersion, request: RequestData, room = 0): Buffer {
  const w = new ByteWriter(64);
  const start = w.buf.length - room;
  w.pos = start;
  const { opcode, message } = request;
  switch (opcode) {
    case 'STARTUP':
      writeStartup(w, new Map(Object.entries(message.options)));
      break;
    case 'OPTIONS':
      writeOptions(w);
      break;
    case 'AUTH_RESPONSE':
      writeAuthResponse(w, message.token === null ? null : bytes(message.token));
      break;
    case 'QUERY': {
      const { values } = message.parameters;
      writeQuery(w, version, message.query, queryParameters(message.parameters), valueWriter(values), values ?? []);
      break;
    }
    case 'PREPARE':
      writePrepare(w, version, message.query, message.keyspace);
      break;
    case 'EXECUTE': {
      const { id, resultMetadataId, parameters } = message;
      const metadataId = resultMetadataId === undefined ? undefined : bytes(resultMetadataId);
      writeExecute(
        w,
        version,
        bytes(id),
        metadataId,
        queryParameters(parameters),
        valueWriter(parameters.values),
        parameters.values ?? [],
      );
      break;
    }
    case 'BATCH':
      encodeBatch(w, version, message);
      break;
    case 'REGISTER':
      writeRegister(w, message.types);
      break;
  }
  return Buffer.from(w.buf.subarray(start, w.pos));
}

function encodeBatch(w: ByteWriter, version: ProtocolVersion, data: BatchData): void {
  const statements = data.statements.map((s): BatchRequestStatement => {
    const common = { values: valueWriter(s.values), bound: s.values };
    return s.id === undefined ? { cql: s.query ?? '', ...common } : { id: bytes(s.id), ...common };
  });
  writeBatch(w, version, {
    type: data.type,
    statements,
    consistency: consistencyCode(data.consistency),
    serialConsistency: data.serialConsistency === undefined ? undefined : consistencyCode(data.serialConsistency),
    timestamp: data.timestamp === undefined ? undefined : BigInt(data.timestamp),
    keyspace: data.keyspace,
    nowInSeconds: data.nowInSeconds,
  });
}
