import type { Row } from '../../../src/codecs/index.ts';
import type { SchemaRows } from '../../../src/metadata/schema-rows.ts';

/** Rows as `SELECT *` on `system_schema` gives them, for keyspaces that tests describe briefly. */
export class SchemaBuilder {
  readonly #rows = new Map<string, Row[]>();
  readonly #keyspace: string;

  constructor(
    keyspace = 'shop',
    replication: Record<string, string> = { class: 'SimpleStrategy', replication_factor: '3' },
  ) {
    this.#keyspace = keyspace;
    this.#add('keyspaces', { durable_writes: true, replication: new Map(Object.entries(replication)) });
  }

  /** @param columns - by name: `[type, kind, position, clustering order]` */
  table(name: string, columns: Record<string, readonly [string, string?, number?, string?]>, options: Row = {}): this {
    this.#add('tables', {
      table_name: name,
      comment: '',
      compaction: new Map([['class', 'SizeTieredCompactionStrategy']]),
      default_time_to_live: 0,
      extensions: new Map([['x', Buffer.from('y')]]),
      flags: new Set(['compound']),
      id: '5a1c395e-b41f-11e5-9f22-ba0be0483c18',
      ...options,
    });
    return this.columns(name, columns);
  }

  columns(table: string, columns: Record<string, readonly [string, string?, number?, string?]>): this {
    for (const [column, [type, kind = 'regular', position = -1, order = 'none']] of Object.entries(columns)) {
      this.#add('columns', {
        table_name: table,
        column_name: column,
        clustering_order: order,
        column_name_bytes: Buffer.from(column),
        kind,
        position,
        type,
      });
    }
    return this;
  }

  index(table: string, name: string, options: Record<string, string>, kind = 'COMPOSITES'): this {
    return this.#add('indexes', {
      table_name: table,
      index_name: name,
      kind,
      options: new Map(Object.entries(options)),
    });
  }

  view(name: string, baseTable: string, columns: Record<string, readonly [string, string?, number?, string?]>): this {
    this.#add('views', {
      view_name: name,
      base_table_name: baseTable,
      include_all_columns: false,
      where_clause: 'id IS NOT NULL',
      id: '6a1c395e-b41f-11e5-9f22-ba0be0483c18',
    });
    return this.columns(name, columns);
  }

  type(name: string, fields: Record<string, string>): this {
    return this.#add('types', {
      type_name: name,
      field_names: Object.keys(fields),
      field_types: Object.values(fields),
    });
  }

  function(name: string, argumentTypes: string[], fields: Row = {}): this {
    return this.#add('functions', {
      function_name: name,
      argument_types: argumentTypes,
      argument_names: argumentTypes.map((_, index) => `a${index}`),
      body: 'return a0;',
      called_on_null_input: true,
      language: 'java',
      return_type: 'int',
      ...fields,
    });
  }

  aggregate(name: string, argumentTypes: string[], fields: Row = {}): this {
    return this.#add('aggregates', {
      aggregate_name: name,
      argument_types: argumentTypes,
      final_func: null,
      initcond: '0',
      return_type: 'int',
      state_func: 'plus',
      state_type: 'int',
      ...fields,
    });
  }

  /** The rows of this keyspace and of others. */
  build(...others: readonly SchemaBuilder[]): SchemaRows {
    const all = new Map<string, Row[]>();
    for (const builder of [this, ...others]) {
      for (const [table, rows] of builder.#rows) all.set(table, [...(all.get(table) ?? []), ...rows]);
    }
    return Object.fromEntries(all);
  }

  #add(table: string, row: Row): this {
    const rows = this.#rows.get(table) ?? [];
    this.#rows.set(table, [...rows, { keyspace_name: this.#keyspace, ...row }]);
    return this;
  }
}
