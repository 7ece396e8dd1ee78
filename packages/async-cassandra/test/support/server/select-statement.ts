import { t } from '../wire/index.ts';
import type { Column } from '../wire/index.ts';
import { TokenCursor, tokenize } from './cql-tokens.ts';
import type { CqlToken } from './cql-tokens.ts';
import type { ModelRow, TableModel } from './table-model.ts';

interface Condition {
  readonly column: string;
  readonly operands: readonly CqlToken[];
  /** `IN ?`: the one marker stands for a list. */
  readonly listMarker: boolean;
}

/** `SELECT columns FROM table WHERE column = value AND column IN (values) LIMIT n`: what drivers ask of system tables. */
export interface SelectStatement {
  readonly keyspace: string | undefined;
  readonly table: string;
  /** Undefined for `*`; `count` for `count(*)`. */
  readonly selection: readonly { readonly column: string; readonly alias: string }[] | 'count' | undefined;
  readonly conditions: readonly Condition[];
  readonly limit: CqlToken | undefined;
}

/** The statement, or undefined when it is no SELECT or a more complicated one. */
export function parseSelect(cql: string): SelectStatement | undefined {
  const cursor = new TokenCursor(tokenize(cql));
  if (!cursor.take('select')) return undefined;
  cursor.take('distinct');
  const selection = parseSelection(cursor);
  if (selection === 'unknown' || !cursor.take('from')) return undefined;
  const target = cursor.qualifiedName();
  if (target === undefined) return undefined;
  const conditions: Condition[] = [];
  if (cursor.take('where')) {
    do {
      const condition = parseCondition(cursor);
      if (condition === undefined) return undefined;
      conditions.push(condition);
    } while (cursor.take('and'));
  }
  const limit = cursor.take('limit') ? cursor.next() : undefined;
  cursor.take('allow', 'filtering');
  cursor.take(';');
  if (cursor.peek() !== undefined) return undefined;
  return { keyspace: target.keyspace, table: target.name, selection, conditions, limit };
}

function parseSelection(cursor: TokenCursor): SelectStatement['selection'] | 'unknown' {
  if (cursor.take('*')) return undefined;
  if (cursor.take('count', '(', '*', ')')) return 'count';
  const selection: { column: string; alias: string }[] = [];
  do {
    const column = cursor.name();
    if (column === undefined || cursor.peek()?.text === '(') return 'unknown';
    selection.push({ column, alias: cursor.take('as') ? (cursor.name() ?? column) : column });
  } while (cursor.take(','));
  return selection;
}

function parseCondition(cursor: TokenCursor): Condition | undefined {
  const column = cursor.name();
  if (column === undefined) return undefined;
  if (cursor.take('=')) {
    const operand = cursor.next();
    return operand === undefined || operand.kind === 'symbol'
      ? undefined
      : { column, operands: [operand], listMarker: false };
  }
  if (!cursor.take('in')) return undefined;
  if (cursor.peek()?.kind === 'marker') return { column, operands: [cursor.next() as CqlToken], listMarker: true };
  if (!cursor.take('(')) return undefined;
  const operands: CqlToken[] = [];
  while (!cursor.take(')')) {
    const operand = cursor.next();
    if (operand === undefined) return undefined;
    if (operand.text !== ',') operands.push(operand);
  }
  return { column, operands, listMarker: false };
}

export function selectedColumns(
  select: SelectStatement,
  table: TableModel,
): readonly Column[] | { readonly unknown: string } {
  if (select.selection === undefined) return table.columns.map((column) => table.wireColumn(column));
  if (select.selection === 'count')
    return [{ keyspace: table.keyspace, table: table.name, name: 'count', type: t.bigint }];
  const columns: Column[] = [];
  for (const { column, alias } of select.selection) {
    const found = table.column(column);
    if (found === undefined) return { unknown: column };
    columns.push(table.wireColumn(found, alias));
  }
  return columns;
}

/** Rows that match a statement: how many, and some of them as arrays in the order of `selectedColumns`. */
export interface SelectedRows {
  readonly length: number;
  slice(from: number, to: number): unknown[][];
}

/** The rows that match; `bound` gives the value of each marker in turn. */
export function selectRows(
  select: SelectStatement,
  table: TableModel,
  bound: (marker: CqlToken, index: number) => unknown,
): SelectedRows {
  let markers = 0;
  const valueOf = (token: CqlToken): unknown => (token.kind === 'marker' ? bound(token, markers++) : token.text);
  const wanted = select.conditions.map((condition) => {
    const values = condition.operands.map(valueOf);
    return {
      column: condition.column,
      values: new Set((condition.listMarker ? (values[0] as unknown[]) : values).map(String)),
    };
  });
  const limit = select.limit === undefined ? Number.POSITIVE_INFINITY : Number(valueOf(select.limit));
  const matches = (row: ModelRow): boolean => wanted.every(({ column, values }) => values.has(String(row[column])));
  const [first] = wanted.filter(({ column, values }) => column === 'table_name' && values.size === 1);
  const candidates = first === undefined ? table.rows() : rowsNamed(table, String([...first.values][0]));
  const rows = (wanted.length === 0 ? candidates : candidates.filter(matches)).slice(0, limit);
  const { selection } = select;
  if (selection === 'count') return [[BigInt(rows.length)]];
  const names = selection?.map(({ column }) => column) ?? table.columns.map((column) => column.name);
  return {
    length: rows.length,
    slice: (from, to) => rows.slice(from, to).map((row) => names.map((name) => row[name])),
  };
}

/** Rows of a schema table by `table_name`: a client may ask for thousands of tables one by one. */
const indexes = new WeakMap<readonly ModelRow[], Map<string, ModelRow[]>>();

function rowsNamed(table: TableModel, name: string): readonly ModelRow[] {
  const rows = table.rows();
  // Only these are never changed in place: another schema makes others.
  if (table.keyspace !== 'system_schema') return rows;
  let index = indexes.get(rows);
  if (index === undefined) {
    index = new Map();
    for (const row of rows) {
      const key = String(row['table_name']);
      const named = index.get(key);
      if (named === undefined) index.set(key, [row]);
      else named.push(row);
    }
    indexes.set(rows, index);
  }
  return index.get(name) ?? [];
}
