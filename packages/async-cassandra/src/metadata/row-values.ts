import type { Row } from '../codecs/index.ts';

// Columns of the system tables as they should be; what is null, absent or of another type becomes the value that stands for nothing.

/** A text; empty when there is none. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}

/** A text, or undefined when there is none. */
export function optionalTextOf(row: Row, column: string): string | undefined {
  const value = row[column];
  return typeof value === 'string' ? value : undefined;
}

/** A number; -1 when there is none. */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : -1;
}

/** A flag; false when there is none. */
export function flagOf(row: Row, column: string): boolean {
  return row[column] === true;
}

/** The texts of a list; empty when there is none. */
export function textsOf(row: Row, column: string): readonly string[] {
  const value = row[column];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** The entries of a map of texts; empty when there is none. */
export function textMapOf(row: Row, column: string): ReadonlyMap<string, string> {
  const value = row[column];
  const texts = new Map<string, string>();
  if (!(value instanceof Map)) return texts;
  for (const [key, text] of value as Map<unknown, unknown>) {
    if (typeof key === 'string' && typeof text === 'string') texts.set(key, text);
  }
  return texts;
}

/** Whether two values read from rows are the same. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isSameValue(item, b[index]));
  }
  if (a instanceof Map) {
    if (!(b instanceof Map) || a.size !== b.size) return false;
    for (const [key, value] of a) if (!b.has(key) || !isSameValue(value, b.get(key))) return false;
    return true;
  }
  if (a instanceof Set) {
    if (!(b instanceof Set) || a.size !== b.size) return false;
    for (const item of a) if (!b.has(item)) return false;
    return true;
  }
  return false;
}

/** Whether two rows have the same columns with the same values. */
export function isSameRow(a: Row, b: Row): boolean {
  if (a === b) return true;
  const columns = Object.keys(a);
  return (
    columns.length === Object.keys(b).length &&
    columns.every((name) => Object.hasOwn(b, name) && isSameValue(a[name], b[name]))
  );
}
