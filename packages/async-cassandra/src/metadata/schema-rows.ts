import type { Row } from '../codecs/index.ts';
import { textOf } from './row-values.ts';
import type { Slicer } from './turns.ts';

/** The tables of `system_schema` that are read. */
export const SCHEMA_TABLES = [
  'keyspaces',
  'tables',
  'columns',
  'indexes',
  'views',
  'types',
  'functions',
  'aggregates',
] as const;

/** The tables of `system_virtual_schema`, which has fewer of them. */
export const VIRTUAL_SCHEMA_TABLES = ['keyspaces', 'tables', 'columns'] as const;

/** Name of a table of `system_schema`. */
export type SchemaTable = (typeof SCHEMA_TABLES)[number];

/** Rows of the tables of one schema, each as `SELECT *` gives it; of a table that was not read there are none. */
export type SchemaRows = Readonly<Partial<Record<SchemaTable, readonly Row[]>>>;

/** What was read of a cluster's schema. */
export interface ClusterSchemaRows {
  /** Of `system_schema`. */
  readonly schema: SchemaRows;
  /** Of `system_virtual_schema`, which servers have since 4.0. */
  readonly virtualSchema?: SchemaRows;
  /** Whether nothing but `keyspaces` was read: then nothing is known of what is in them. */
  readonly isReplicationOnly?: boolean;
}

/** Rows about one keyspace. */
export interface KeyspaceRows extends SchemaRows {
  /** Its row in `keyspaces`. */
  readonly keyspace: Row;
}

/** Sorts rows by the keyspaces they are about, a slice at a time. Rows about keyspaces that have no row themselves are left out. */
export async function groupByKeyspace(rows: SchemaRows, slicer: Slicer): Promise<Map<string, KeyspaceRows>> {
  const groups = new Map<string, { keyspace: Row } & Partial<Record<SchemaTable, Row[]>>>();
  for (const row of rows.keyspaces ?? []) groups.set(textOf(row, 'keyspace_name'), { keyspace: row });
  for (const table of SCHEMA_TABLES) {
    if (table === 'keyspaces') continue;
    for (const row of rows[table] ?? []) {
      if (slicer.use(1)) await slicer.rest();
      const group = groups.get(textOf(row, 'keyspace_name'));
      if (group !== undefined) (group[table] ??= []).push(row);
    }
  }
  return groups;
}

/** Sorts rows by a column of texts. */
export function groupBy(rows: readonly Row[] | undefined, column: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows ?? []) {
    const name = textOf(row, column);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return groups;
}
