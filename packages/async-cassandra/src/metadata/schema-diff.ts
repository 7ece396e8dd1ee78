import type { Row } from '../codecs/index.ts';
import type { SchemaChange } from '../protocol/index.ts';
import { signatureOf } from './function-metadata.ts';
import type { KeyspaceMetadata } from './keyspace-metadata.ts';
import { isSameRow, isSameValue, textOf, textsOf } from './row-values.ts';
import type { KeyspaceRows, RelationRows } from './schema-rows.ts';
import type { Slicer } from './turns.ts';

/** Keyspaces by name. */
export type Keyspaces = ReadonlyMap<string, KeyspaceMetadata>;

/** Something in a keyspace, and what was read about it. */
type Element =
  | {
      readonly target: 'TABLE';
      readonly name: string;
      readonly argumentTypes: undefined;
      readonly content: RelationRows;
    }
  | {
      readonly target: (typeof SINGLE_ROWS)[number][1];
      readonly name: string;
      readonly argumentTypes: readonly string[] | undefined;
      readonly content: Row;
    };

/** Where things that have one row are found, and the column that has their name. */
const SINGLE_ROWS = [
  ['types', 'TYPE', 'type_name'],
  ['functions', 'FUNCTION', 'function_name'],
  ['aggregates', 'AGGREGATE', 'aggregate_name'],
] as const;

/**
 * What has changed between two readings of the schema: what was dropped, then what was created and updated. Of a keyspace whose
 * contents are not known in both, only itself.
 */
export async function diffKeyspaces(before: Keyspaces, after: Keyspaces, slicer: Slicer): Promise<SchemaChange[]> {
  const changes: SchemaChange[] = [];
  for (const keyspace of before.keys()) {
    if (!after.has(keyspace)) changes.push({ changeType: 'DROPPED', target: 'KEYSPACE', keyspace });
  }
  for (const [keyspace, next] of after) {
    const previous = before.get(keyspace);
    if (previous === undefined) changes.push({ changeType: 'CREATED', target: 'KEYSPACE', keyspace });
    else if (previous !== next) changes.push(...(await diffKeyspace(previous, next, slicer)));
  }
  return changes;
}

async function diffKeyspace(
  before: KeyspaceMetadata,
  after: KeyspaceMetadata,
  slicer: Slicer,
): Promise<SchemaChange[]> {
  const keyspace = after.name;
  const changes: SchemaChange[] = [];
  const areComplete = before.isComplete && after.isComplete;
  if (!hasSameOptions(before, after, areComplete))
    changes.push({ changeType: 'UPDATED', target: 'KEYSPACE', keyspace });
  if (!areComplete) return changes;
  const previous = await elementsOf(before.rows, slicer);
  const next = await elementsOf(after.rows, slicer);
  for (const [key, element] of previous) {
    if (!next.has(key)) changes.push(changeOf('DROPPED', keyspace, element));
  }
  for (const [key, element] of next) {
    const known = previous.get(key);
    if (known === undefined) changes.push(changeOf('CREATED', keyspace, element));
    else if (known.content !== element.content) {
      if (slicer.use(sizeOf(element))) await slicer.rest();
      if (!isSameElement(known, element)) changes.push(changeOf('UPDATED', keyspace, element));
    }
  }
  return changes;
}

/** A reading of the replication alone tells no other options. */
function hasSameOptions(before: KeyspaceMetadata, after: KeyspaceMetadata, areComplete: boolean): boolean {
  return areComplete
    ? isSameRow(before.rows.keyspace, after.rows.keyspace)
    : isSameValue(before.replicationOptions, after.replicationOptions);
}

async function elementsOf(rows: KeyspaceRows, slicer: Slicer): Promise<Map<string, Element>> {
  const elements = new Map<string, Element>();
  for (const row of rows.types) addSingle(elements, SINGLE_ROWS[0], row);
  for (const relations of [rows.tables, rows.views]) {
    for (const [name, content] of relations) {
      if (slicer.use(1)) await slicer.rest();
      elements.set(`TABLE ${name}`, { target: 'TABLE', name, argumentTypes: undefined, content });
    }
  }
  for (const row of rows.functions) addSingle(elements, SINGLE_ROWS[1], row);
  for (const row of rows.aggregates) addSingle(elements, SINGLE_ROWS[2], row);
  return elements;
}

function addSingle(elements: Map<string, Element>, [, target, column]: (typeof SINGLE_ROWS)[number], row: Row): void {
  const name = textOf(row, column);
  const argumentTypes = target === 'TYPE' ? undefined : textsOf(row, 'argument_types');
  const key = argumentTypes === undefined ? name : signatureOf(name, argumentTypes);
  elements.set(`${target} ${key}`, { target, name, argumentTypes, content: row });
}

function sizeOf({ target, content }: Element): number {
  return target === 'TABLE' ? 1 + content.columns.length + content.indexes.length : 1;
}

function isSameElement(a: Element, b: Element): boolean {
  if (a.target !== 'TABLE') return b.target !== 'TABLE' && isSameRow(a.content, b.content);
  return (
    b.target === 'TABLE' &&
    isSameRow(a.content.table, b.content.table) &&
    hasSameRows(a.content.columns, b.content.columns) &&
    hasSameRows(a.content.indexes, b.content.indexes)
  );
}

function hasSameRows(a: readonly Row[], b: readonly Row[]): boolean {
  return a.length === b.length && a.every((row, index) => isSameRow(row, b[index] as Row));
}

function changeOf(changeType: SchemaChange['changeType'], keyspace: string, element: Element): SchemaChange {
  const { target, name, argumentTypes } = element;
  return {
    changeType,
    target,
    keyspace,
    name,
    ...(argumentTypes === undefined ? {} : { argumentTypes: [...argumentTypes] }),
  };
}
