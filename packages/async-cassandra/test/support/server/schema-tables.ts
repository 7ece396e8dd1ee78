import { cqlTypeName, t } from '../wire/index.ts';
import type { WireType } from '../wire/index.ts';
import { uuidOf } from './node-model.ts';
import type { SchemaModel } from './schema-model.ts';
import { TableModel } from './table-model.ts';
import type { ModelRow } from './table-model.ts';

const textMap = t.map(t.text, t.text);

const tableOptionTypes: Readonly<Record<string, WireType>> = {
  additional_write_policy: t.text,
  allow_auto_snapshot: t.boolean,
  bloom_filter_fp_chance: t.double,
  caching: textMap,
  cdc: t.boolean,
  comment: t.text,
  compaction: textMap,
  compression: textMap,
  crc_check_chance: t.double,
  dclocal_read_repair_chance: t.double,
  default_time_to_live: t.int,
  extensions: t.map(t.text, t.blob),
  gc_grace_seconds: t.int,
  id: t.uuid,
  incremental_backups: t.boolean,
  max_index_interval: t.int,
  memtable: t.text,
  memtable_flush_period_in_ms: t.int,
  min_index_interval: t.int,
  read_repair: t.text,
  read_repair_chance: t.double,
  speculative_retry: t.text,
};

const tableOptionValues: ModelRow = {
  additional_write_policy: '99p',
  bloom_filter_fp_chance: 0.01,
  caching: { keys: 'ALL', rows_per_partition: 'NONE' },
  comment: '',
  compaction: { class: 'org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy' },
  compression: { class: 'org.apache.cassandra.io.compress.LZ4Compressor' },
  crc_check_chance: 1,
  dclocal_read_repair_chance: 0,
  default_time_to_live: 0,
  extensions: {},
  gc_grace_seconds: 864_000,
  max_index_interval: 2048,
  memtable_flush_period_in_ms: 0,
  min_index_interval: 128,
  read_repair: 'BLOCKING',
  read_repair_chance: 0,
  speculative_retry: '99p',
};

const keyspaceColumns = { keyspace_name: t.text, durable_writes: t.boolean, replication: textMap };
const columnColumns = {
  keyspace_name: t.text,
  table_name: t.text,
  column_name: t.text,
  clustering_order: t.text,
  column_name_bytes: t.blob,
  kind: t.text,
  position: t.int,
  type: t.text,
};

/** `system_schema` and `system_virtual_schema` with the columns of Cassandra 5.0.9, answered from the model. */
export function schemaTables(schema: SchemaModel): TableModel[] {
  const define = (
    keyspace: string,
    name: string,
    columns: Readonly<Record<string, WireType>>,
    rows: () => ModelRow[],
  ): TableModel => new TableModel(keyspace, name, columns, { rows: perRevision(schema, rows) });
  const isVirtual = (keyspace: string): boolean => [...schema.keyspaces].some((k) => k.name === keyspace && k.virtual);
  const keyspaceRows = (virtual: boolean): ModelRow[] =>
    [...schema.keyspaces]
      .filter((k) => k.virtual === virtual)
      .map((k) => ({ keyspace_name: k.name, durable_writes: k.durableWrites, replication: k.replication }));
  const tableRows = (virtual: boolean): ModelRow[] =>
    [...schema.tables].filter((table) => isVirtual(table.keyspace) === virtual).map(tableRow);
  const columnRows = (virtual: boolean): ModelRow[] =>
    [...schema.tables, ...schema.views.map((view) => view.table)]
      .filter((table) => isVirtual(table.keyspace) === virtual)
      .flatMap(columnRowsOf);
  const ks = { keyspace_name: t.text };
  const table = { ...ks, table_name: t.text };
  const real = 'system_schema';
  const virtual = 'system_virtual_schema';
  return [
    define(real, 'keyspaces', keyspaceColumns, () => keyspaceRows(false)),
    define(real, 'tables', { ...table, ...tableOptionTypes, flags: t.set(t.text) }, () => tableRows(false)),
    define(real, 'columns', columnColumns, () => columnRows(false)),
    define(real, 'types', { ...ks, type_name: t.text, field_names: t.list(t.text), field_types: t.list(t.text) }, () =>
      typeRows(schema),
    ),
    define(
      real,
      'functions',
      {
        ...ks,
        function_name: t.text,
        argument_types: t.list(t.text),
        argument_names: t.list(t.text),
        body: t.text,
        called_on_null_input: t.boolean,
        language: t.text,
        return_type: t.text,
      },
      () => functionRows(schema),
    ),
    define(
      real,
      'aggregates',
      {
        ...ks,
        aggregate_name: t.text,
        argument_types: t.list(t.text),
        final_func: t.text,
        initcond: t.text,
        return_type: t.text,
        state_func: t.text,
        state_type: t.text,
      },
      () => aggregateRows(schema),
    ),
    define(real, 'indexes', { ...table, index_name: t.text, kind: t.text, options: textMap }, () =>
      schema.indexes.map((index) => ({
        keyspace_name: index.keyspace,
        table_name: index.table,
        index_name: index.name,
        kind: index.kind,
        options: index.options,
      })),
    ),
    define(
      real,
      'views',
      {
        ...ks,
        view_name: t.text,
        base_table_id: t.uuid,
        base_table_name: t.text,
        include_all_columns: t.boolean,
        where_clause: t.text,
        ...tableOptionTypes,
      },
      () => viewRows(schema),
    ),
    define(real, 'triggers', { ...table, trigger_name: t.text, options: textMap }, () => []),
    define(
      real,
      'dropped_columns',
      { ...table, column_name: t.text, dropped_time: t.timestamp, kind: t.text, type: t.text },
      () => [],
    ),
    define(virtual, 'keyspaces', ks, () => keyspaceRows(true)),
    define(virtual, 'tables', { ...table, comment: t.text }, () => tableRows(true)),
    define(virtual, 'columns', columnColumns, () => columnRows(true)),
  ];
}

