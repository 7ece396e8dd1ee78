/** Remembers values for a short time; of several callers who miss one value at once, one fetches it for all. */
export class TimedCache<T> {
  readonly #maxEntries: number;
  readonly #maxAgeMs: number;
  readonly #entries = new Map<string, { readonly value: Promise<T>; readonly until: number }>();

  constructor(maxEntries: number, maxAgeMs: number) {
    this.#maxEntries = maxEntries;
    this.#maxAgeMs = maxAgeMs;
  }

  get(key: string, fetchValue: (key: string) => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known !== undefined && known.until > performance.now()) return known.value;
    const value = fetchValue(key);
    this.delete(key);
    this.#entries.set(key, { value, until: performance.now() + this.#maxAgeMs });
    if (this.#entries.size > this.#maxEntries) this.#dropOldest();
    // A failure is for those who waited for it, not for those who come later.
    value.catch(() => {
      if (this.#entries.get(key)?.value === value) this.delete(key);
    });
    return value;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  #dropOldest(): void {
    for (const key of this.#entries.keys()) {
      this.delete(key);
      return;
    }
  }
}
