import type { Row } from '../codecs/index.ts';
import type { CqlType } from '../protocol/index.ts';
import { numberOf, textOf } from './row-values.ts';
import type { UserTypes } from './user-types.ts';

/** What a column is for. */
export type ColumnKind = 'partitionKey' | 'clustering' | 'static' | 'regular';

/** One column of a table or view. */
export interface ColumnMetadata {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Its place among the columns of a partition or clustering key, from 0; -1 for other columns. */
  readonly position: number;
  readonly type: CqlType;
  /** How rows are ordered by it; `none` when they are not. */
  readonly clusteringOrder: 'asc' | 'desc' | 'none';
}

const KINDS: ReadonlyMap<string, ColumnKind> = new Map([
  ['partition_key', 'partitionKey'],
  ['clustering', 'clustering'],
  ['static', 'static'],
]);
const KIND_ORDER: readonly ColumnKind[] = ['partitionKey', 'clustering', 'static', 'regular'];

/** Reads the columns of one table: the partition key, the clustering key, static columns, others. */
export function readColumns(rows: readonly Row[], types: UserTypes): readonly ColumnMetadata[] {
  const columns = rows.map((row): ColumnMetadata => {
    const order = textOf(row, 'clustering_order').toLowerCase();
    return Object.freeze({
      name: textOf(row, 'column_name'),
      kind: KINDS.get(textOf(row, 'kind')) ?? 'regular',
      position: numberOf(row, 'position'),
      type: types.parse(textOf(row, 'type')),
      clusteringOrder: order === 'asc' || order === 'desc' ? order : 'none',
    });
  });
  return columns.sort((a, b) => KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind) || a.position - b.position);
}
