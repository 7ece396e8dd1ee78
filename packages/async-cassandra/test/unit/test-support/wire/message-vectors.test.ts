import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadVectors } from '../../../support/load-vectors.ts';
import {
  consistencyName,
  decodeRequest,
  decodeResponse,
  encodeAuthenticate,
  encodeAuthToken,
  encodeBatch,
  encodeError,
  encodeEvent,
  encodeExecute,
  encodePrepare,
  encodePrepared,
  encodeQuery,
  encodeRegister,
  encodeRows,
  encodeSchemaChange,
  encodeSetKeyspace,
  encodeStartup,
  encodeSupported,
  encodeVoid,
  opcodes,
  WireReader,
  WireWriter,
} from '../../../support/wire/index.ts';
import type {
  Column,
  ConsistencyName,
  DecodedParameters,
  DecodedRequest,
  OpcodeName,
  RequestParameters,
  SchemaChange,
  WireType,
} from '../../../support/wire/index.ts';

/** Messages of two other implementations: what they say the bytes are, the scripted server must read and write. */
interface Vector {
  readonly description: string;
  readonly version: number;
  readonly opcode: OpcodeName;
  readonly message: Record<string, unknown>;
  readonly hex: string;
}

interface VectorFile {
  readonly vectors: readonly Vector[];
}

const bytes = (hex: unknown): Buffer => Buffer.from(hex as string, 'hex');
const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });

/** Writes a decoded request again, from nothing but what the decoder saw. */
function encodeAgain(version: number, request: DecodedRequest): Buffer {
  switch (request.opcode) {
    case opcodes.STARTUP:
      return encodeStartup(Object.fromEntries(request.options));
    case opcodes.OPTIONS:
      return Buffer.alloc(0);
    case opcodes.AUTH_RESPONSE:
      return new WireWriter().bytes(request.token).finish();
    case opcodes.REGISTER:
      return encodeRegister(request.eventTypes);
    case opcodes.PREPARE:
      return encodePrepare(version, request.cql, request.keyspace);
    case opcodes.QUERY:
      return encodeQuery(version, request.cql, parametersOf(request.parameters));
    case opcodes.EXECUTE:
      return encodeExecute(
        version,
        request.id,
        request.resultMetadataId ?? Buffer.alloc(0),
        parametersOf(request.parameters),
      );
    case opcodes.BATCH: {
      const { type, members, parameters } = request.batch;
      const { values: _none, ...rest } = parametersOf(parameters);
      const code = (['logged', 'unlogged', 'counter'] as const).indexOf(type) as 0 | 1 | 2;
      return encodeBatch(
        version,
        code,
        members.map(({ cql, id, values }) => ({ ...optional('cql', cql), ...optional('id', id), values })),
        rest,
      );
    }
  }
}

function parametersOf(p: DecodedParameters): RequestParameters {
  return {
    consistency: consistencyName(p.consistency),
    ...((p.flags & 1) !== 0 ? { values: p.values } : {}),
    ...optional('names', p.names),
    skipMetadata: p.skipMetadata,
    ...optional('pageSize', p.pageSize),
    ...optional('pagingState', p.pagingState ?? undefined),
    ...optional(
      'serialConsistency',
      p.serialConsistency === undefined ? undefined : consistencyName(p.serialConsistency),
    ),
    ...optional('timestamp', p.timestamp),
    ...optional('keyspace', p.keyspace),
    ...optional('nowInSeconds', p.nowInSeconds),
  };
}

interface MetadataFields {
  readonly columnCount: number;
  readonly columns?: readonly Column[];
  readonly pagingState?: string;
  readonly newMetadataId?: string;
}

function encodeMessage({ version, opcode, message: m, hex }: Vector): Buffer {
  switch (opcode) {
    case 'READY':
      return Buffer.alloc(0);
    case 'AUTHENTICATE':
      return encodeAuthenticate(m['authenticator'] as string);
    case 'AUTH_CHALLENGE':
    case 'AUTH_SUCCESS':
      return encodeAuthToken(m['token'] === null ? null : bytes(m['token']));
    case 'SUPPORTED':
      return encodeSupported(m['options'] as Record<string, string[]>);
    case 'EVENT':
      return encodeEvent(
        (m['type'] === 'SCHEMA_CHANGE' ? { type: m['type'], ...(m['change'] as SchemaChange) } : m) as never,
      );
    case 'ERROR':
      return encodeError(version, m['code'] as number, {
        message: m['message'] as string,
        consistency: m['consistency'] as ConsistencyName,
        received: m['received'] as number,
        required: m['required'] as number,
        blockFor: m['required'] as number,
        alive: m['alive'] as number,
        dataPresent: m['dataPresent'] as boolean,
        writeType: m['writeType'] as string,
        contentions: m['contentions'] as number,
        failures: (m['failuresByNode'] ??
          Object.fromEntries(Array.from({ length: Number(m['failures']) }, (_, i) => [`10.0.0.${i}`, 0]))) as Record<
          string,
          number
        >,
        keyspace: m['keyspace'] as string,
        table: m['table'] as string,
        functionName: m['functionName'] as string,
        argumentTypes: m['argumentTypes'] as string[],
        ...optional('id', m['statementId'] === undefined ? undefined : bytes(m['statementId'])),
      });
    default:
      return encodeResult(version, m, hex);
  }
}

