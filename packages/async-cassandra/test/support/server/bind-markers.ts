import { t } from '../wire/index.ts';
import type { Column, WireType } from '../wire/index.ts';
import { TokenCursor, tokenize } from './cql-tokens.ts';
import type { TableModel } from './table-model.ts';

export interface BindMarkers {
  readonly variables: readonly Column[];
  readonly partitionKeyIndexes: readonly number[];
}

/** Finds a table the statement names. */
export type FindTable = (keyspace: string | undefined, name: string) => TableModel | undefined;

const assignments = new Set(['=', '<', '>', '<=', '>=', '!=', 'in', 'contains', 'like']);

/**
 * What a server would answer to PREPARE for the statement's bind markers: a marker takes the name and type of the column
 * it meets (blob where the table is not known), `LIMIT ?`, `TTL ?` and `TIMESTAMP ?` the server's own names.
 */
export function inferBindMarkers(cql: string, keyspace: string | undefined, findTable: FindTable): BindMarkers {
  const cursor = new TokenCursor(tokenize(cql));
  const target = findTarget(cursor);
  const table = target === undefined ? undefined : findTable(target.keyspace, target.name);
  const where = { keyspace: target?.keyspace ?? keyspace ?? '', table: target?.name ?? '' };
  const insertColumns = insertedColumns(cursor);
  const variables: Column[] = [];
  const equalities: (string | undefined)[] = [];
  let valueIndex = -1;
  let depth = 0;
  let lastName = '';
  for (let token = cursor.next(); token !== undefined; token = cursor.next()) {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (insertColumns.length > 0 && token.text === 'values') valueIndex = 0;
    if (valueIndex >= 0 && token.text === ',' && depth === 1) valueIndex++;
    if (token.kind === 'name' && !assignments.has(token.text)) lastName = token.text;
    if (token.kind !== 'marker') continue;
    const inValues = valueIndex >= 0 && depth >= 1;
    const column = inValues ? (insertColumns[valueIndex] ?? '') : lastName;
    const found = markerType(column, table, !inValues && cursor.peek(-2)?.text === 'in');
    variables.push({ ...where, name: token.text === '?' ? found.name : token.text, type: found.type });
    equalities.push(inValues || cursor.peek(-2)?.text === '=' ? column : undefined);
  }
  const indexes = table?.partitionKey.map((column) => equalities.indexOf(column)) ?? [];
  return { variables, partitionKeyIndexes: indexes.includes(-1) ? [] : indexes };
}

function markerType(column: string, table: TableModel | undefined, isList: boolean): { name: string; type: WireType } {
  if (column === 'limit') return { name: '[limit]', type: t.int };
  if (column === 'ttl') return { name: '[ttl]', type: t.int };
  if (column === 'timestamp') return { name: '[timestamp]', type: t.bigint };
  const type = table?.column(column)?.type ?? t.blob;
  return isList ? { name: `in(${column})`, type: t.list(type) } : { name: column, type };
}

/** `FROM x`, `INTO x`, `UPDATE x`; leaves the cursor at the start. */
function findTarget(cursor: TokenCursor): { keyspace: string | undefined; name: string } | undefined {
  cursor.position = 0;
  for (let token = cursor.next(); token !== undefined; token = cursor.next()) {
    if (token.kind === 'name' && (token.text === 'from' || token.text === 'into' || token.text === 'update')) {
      const target = cursor.qualifiedName();
      cursor.position = 0;
      return target;
    }
  }
  cursor.position = 0;
  return undefined;
}

/** The column list of an INSERT; leaves the cursor behind it. */
function insertedColumns(cursor: TokenCursor): string[] {
  if (!cursor.take('insert', 'into') || cursor.qualifiedName() === undefined || !cursor.take('(')) return [];
  const columns: string[] = [];
  for (let name = cursor.name(); name !== undefined; name = cursor.name()) {
    columns.push(name);
    cursor.take(',');
  }
  cursor.take(')');
  return columns;
}
