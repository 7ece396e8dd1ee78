import { inspect } from 'node:util';

/**
 * A map whose values are made when they are first asked for: of a schema with thousands of tables, only those that somebody
 * looks at cost more than their rows.
 */
export class LazyMap<S, V> implements ReadonlyMap<string, V> {
  readonly #sources: ReadonlyMap<string, S>;
  readonly #make: (source: S) => V;
  readonly #made = new Map<string, V>();

  constructor(sources: ReadonlyMap<string, S>, make: (source: S) => V) {
    this.#sources = sources;
    this.#make = make;
    // Shows as an ordinary map when it is logged.
    Object.defineProperty(this, inspect.custom, { value: () => new Map(this) });
  }

  get size(): number {
    return this.#sources.size;
  }

  has(key: string): boolean {
    return this.#sources.has(key);
  }

  get(key: string): V | undefined {
    const known = this.#made.get(key);
    if (known !== undefined || !this.#sources.has(key)) return known;
    const value = this.#make(this.#sources.get(key) as S);
    this.#made.set(key, value);
    return value;
  }

  keys(): MapIterator<string> {
    return this.#sources.keys();
  }

  *values(): MapIterator<V> {
    for (const key of this.#sources.keys()) yield this.get(key) as V;
  }

  *entries(): MapIterator<[string, V]> {
    for (const key of this.#sources.keys()) yield [key, this.get(key) as V];
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(callback: (value: V, key: string, map: ReadonlyMap<string, V>) => void, thisArg?: unknown): void {
    for (const [key, value] of this) callback.call(thisArg, value, key, this);
  }
}
