import type { Row } from './row.ts';
import { setOwn } from './composites/plain-object.ts';
import { isBytes } from './kinds.ts';

/**
 * A copy of a row, or of any value read, that JSON can hold and that reads the same after a round trip through it: bigints, Dates
 * (ISO 8601) and this package's value classes become strings; sets and vectors arrays; maps objects, keys of other kinds than
 * text being written as text; bytes `0x` and hexadecimal digits, as CQL writes them; NaN and infinities their names.
 */
export function toPlain(row: Row): Record<string, unknown>;
export function toPlain(value: unknown): unknown;
export function toPlain(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'string':
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : plainObject(value);
    default:
      return null;
  }
}

function plainObject(value: object): unknown {
  if (isBytes(value)) return `0x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  if (value instanceof Map) return plainMap(value);
  if (Array.isArray(value) || value instanceof Set || ArrayBuffer.isView(value))
    return Array.from(value as Iterable<unknown>, (element) => toPlain(element));
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function') return (value as { toJSON(): unknown }).toJSON();
  return plainEntries(Object.entries(value));
}

function plainMap(map: ReadonlyMap<unknown, unknown>): Record<string, unknown> {
  return plainEntries([...map].map(([key, value]) => [plainKey(key), value]));
}

function plainKey(key: unknown): string {
  const plain = toPlain(key);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}

function plainEntries(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of entries) setOwn(plain, name, toPlain(value));
  return plain;
}
