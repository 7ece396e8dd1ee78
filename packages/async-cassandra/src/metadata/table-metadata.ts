import { type ColumnMetadata, readColumns } from './column-metadata.ts';
import { type IndexMetadata, readIndex } from './index-metadata.ts';
import { flagOf, optionalTextOf, textOf } from './row-values.ts';
import type { RelationRows } from './schema-rows.ts';
import type { UserTypes } from './user-types.ts';

/** What tables and views have in common. Columns are read when they are first asked for. */
export abstract class RelationMetadata {
  readonly keyspace: string;
  readonly name: string;
  /** Its uuid; undefined for virtual tables. */
  readonly id: string | undefined;
  readonly #rows: RelationRows;
  readonly #types: UserTypes;
  #columns: ReadonlyMap<string, ColumnMetadata> | undefined;

  /** @internal */
  constructor(name: string, rows: RelationRows, types: UserTypes) {
    this.keyspace = textOf(rows.table, 'keyspace_name');
    this.name = name;
    this.id = optionalTextOf(rows.table, 'id');
    this.#rows = rows;
    this.#types = types;
  }

  /** Columns by name: the partition key, the clustering key, static columns, others. */
  get columns(): ReadonlyMap<string, ColumnMetadata> {
    this.#columns ??= new Map(readColumns(this.#rows.columns, this.#types).map((column) => [column.name, column]));
    return this.#columns;
  }

  /** Columns of the partition key, in its order. */
  get partitionKey(): readonly ColumnMetadata[] {
    return [...this.columns.values()].filter((column) => column.kind === 'partitionKey');
  }

  /** Columns of the clustering key, in its order. */
  get clusteringKey(): readonly ColumnMetadata[] {
    return [...this.columns.values()].filter((column) => column.kind === 'clustering');
  }

  /** `default_time_to_live`, `compaction` and all other columns of its row in the schema table, as they were read. */
  get options(): ReadonlyMap<string, unknown> {
    return new Map(Object.entries(this.#rows.table));
  }

  /** What was written about it; empty when nothing was. */
  get comment(): string {
    return textOf(this.#rows.table, 'comment');
  }

  /** @internal */
  protected get rows(): RelationRows {
    return this.#rows;
  }
}

/** A table. */
export class TableMetadata extends RelationMetadata {
  readonly isVirtual: boolean;

  /** @internal */
  constructor(rows: RelationRows, types: UserTypes, isVirtual: boolean) {
    super(textOf(rows.table, 'table_name'), rows, types);
    this.isVirtual = isVirtual;
  }

  /** Secondary indexes by name. */
  get indexes(): ReadonlyMap<string, IndexMetadata> {
    return new Map(this.rows.indexes.map(readIndex).map((index) => [index.name, index]));
  }
}

/** A materialised view. */
export class ViewMetadata extends RelationMetadata {
  /** Name of the table that it is a view of. */
  readonly baseTable: string;
  /** The condition on rows of the table, as CQL writes it. */
  readonly whereClause: string;
  /** Whether it has all columns of the table. */
  readonly includesAllColumns: boolean;

  /** @internal */
  constructor(rows: RelationRows, types: UserTypes) {
    super(textOf(rows.table, 'view_name'), rows, types);
    this.baseTable = textOf(rows.table, 'base_table_name');
    this.whereClause = textOf(rows.table, 'where_clause');
    this.includesAllColumns = flagOf(rows.table, 'include_all_columns');
  }
}