/** Keeps the rows until the schema changes: a schema of 10,000 tables is read in many pages. */
function perRevision(schema: SchemaModel, compute: () => ModelRow[]): () => ModelRow[] {
  let revision = -1;
  let rows: ModelRow[] = [];
  return () => {
    if (revision !== schema.revision) rows = compute();
    revision = schema.revision;
    return rows;
  };
}

function tableRow(table: TableModel): ModelRow {
  return {
    ...tableOptionValues,
    keyspace_name: table.keyspace,
    table_name: table.name,
    flags: ['compound'],
    id: tableId(table.keyspace, table.name),
  };
}

function tableId(keyspace: string, name: string): string {
  return uuidOf(`table ${keyspace}.${name}`);
}

function columnRowsOf(table: TableModel): ModelRow[] {
  return table.columns.map((column) => ({
    keyspace_name: table.keyspace,
    table_name: table.name,
    column_name: column.name,
    clustering_order: column.clusteringOrder,
    column_name_bytes: Buffer.from(column.name, 'utf8'),
    kind: column.kind,
    position: column.position,
    type: cqlTypeName(column.type),
  }));
}

function typeRows(schema: SchemaModel): ModelRow[] {
  return schema.types.map((type) => ({
    keyspace_name: type.keyspace,
    type_name: type.name,
    field_names: Object.keys(type.fields),
    field_types: Object.values(type.fields).map((field) => cqlTypeName(field)),
  }));
}

function functionRows(schema: SchemaModel): ModelRow[] {
  return schema.functions.map((f) => ({
    keyspace_name: f.keyspace,
    function_name: f.name,
    argument_types: Object.values(f.arguments),
    argument_names: Object.keys(f.arguments),
    body: f.body,
    called_on_null_input: f.calledOnNullInput ?? false,
    language: f.language ?? 'java',
    return_type: f.returnType,
  }));
}

function aggregateRows(schema: SchemaModel): ModelRow[] {
  return schema.aggregates.map((a) => ({
    keyspace_name: a.keyspace,
    aggregate_name: a.name,
    argument_types: a.argumentTypes,
    final_func: a.finalFunction,
    initcond: a.initialCondition,
    return_type: a.returnType,
    state_func: a.stateFunction,
    state_type: a.stateType,
  }));
}

function viewRows(schema: SchemaModel): ModelRow[] {
  return schema.views.map(({ table, baseTable, includeAllColumns, whereClause }) => ({
    ...tableOptionValues,
    keyspace_name: table.keyspace,
    view_name: table.name,
    base_table_id: tableId(table.keyspace, baseTable),
    base_table_name: baseTable,
    id: tableId(table.keyspace, table.name),
    include_all_columns: includeAllColumns,
    where_clause: whereClause,
  }));
}
