import { CodecRegistry, compileRowDecoder, type Row } from '../codecs/index.ts';
import { ProtocolError } from '../errors/index.ts';
import {
  consistencyCode,
  Opcode,
  type QueryParameters,
  readResultKind,
  readRowsMetadata,
  ResultKind,
  writeQuery,
} from '../protocol/index.ts';
import { call, type Reply } from './call.ts';
import type { Connection } from './connection.ts';

/** Parameters of a statement without values. */
export const plainQuery: QueryParameters = Object.freeze({
  consistency: consistencyCode('ONE'),
  serialConsistency: undefined,
  skipMetadata: false,
  pageSize: undefined,
  pagingState: undefined,
  timestamp: undefined,
  keyspace: undefined,
  nowInSeconds: undefined,
  names: undefined,
});

const PAGE_ROWS = 5000;

function decodePage(connection: Connection, reply: Reply, registry: CodecRegistry, rows: Row[]): Buffer | undefined {
  if (reply.opcode !== Opcode.RESULT) {
    throw new ProtocolError(
      `Node ${connection.node} answered QUERY with opcode ${reply.opcode}; check that it is a Cassandra node`,
      { node: connection.node },
    );
  }
  if (readResultKind(reply.reader) !== ResultKind.ROWS) return undefined;
  const metadata = readRowsMetadata(reply.reader, connection.protocolVersion);
  compileRowDecoder(metadata.columns ?? [], registry).decode(reply.reader, reply.reader.readInt(), rows);
  return metadata.pagingState;
}

/**
 * Runs a simple statement for the driver itself and returns all rows of all pages as plain objects.
 * @throws QueryError, ConnectionError, TimeoutError (of one page), ProtocolError
 */
export async function query(connection: Connection, cql: string, timeoutMs: number): Promise<Row[]> {
  const rows: Row[] = [];
  const registry = new CodecRegistry();
  let pagingState: Buffer | undefined;
  do {
    const parameters: QueryParameters = { ...plainQuery, pageSize: PAGE_ROWS, pagingState };
    const reply = await call(
      connection,
      Opcode.QUERY,
      (writer) => writeQuery(writer, connection.protocolVersion, cql, parameters, null, []),
      timeoutMs,
    );
    pagingState = connection.decode(() => decodePage(connection, reply, registry, rows));
  } while (pagingState !== undefined);
  return rows;
}
