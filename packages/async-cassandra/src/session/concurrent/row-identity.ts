import { type CodecRegistry, compileRoutingKeyEncoder, type RoutingKeyEncoder } from '../../codecs/index.ts';
import type { TableMetadata } from '../../metadata/index.ts';
import type { PreparedPlan } from '../prepared-statement.ts';

/** Types whose values are equal exactly when their bytes are; those of decimals, 1.0 and 1.00, differ. */
const ONE_FORM: ReadonlySet<string> = new Set([
  'ascii',
  'bigint',
  'blob',
  'date',
  'inet',
  'int',
  'smallint',
  'text',
  'time',
  'timestamp',
  'timeuuid',
  'tinyint',
  'uuid',
]);

/**
 * What tells apart the rows that a statement writes: the bytes of partition and clustering key. Two writes with the same
 * timestamp must not meet in one row, for then not the later one wins but the greater value.
 * @returns undefined when only partitions can be told apart: what is no INSERT may write more than one row, static
 * columns belong to all rows of a partition, and some keys have several forms in bytes
 */
export function rowIdentity(
  plan: PreparedPlan,
  table: TableMetadata | undefined,
  registry: CodecRegistry,
): RoutingKeyEncoder | undefined {
  if (table === undefined || plan.info.operation !== 'INSERT') return undefined;
  const indexes = [...plan.partitionKeyIndexes];
  for (const column of table.columns.values()) {
    if (column.kind === 'static') return undefined;
    if (column.kind !== 'clustering') continue;
    const index = plan.variables.findIndex((variable) => variable.name === column.name);
    if (index < 0 || !ONE_FORM.has(column.type.kind)) return undefined;
    indexes.push(index);
  }
  if (indexes.length === plan.partitionKeyIndexes.length) return undefined;
  return compileRoutingKeyEncoder(plan.variables, indexes, registry);
}
