import type { Row } from '../codecs/index.ts';
import type { SchemaChange } from '../protocol/index.ts';
import { KeyspaceMetadata } from './keyspace-metadata.ts';
import { textOf } from './row-values.ts';
import { diffKeyspaces, type Keyspaces } from './schema-diff.ts';
import type { SchemaScope } from './schema-queries.ts';
import {
  type ClusterSchemaRows,
  groupByKeyspace,
  type KeyspaceRows,
  type SchemaRows,
  type SchemaTable,
} from './schema-rows.ts';
import { Slicer, type Turns } from './turns.ts';

/** Keyspaces as they are now, and what that changed. */
export interface SchemaRefresh {
  readonly keyspaces: Keyspaces;
  readonly changes: readonly SchemaChange[];
}

/** Takes in a reading of the whole schema, or of the replication of all keyspaces. What did not change need not be the same object. */
export async function refreshSchema(before: Keyspaces, rows: ClusterSchemaRows, turns: Turns): Promise<SchemaRefresh> {
  const slicer = new Slicer(turns);
  const isComplete = rows.isReplicationOnly !== true;
  const keyspaces = new Map<string, KeyspaceMetadata>();
  for (const [name, group] of await groupByKeyspace(rows.schema, slicer)) {
    keyspaces.set(name, new KeyspaceMetadata(group, { isVirtual: false, isComplete }));
  }
  for (const [name, group] of await groupByKeyspace(rows.virtualSchema ?? {}, slicer)) {
    keyspaces.set(name, new KeyspaceMetadata(group, { isVirtual: true, isComplete }));
  }
  return { keyspaces, changes: await diffKeyspaces(before, keyspaces, slicer) };
}

/** Takes in a reading of one keyspace. No row of the keyspace itself means that it was dropped. */
export async function refreshKeyspace(
  before: Keyspaces,
  keyspace: string,
  rows: SchemaRows,
  turns: Turns,
): Promise<SchemaRefresh> {
  const slicer = new Slicer(turns);
  const group = (await groupByKeyspace(rows, slicer)).get(keyspace);
  const keyspaces = new Map(before);
  if (group === undefined) keyspaces.delete(keyspace);
  else keyspaces.set(keyspace, new KeyspaceMetadata(group, { isVirtual: false, isComplete: true }));
  return { keyspaces, changes: await diffKeyspaces(before, keyspaces, slicer) };
}

/** A part of the schema that is less than a keyspace. */
export type ElementScope = Extract<SchemaScope, { readonly name: string }>;

const PARTS: Readonly<Record<ElementScope['part'], readonly (readonly [SchemaTable, string])[]>> = {
  table: [
    ['tables', 'table_name'],
    ['views', 'view_name'],
    ['columns', 'table_name'],
    ['indexes', 'table_name'],
  ],
  type: [['types', 'type_name']],
  function: [['functions', 'function_name']],
  aggregate: [['aggregates', 'aggregate_name']],
};

/**
 * Takes in a reading of one table, view, type, or of the functions or aggregates of one name. No rows mean that it was dropped. A
 * keyspace whose contents are not known stays as it is.
 */
export async function refreshElement(
  before: Keyspaces,
  scope: ElementScope,
  rows: SchemaRows,
  turns: Turns,
): Promise<SchemaRefresh> {
  const keyspace = before.get(scope.keyspace);
  if (keyspace === undefined || !keyspace.isComplete) return { keyspaces: before, changes: [] };
  const replaced: Partial<Record<SchemaTable, readonly Row[]>> = {};
  for (const [table, column] of PARTS[scope.part]) {
    const others = (keyspace.rows[table] ?? []).filter((row) => textOf(row, column) !== scope.name);
    replaced[table] = [...others, ...(rows[table] ?? [])];
  }
  const next: KeyspaceRows = { ...keyspace.rows, ...replaced };
  const keyspaces = new Map(before);
  keyspaces.set(scope.keyspace, new KeyspaceMetadata(next, { isVirtual: keyspace.isVirtual, isComplete: true }));
  return { keyspaces, changes: await diffKeyspaces(before, keyspaces, new Slicer(turns)) };
}

/** The part of the schema to read when the server tells of a change. */
export function scopeOfChange(change: SchemaChange): SchemaScope {
  const { target, keyspace, name } = change;
  switch (target) {
    case 'KEYSPACE':
      return { part: 'keyspace', keyspace };
    case 'TABLE':
      return { part: 'table', keyspace, name: name ?? '' };
    case 'TYPE':
      return { part: 'type', keyspace, name: name ?? '' };
    case 'FUNCTION':
      return { part: 'function', keyspace, name: name ?? '' };
    case 'AGGREGATE':
      return { part: 'aggregate', keyspace, name: name ?? '' };
  }
}
