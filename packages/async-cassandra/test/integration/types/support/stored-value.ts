import { type CqlType, unset } from 'async-cassandra';

/**
 * What a column holds after a value was inserted into a new row: a collection that is not frozen and has no elements is not
 * there at all, and neither is a user-defined type that is not frozen and has no fields.
 */
export function storedValue(type: CqlType, value: unknown): unknown {
  if (value === null || value === unset) return null;
  switch (type.kind) {
    case 'list':
      return !type.frozen && (value as unknown[]).length === 0 ? null : value;
    case 'set':
    case 'map':
      return !type.frozen && (value as Set<unknown> | Map<unknown, unknown>).size === 0 ? null : value;
    case 'udt':
      return !type.frozen && Object.values(value as object).every((field) => field === null) ? null : value;
    default:
      return value;
  }
}
