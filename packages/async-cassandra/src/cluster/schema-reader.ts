import type { Row } from '../codecs/index.ts';
import { type Connection, query } from '../connection/index.ts';
import { InvalidQueryError } from '../errors/index.ts';
import {
  type ClusterSchemaRows,
  RowPool,
  schemaQueries,
  type SchemaQuery,
  type SchemaScope,
  type SchemaTable,
} from '../metadata/index.ts';

/** Rows of `tables` and `views` have all the options of a table: ten of them are as large as a hundred others. */
const WIDE_PAGE_ROWS = 100;
/** So many statements are under way at a time: the node has other things to do. */
const MAX_PARALLEL = 2;

type Tables = Partial<Record<SchemaTable, readonly Row[]>>;

/**
 * Reads the rows of a part of the schema. Servers that lack a table refuse the statement: before 4.0 there are no virtual
 * keyspaces, before 3.0 the schema is elsewhere, and nothing is known of it then.
 * @throws what `query` throws
 */
export async function readSchemaRows(
  connection: Connection,
  scope: SchemaScope,
  timeoutMs: number,
): Promise<ClusterSchemaRows> {
  const schema: Tables = {};
  const virtualSchema: Tables = {};
  const pool = new RowPool();
  const onPage = (rows: readonly Row[]): void => pool.share(rows);
  const read = async ({ table, cql, isVirtual }: SchemaQuery): Promise<void> => {
    const options = table === 'tables' || table === 'views' ? { onPage, pageRows: WIDE_PAGE_ROWS } : { onPage };
    try {
      (isVirtual ? virtualSchema : schema)[table] = await query(connection, cql, timeoutMs, options);
    } catch (error) {
      if (!(error instanceof InvalidQueryError)) throw error;
    }
  };
  const queries = schemaQueries(scope).values();
  const lane = async (): Promise<void> => {
    for (const next of queries) await read(next);
  };
  await Promise.all(Array.from({ length: MAX_PARALLEL }, lane));
  return { schema, virtualSchema, isReplicationOnly: scope.part === 'replication' };
}