function encodeResult(version: number, m: Record<string, unknown>, hex: string): Buffer {
  switch (m['kind']) {
    case 'VOID':
      return encodeVoid();
    case 'SET_KEYSPACE':
      return encodeSetKeyspace(m['keyspace'] as string);
    case 'SCHEMA_CHANGE':
      return encodeSchemaChange(m['change'] as SchemaChange);
    case 'PREPARED':
      return encodePrepared(version, {
        id: bytes(m['id']),
        resultMetadataId: bytes(m['resultMetadataId'] ?? ''),
        variables: m['variables'] as Column[],
        partitionKeyIndexes: m['partitionKeyIndexes'] as number[],
        resultColumns: (m['result'] as MetadataFields).columns ?? [],
      });
    default: {
      const { columnCount, columns, pagingState, newMetadataId } = m['metadata'] as MetadataFields;
      const blob: WireType = { kind: 'blob' };
      const unnamed = Array.from({ length: columnCount }, () => ({ keyspace: '', table: '', name: '', type: blob }));
      const metadata = {
        columns: columns ?? unnamed,
        noMetadata: columns === undefined,
        // Whether a server writes one table specification for all columns is its own choice: the vectors have both.
        globalTableSpec: (Number.parseInt(hex.slice(8, 16), 16) & 1) !== 0,
        pagingState: pagingState === undefined ? undefined : bytes(pagingState),
        newMetadataId: newMetadataId === undefined ? undefined : bytes(newMetadataId),
      };
      const w = new WireWriter().int((m['rows'] as unknown[]).length);
      for (const row of m['rows'] as (string | null)[][])
        for (const cell of row) w.bytes(cell === null ? null : bytes(cell));
      return encodeRows(version, metadata, w.finish());
    }
  }
}

describe("the scripted server's own wire code, by the messages of other implementations", () => {
  for (const vector of loadVectors<VectorFile>('messages-requests.json').vectors) {
    test(`reads ${vector.opcode} v${vector.version}: ${vector.description}`, () => {
      const request = decodeRequest(vector.version, opcodes[vector.opcode], new WireReader(bytes(vector.hex)));
      assert.equal(encodeAgain(vector.version, request).toString('hex'), vector.hex);
      const { message } = vector;
      if (message['query'] !== undefined) assert.equal('cql' in request && request.cql, message['query']);
      if (message['id'] !== undefined) assert.equal('id' in request && request.id.toString('hex'), message['id']);
      const wanted = message['parameters'] as Record<string, unknown> | undefined;
      if (wanted === undefined) return;
      const { consistency, timestamp, keyspace } = (request as { parameters: DecodedParameters }).parameters;
      assert.deepEqual(
        [consistencyName(consistency), timestamp?.toString(), keyspace],
        [wanted['consistency'], wanted['timestamp'], wanted['keyspace']],
      );
    });
  }

  for (const vector of loadVectors<VectorFile>('messages-responses.json').vectors) {
    test(`writes ${vector.opcode} v${vector.version}: ${vector.description}`, () => {
      // The metadata of an empty result has no flag there; the specification and Cassandra set NO_METADATA.
      const isEmptyResult = (vector.message['result'] as MetadataFields | undefined)?.columnCount === 0;
      const alike = (hex: string): string =>
        isEmptyResult ? hex.replace(/0000000400000000$/, '0000000000000000') : hex;
      assert.equal(alike(encodeMessage(vector).toString('hex')), alike(vector.hex));
      const envelope = {
        version: vector.version,
        isResponse: true,
        flags: 0,
        streamId: 0,
        opcode: opcodes[vector.opcode],
        body: bytes(vector.hex),
      };
      assert.notEqual(decodeResponse(envelope).message.kind, undefined);
    });
  }
});
