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

/** Rows about one table or view. */
export interface RelationRows {
  /** Its row in `tables` or `views`. */
  readonly table: Row;
  readonly columns: readonly Row[];
  readonly indexes: readonly Row[];
}

/** Rows about tables and views, by name. */
export interface RelationsRows {
  readonly tables: ReadonlyMap<string, RelationRows>;
  readonly views: ReadonlyMap<string, RelationRows>;
}

/** Rows about one keyspace, sorted by what they are about. */
export interface KeyspaceRows extends RelationsRows {
  /** Its row in `keyspaces`. */
  readonly keyspace: Row;
  readonly types: readonly Row[];
  readonly functions: readonly Row[];
  readonly aggregates: readonly Row[];
}

const NO_ROWS: readonly Row[] = Object.freeze([]);

interface RelationGroup {
  readonly table: Row;
  columns: Row[];
  indexes: Row[];
}

/**
 * Sorts rows by the keyspaces they are about, and within those by tables and views, a slice at a time: no getter has to go
 * through all columns of a large schema later. Rows about something that has no row itself are left out.
 */
export async function groupByKeyspace(rows: SchemaRows, slicer: Slicer): Promise<Map<string, KeyspaceRows>> {
  const groups = new Map<string, SchemaGroup>();
  for (const row of rows.keyspaces ?? NO_ROWS) groups.set(textOf(row, 'keyspace_name'), new SchemaGroup(row));
  for (const table of GROUPING_ORDER) {
    for (const row of rows[table] ?? NO_ROWS) {
      if (slicer.use(1)) await slicer.rest();
      groups.get(textOf(row, 'keyspace_name'))?.add(table, row);
    }
  }
  for (const group of groups.values()) await group.trim(slicer);
  return groups;
}

/** Sorts rows about some tables and views of one keyspace. */
export async function groupRelations(rows: SchemaRows, slicer: Slicer): Promise<RelationsRows> {
  const group = new SchemaGroup({});
  for (const table of RELATION_TABLES) for (const row of rows[table] ?? NO_ROWS) group.add(table, row);
  await group.trim(slicer);
  return group;
}

/** Tables and views come before what belongs to them. */
const RELATION_TABLES = ['tables', 'views', 'columns', 'indexes'] as const;
const GROUPING_ORDER = [...RELATION_TABLES, 'types', 'functions', 'aggregates'] as const;

/** The rows about one keyspace while they are sorted. */
class SchemaGroup implements KeyspaceRows {
  readonly keyspace: Row;
  readonly tables = new Map<string, RelationGroup>();
  readonly views = new Map<string, RelationGroup>();
  readonly types: Row[] = [];
  readonly functions: Row[] = [];
  readonly aggregates: Row[] = [];

  constructor(keyspace: Row) {
    this.keyspace = keyspace;
  }

  add(table: (typeof GROUPING_ORDER)[number], row: Row): void {
    switch (table) {
      case 'tables':
        this.tables.set(textOf(row, 'table_name'), { table: row, columns: [], indexes: [] });
        return;
      case 'views':
        this.views.set(textOf(row, 'view_name'), { table: row, columns: [], indexes: [] });
        return;
      case 'columns':
      case 'indexes': {
        const name = textOf(row, 'table_name');
        (this.tables.get(name) ?? this.views.get(name))?.[table].push(row);
        return;
      }
      default:
        this[table].push(row);
    }
  }

  /** Gives back the room that arrays have left to grow, which is as much as they hold. */
  async trim(slicer: Slicer): Promise<void> {
    for (const relations of [this.tables, this.views]) {
      for (const relation of relations.values()) {
        if (slicer.use(1)) await slicer.rest();
        relation.columns = relation.columns.slice();
        relation.indexes = relation.indexes.length === 0 ? NONE : relation.indexes.slice();
      }
    }
  }
}

/** Shared by all tables without indexes; never written to, as nothing is added once rows are sorted. */
const NONE: Row[] = [];
