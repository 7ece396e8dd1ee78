import { resultKinds, rowsFlags } from './constants.ts';
import { writeType } from './types.ts';
import type { WireType } from './types.ts';
import { encodeValue } from './value-encoder.ts';
import { WireWriter } from './wire-writer.ts';

/** One column of a result or one bind marker of a statement. */
export interface Column {
  readonly keyspace: string;
  readonly table: string;
  readonly name: string;
  readonly type: WireType;
}

/** Columns of one table: `columnsOf('shop', 'users', { id: t.uuid, name: t.text })`. */
export function columnsOf(keyspace: string, table: string, types: Readonly<Record<string, WireType>>): Column[] {
  return Object.entries(types).map(([name, type]) => ({ keyspace, table, name, type }));
}

export interface RowsMetadataOptions {
  readonly columns: readonly Column[];
  readonly pagingState?: Buffer | undefined;
  /** Leaves out the column specifications (NO_METADATA). */
  readonly noMetadata?: boolean | undefined;
  /** Sets METADATA_CHANGED (v5). */
  readonly newMetadataId?: Buffer | undefined;
  /** One table specification for all columns; default: when they share one. */
  readonly globalTableSpec?: boolean | undefined;
}

/** Spec v5 section 4.2.5.2, <metadata>. */
export function writeRowsMetadata(w: WireWriter, version: number, options: RowsMetadataOptions): void {
  const { columns, pagingState, newMetadataId } = options;
  const noMetadata = options.noMetadata === true;
  const global = !noMetadata && (options.globalTableSpec ?? sharesTable(columns));
  w.int(
    (global ? rowsFlags.GLOBAL_TABLES_SPEC : 0) |
      (pagingState !== undefined ? rowsFlags.HAS_MORE_PAGES : 0) |
      (noMetadata ? rowsFlags.NO_METADATA : 0) |
      (newMetadataId !== undefined ? rowsFlags.METADATA_CHANGED : 0),
  );
  w.int(columns.length);
  if (pagingState !== undefined) w.bytes(pagingState);
  if (newMetadataId !== undefined) w.shortBytes(newMetadataId);
  if (!noMetadata) writeColumns(w, version, columns, global);
}

function writeColumns(w: WireWriter, version: number, columns: readonly Column[], global: boolean): void {
  const [first] = columns;
  if (global && first !== undefined) w.string(first.keyspace).string(first.table);
  for (const column of columns) {
    if (!global) w.string(column.keyspace).string(column.table);
    w.string(column.name);
    writeType(w, column.type, version);
  }
}

function sharesTable(columns: readonly Column[]): boolean {
  const [first] = columns;
  return first !== undefined && columns.every((c) => c.keyspace === first.keyspace && c.table === first.table);
}

export type RowValues = readonly unknown[] | Readonly<Record<string, unknown>>;

/** <rows_count><rows_content> of these rows, each an array in column order or an object by column name. */
export function encodeRowsContent(columns: readonly Column[], rows: readonly RowValues[]): Buffer {
  const w = new WireWriter(1024).int(rows.length);
  for (const row of rows) {
    columns.forEach((column, i) => {
      const value = Array.isArray(row)
        ? (row as readonly unknown[])[i]
        : (row as Readonly<Record<string, unknown>>)[column.name];
      w.bytes(encodeValue(column.type, value));
    });
  }
  return w.finish();
}

export function encodeRows(version: number, metadata: RowsMetadataOptions, content: Buffer): Buffer {
  const w = new WireWriter(content.length + 512).int(resultKinds.ROWS);
  writeRowsMetadata(w, version, metadata);
  return w.raw(content).finish();
}

export function encodeVoid(): Buffer {
  return new WireWriter(4).int(resultKinds.VOID).finish();
}

export function encodeSetKeyspace(keyspace: string): Buffer {
  return new WireWriter().int(resultKinds.SET_KEYSPACE).string(keyspace).finish();
}

export interface PreparedResult {
  readonly id: Buffer;
  /** v5 only. */
  readonly resultMetadataId: Buffer;
  readonly variables: readonly Column[];
  readonly partitionKeyIndexes: readonly number[];
  readonly resultColumns: readonly Column[];
}

/** Spec v5 section 4.2.5.4; v3 has no partition key indexes. */
export function encodePrepared(version: number, prepared: PreparedResult): Buffer {
  const { id, resultMetadataId, variables, partitionKeyIndexes, resultColumns } = prepared;
  const w = new WireWriter().int(resultKinds.PREPARED).shortBytes(id);
  if (version >= 5) w.shortBytes(resultMetadataId);
  const global = sharesTable(variables);
  w.int(global ? rowsFlags.GLOBAL_TABLES_SPEC : 0).int(variables.length);
  if (version >= 4) {
    w.int(partitionKeyIndexes.length);
    for (const index of partitionKeyIndexes) w.short(index);
  }
  writeColumns(w, version, variables, global);
  writeRowsMetadata(w, version, { columns: resultColumns, noMetadata: resultColumns.length === 0 });
  return w.finish();
}

export interface SchemaChange {
  readonly changeType: 'CREATED' | 'UPDATED' | 'DROPPED';
  readonly target: 'KEYSPACE' | 'TABLE' | 'TYPE' | 'FUNCTION' | 'AGGREGATE';
  readonly keyspace: string;
  /** Absent for a keyspace. */
  readonly name?: string;
  /** For functions and aggregates. */
  readonly argumentTypes?: readonly string[];
}

export function writeSchemaChange(w: WireWriter, change: SchemaChange): void {
  w.string(change.changeType).string(change.target).string(change.keyspace);
  if (change.target === 'KEYSPACE') return;
  w.string(change.name ?? '');
  if (change.target === 'FUNCTION' || change.target === 'AGGREGATE') w.stringList(change.argumentTypes ?? []);
}

export function encodeSchemaChange(change: SchemaChange): Buffer {
  const w = new WireWriter().int(resultKinds.SCHEMA_CHANGE);
  writeSchemaChange(w, change);
  return w.finish();
}
