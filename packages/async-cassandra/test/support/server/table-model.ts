import type { Column, WireType } from '../wire/index.ts';

export type ColumnKind = 'partition_key' | 'clustering' | 'static' | 'regular';

export interface TableColumn {
  readonly name: string;
  readonly type: WireType;
  readonly kind: ColumnKind;
  /** Place in the partition key or among the clustering columns; -1 otherwise. */
  readonly position: number;
  readonly clusteringOrder: 'none' | 'asc' | 'desc';
}

export type ModelRow = Readonly<Record<string, unknown>>;

export interface TableOptions {
  /** Default: the first column. */
  readonly partitionKey?: readonly string[];
  readonly clusteringKey?: readonly string[];
  /** Names of clustering columns in descending order. */
  readonly descending?: readonly string[];
  readonly statics?: readonly string[];
  /** What a plain SELECT returns when no rule answers it; a function is asked each time. */
  readonly rows?: readonly ModelRow[] | (() => readonly ModelRow[]);
}

/** A table the scripted server knows: its columns, and the rows that simple SELECTs read. */
export class TableModel {
  readonly keyspace: string;
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** Partition key columns in order. */
  readonly partitionKey: readonly string[];
  readonly clusteringKey: readonly string[];
  private readonly source: readonly ModelRow[] | (() => readonly ModelRow[]);

  constructor(keyspace: string, name: string, types: Readonly<Record<string, WireType>>, options: TableOptions = {}) {
    this.keyspace = keyspace;
    this.name = name;
    this.partitionKey = options.partitionKey ?? Object.keys(types).slice(0, 1);
    this.clusteringKey = options.clusteringKey ?? [];
    this.source = options.rows ?? [];
    this.columns = Object.entries(types).map(([column, type]) => this.describe(column, type, options));
  }

  rows(): readonly ModelRow[] {
    return typeof this.source === 'function' ? this.source() : this.source;
  }

  column(name: string): TableColumn | undefined {
    return this.columns.find((column) => column.name === name);
  }

  wireColumn(column: TableColumn, alias: string = column.name): Column {
    return { keyspace: this.keyspace, table: this.name, name: alias, type: column.type };
  }

  private describe(name: string, type: WireType, options: TableOptions): TableColumn {
    const inPartition = this.partitionKey.indexOf(name);
    if (inPartition >= 0) return { name, type, kind: 'partition_key', position: inPartition, clusteringOrder: 'none' };
    const inClustering = this.clusteringKey.indexOf(name);
    if (inClustering >= 0) {
      const clusteringOrder = options.descending?.includes(name) === true ? 'desc' : 'asc';
      return { name, type, kind: 'clustering', position: inClustering, clusteringOrder };
    }
    return {
      name,
      type,
      kind: options.statics?.includes(name) === true ? 'static' : 'regular',
      position: -1,
      clusteringOrder: 'none',
    };
  }
}
