import { CodecRegistry, compileRowDecoder, type Row, type RowDecoder } from '../codecs/index.ts';
import { ProtocolError } from '../errors/index.ts';
import {
  type ColumnSpec,
  consistencyCode,
  formatCqlType,
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

/** Decoding so many rows of any system table holds the event loop for a few milliseconds at most. */
const PAGE_ROWS = 500;

/** Values of system tables are read one way, whatever the application's own encoding. */
const systemCodecs = new CodecRegistry();

/** Decodes the pages of one statement; rows of all pages have the same columns, so that one decoder learns from all of them. */
class PageReader {
  readonly #connection: Connection;
  #columns: readonly ColumnSpec[] = [];
  #decoder: RowDecoder | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Appends the rows of a page. @returns where the next one begins; undefined when it was the last */
  read(reply: Reply, rows: Row[]): Buffer | undefined {
    const { node, protocolVersion } = this.#connection;
    const { opcode, reader } = reply;
    if (opcode !== Opcode.RESULT) {
      throw new ProtocolError(`Node ${node} answered QUERY with opcode ${opcode}; check that it is a Cassandra node`, {
        node,
      });
    }
    if (readResultKind(reader) !== ResultKind.ROWS) return undefined;
    const { columns = [], pagingState } = readRowsMetadata(reader, protocolVersion);
    this.#decoderOf(columns).decode(reader, reader.readInt(), rows);
    return pagingState;
  }

  #decoderOf(columns: readonly ColumnSpec[]): RowDecoder {
    if (this.#decoder === undefined || !hasSameColumns(columns, this.#columns)) {
      this.#decoder = compileRowDecoder(columns, systemCodecs);
      this.#columns = columns;
    }
    return this.#decoder;
  }
}

function hasSameColumns(a: readonly ColumnSpec[], b: readonly ColumnSpec[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, type }, i) => {
      const other = b[i] as ColumnSpec;
      return name === other.name && formatCqlType(type) === formatCqlType(other.type);
    })
  );
}

/** What a query of the driver's own may be given. */
export interface QueryOptions {
  /** Rows of a page; fewer where they are large. Default 500. */
  readonly pageRows?: number;
  /** Called with the rows of each page, before the next is asked for. */
  readonly onPage?: (rows: readonly Row[]) => void;
}

/**
 * Runs a simple statement for the driver itself and returns all rows of all pages as plain objects. Pages are small: between
 * them the event loop gets its turn, and the node other requests.
 * @throws QueryError, ConnectionError, TimeoutError (of one page), ProtocolError
 */
export async function query(
  connection: Connection,
  cql: string,
  timeoutMs: number,
  { pageRows = PAGE_ROWS, onPage }: QueryOptions = {},
): Promise<Row[]> {
  const all: Row[] = [];
  const reader = new PageReader(connection);
  let pagingState: Buffer | undefined;
  do {
    const parameters: QueryParameters = { ...plainQuery, pageSize: pageRows, pagingState };
    const reply = await call(
      connection,
      Opcode.QUERY,
      (writer) => writeQuery(writer, connection.protocolVersion, cql, parameters, null, []),
      timeoutMs,
    );
    const rows: Row[] = [];
    pagingState = connection.decode(() => reader.read(reply, rows));
    reply.reader.dispose();
    onPage?.(rows);
    for (const row of rows) all.push(row);
  } while (pagingState !== undefined);
  return all;
}
