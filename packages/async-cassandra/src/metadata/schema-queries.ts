import type { SchemaTable } from './schema-rows.ts';
import { SCHEMA_TABLES, VIRTUAL_SCHEMA_TABLES } from './schema-rows.ts';

/** Which part of the schema is to be read. */
export type SchemaScope =
  /** Everything. */
  | { readonly part: 'all' }
  /** How keyspaces are replicated, which is all that routing needs. */
  | { readonly part: 'replication' }
  /** One keyspace with all that is in it. */
  | { readonly part: 'keyspace'; readonly keyspace: string }
  /** One table or materialised view. */
  | { readonly part: 'table'; readonly keyspace: string; readonly name: string }
  /** One user-defined type. */
  | { readonly part: 'type'; readonly keyspace: string; readonly name: string }
  /** All functions of one name, whatever their arguments. */
  | { readonly part: 'function'; readonly keyspace: string; readonly name: string }
  /** All aggregates of one name, whatever their arguments. */
  | { readonly part: 'aggregate'; readonly keyspace: string; readonly name: string };

/** One statement that reads a part of the schema. */
export interface SchemaQuery {
  /** The table that its rows are of. */
  readonly table: SchemaTable;
  readonly cql: string;
  /** Whether it reads `system_virtual_schema`: servers before 4.0 refuse it, which means that they have no virtual keyspaces. */
  readonly isVirtual: boolean;
}

/** Tables about one table or view, and the column that has its name. */
const TABLE_PARTS: readonly (readonly [SchemaTable, string])[] = [
  ['tables', 'table_name'],
  ['views', 'view_name'],
  ['columns', 'table_name'],
  ['indexes', 'table_name'],
];
const ELEMENT_PARTS = {
  type: ['types', 'type_name'],
  function: ['functions', 'function_name'],
  aggregate: ['aggregates', 'aggregate_name'],
} as const;

/** There are many rows of it: what all versions since 3.0 have and is of use, without names as bytes. */
const COLUMN_COLUMNS = 'keyspace_name, table_name, column_name, clustering_order, kind, position, type';

/** The statements that read a part of the schema; they do not depend on one another. */
export function schemaQueries(scope: SchemaScope): readonly SchemaQuery[] {
  switch (scope.part) {
    case 'all':
      return [...queries('', SCHEMA_TABLES), ...queries('', VIRTUAL_SCHEMA_TABLES, true)];
    case 'replication':
      return [
        { table: 'keyspaces', cql: 'SELECT keyspace_name, replication FROM system_schema.keyspaces', isVirtual: false },
      ];
    case 'keyspace':
      return queries(` WHERE keyspace_name = ${quote(scope.keyspace)}`, SCHEMA_TABLES);
    case 'table':
      return TABLE_PARTS.flatMap(([table, column]) => queries(whereElement(scope, column), [table]));
    case 'type':
    case 'function':
    case 'aggregate': {
      const [table, column] = ELEMENT_PARTS[scope.part];
      return queries(whereElement(scope, column), [table]);
    }
  }
}

function queries(where: string, tables: readonly SchemaTable[], isVirtual = false): SchemaQuery[] {
  const schema = isVirtual ? 'system_virtual_schema' : 'system_schema';
  return tables.map((table) => {
    const selection = table === 'columns' ? COLUMN_COLUMNS : '*';
    return { table, cql: `SELECT ${selection} FROM ${schema}.${table}${where}`, isVirtual };
  });
}

function whereElement(element: { readonly keyspace: string; readonly name: string }, column: string): string {
  return ` WHERE keyspace_name = ${quote(element.keyspace)} AND ${column} = ${quote(element.name)}`;
}

/** A text as CQL writes it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
