import type { Row } from '../codecs/index.ts';
import type { SchemaChange, SchemaChangeTarget } from '../protocol/index.ts';
import { signatureOf } from './function-metadata.ts';
import type { KeyspaceMetadata } from './keyspace-metadata.ts';
import { isSameRow, textOf, textsOf } from './row-values.ts';
import type { SchemaTable } from './schema-rows.ts';
import type { Slicer } from './turns.ts';

/** Keyspaces by name. */
export type Keyspaces = ReadonlyMap<string, KeyspaceMetadata>;

/** Something in a keyspace, and all rows about it. */
interface Element {
  readonly target: SchemaChangeTarget;
  readonly name: string;
  readonly argumentTypes: readonly string[] | undefined;
  readonly rows: Row[];
}

/** In which column each schema table names what its rows are about. Rows of several tables are about tables. */
const SOURCES: readonly (readonly [SchemaTable, SchemaChangeTarget, string])[] = [
  ['types', 'TYPE', 'type_name'],
  ['tables', 'TABLE', 'table_name'],
  ['views', 'TABLE', 'view_name'],
  ['columns', 'TABLE', 'table_name'],
  ['indexes', 'TABLE', 'table_name'],
  ['functions', 'FUNCTION', 'function_name'],
  ['aggregates', 'AGGREGATE', 'aggregate_name'],
];

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
  const hasSameOptions = isSameRow(placement(before), placement(after));
  if (!hasSameOptions) changes.push({ changeType: 'UPDATED', target: 'KEYSPACE', keyspace });
  if (!before.isComplete || !after.isComplete) return changes;
  const previous = await elementsOf(before, slicer);
  const next = await elementsOf(after, slicer);
  for (const [key, element] of previous) {
    if (!next.has(key)) changes.push(changeOf('DROPPED', keyspace, element));
  }
  for (const [key, element] of next) {
    const known = previous.get(key);
    if (slicer.use(element.rows.length)) await slicer.rest();
    if (known === undefined) changes.push(changeOf('CREATED', keyspace, element));
    else if (!hasSameRows(known.rows, element.rows)) changes.push(changeOf('UPDATED', keyspace, element));
  }
  return changes;
}

/** What both a reading of the replication alone and a whole one tell. */
function placement(keyspace: KeyspaceMetadata): Row {
  return { replication: keyspace.replicationOptions };
}

async function elementsOf(keyspace: KeyspaceMetadata, slicer: Slicer): Promise<Map<string, Element>> {
  const elements = new Map<string, Element>();
  for (const [table, target, column] of SOURCES) {
    for (const row of keyspace.rows[table] ?? []) {
      if (slicer.use(1)) await slicer.rest();
      const name = textOf(row, column);
      const argumentTypes =
        target === 'FUNCTION' || target === 'AGGREGATE' ? textsOf(row, 'argument_types') : undefined;
      const key = `${target} ${argumentTypes === undefined ? name : signatureOf(name, argumentTypes)}`;
      const known = elements.get(key);
      if (known === undefined) elements.set(key, { target, name, argumentTypes, rows: [row] });
      else known.rows.push(row);
    }
  }
  return elements;
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
