import type { Row } from '../codecs/index.ts';
import type { SchemaChange } from '../protocol/index.ts';
import { KeyspaceMetadata } from './keyspace-metadata.ts';
import { textOf } from './row-values.ts';
import { diffKeyspaces, type Keyspaces } from './schema-diff.ts';
import type { SchemaScope } from './schema-queries.ts';
import {
  type ClusterSchemaRows,
  groupByKeyspace,
  groupRelations,
  type KeyspaceRows,
  type RelationRows,
  type RelationsRows,
  type SchemaRows,
} from './schema-rows.ts';
import { Slicer, type Turns } from './turns.ts';

/** Keyspaces as they are now, and what that changed. */
export interface SchemaRefresh {
  readonly keyspaces: Keyspaces;
  readonly changes: readonly SchemaChange[];
}

/** Takes in a reading of the whole schema, or of the replication of all keyspaces. A keyspace that did not change stays the same object. */
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
  const changes = await diffKeyspaces(before, keyspaces, slicer);
  return { keyspaces: keepUnchanged(before, keyspaces, changes), changes };
}

/** Keeps what was made of the keyspaces that did not change, and lets go of what was read of them again. */
function keepUnchanged(
  before: Keyspaces,
  after: Map<string, KeyspaceMetadata>,
  changes: readonly SchemaChange[],
): Keyspaces {
  const changed = new Set(changes.map((change) => change.keyspace));
  for (const [name, next] of after) {
    const known = before.get(name);
    if (known === undefined || changed.has(name)) continue;
    if (known.isComplete === next.isComplete && known.isVirtual === next.isVirtual) after.set(name, known);
  }
  return after;
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
  const changes = await diffKeyspaces(before, keyspaces, slicer);
  return { keyspaces: keepUnchanged(before, keyspaces, changes), changes };
}

/** A part of the schema that is less than a keyspace. */
export type ElementScope = Extract<SchemaScope, { readonly name: string }>;

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
  const slicer = new Slicer(turns);
  const next = await replaceElement(keyspace.rows, scope, rows, slicer);
  const keyspaces = new Map(before);
  keyspaces.set(scope.keyspace, new KeyspaceMetadata(next, { isVirtual: keyspace.isVirtual, isComplete: true }));
  const changes = await diffKeyspaces(before, keyspaces, slicer);
  return changes.length === 0 ? { keyspaces: before, changes } : { keyspaces, changes };
}

async function replaceElement(
  before: KeyspaceRows,
  scope: ElementScope,
  rows: SchemaRows,
  slicer: Slicer,
): Promise<KeyspaceRows> {
  const without = (all: readonly Row[], column: string): Row[] =>
    all.filter((row) => textOf(row, column) !== scope.name);
  switch (scope.part) {
    case 'table': {
      const found = await groupRelations(rows, slicer);
      const replace = (kind: keyof RelationsRows): Map<string, RelationRows> => {
        const relations = new Map(before[kind]);
        const relation = found[kind].get(scope.name);
        if (relation === undefined) relations.delete(scope.name);
        else relations.set(scope.name, relation);
        return relations;
      };
      return { ...before, tables: replace('tables'), views: replace('views') };
    }
    case 'type':
      return { ...before, types: [...without(before.types, 'type_name'), ...(rows.types ?? [])] };
    case 'function':
      return { ...before, functions: [...without(before.functions, 'function_name'), ...(rows.functions ?? [])] };
    case 'aggregate':
      return { ...before, aggregates: [...without(before.aggregates, 'aggregate_name'), ...(rows.aggregates ?? [])] };
  }
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
