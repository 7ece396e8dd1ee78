import type { Row } from '../codecs/index.ts';

/** Between the parts of a text that stands for a collection; no name or option has it. */
const SEPARATOR = '\u0000';

/**
 * Lets rows of one reading share the values that are equal: in a schema of thousands of tables the same names, types and
 * options come again and again. What is shared is never written to.
 */
export class RowPool {
  readonly #texts = new Map<string, string>();
  readonly #collections = new Map<string, unknown>();

  /** Replaces values of rows, which nobody else holds yet, by equal ones that are known already. All rows have the same columns. */
  share(rows: readonly Row[]): void {
    const columns = Object.keys(rows[0] ?? {});
    for (const row of rows) {
      for (const column of columns) {
        const value = row[column];
        if (typeof value === 'string') row[column] = this.#text(value);
        else if (value instanceof Map || value instanceof Set) row[column] = this.#collection(value);
      }
    }
  }

  #text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }

  #collection(collection: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>): unknown {
    const key = keyOf(collection);
    if (key === undefined) return collection;
    const known = this.#collections.get(key);
    if (known !== undefined) return known;
    this.#collections.set(key, collection);
    return collection;
  }
}

/** A text that only equal collections of texts have; undefined when there is something else in it. */
function keyOf(collection: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>): string | undefined {
  let key = collection instanceof Map ? 'map' : 'set';
  for (const [name, value] of collection.entries()) {
    if (typeof name !== 'string' || typeof value !== 'string') return undefined;
    key += `${SEPARATOR}${name}${SEPARATOR}${value}`;
  }
  return key;
}
