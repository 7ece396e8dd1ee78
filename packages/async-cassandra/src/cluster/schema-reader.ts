import type { Row } from '../codecs/index.ts';
import { type Connection, query } from '../connection/index.ts';
import { InvalidQueryError } from '../errors/index.ts';
import {
  type ClusterSchemaRows,
  schemaQueries,
  type SchemaQuery,
  type SchemaScope,
  type SchemaTable,
} from '../metadata/index.ts';

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
  const read = async ({ table, cql, isVirtual }: SchemaQuery): Promise<void> => {
    try {
      (isVirtual ? virtualSchema : schema)[table] = await query(connection, cql, timeoutMs);
    } catch (error) {
      if (!(error instanceof InvalidQueryError)) throw error;
    }
  };
  await Promise.all(schemaQueries(scope).map(read));
  return { schema, virtualSchema, isReplicationOnly: scope.part === 'replication' };
}
