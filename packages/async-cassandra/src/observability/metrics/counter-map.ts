/** Counts by up to three labels, whose values are few; past `limit` combinations the rest counts together. */
export class CounterMap {
  readonly #counts = new Map<string, { readonly labels: readonly string[]; count: number }>();
  readonly #limit: number;

  constructor(limit = 1_000) {
    this.#limit = limit;
  }

  add(...labels: readonly string[]): void {
    const key = labels.join('\0');
    const known = this.#counts.get(key);
    if (known !== undefined) known.count++;
    else if (this.#counts.size < this.#limit) this.#counts.set(key, { labels, count: 1 });
    else if (labels[0] !== 'other') this.add(...labels.map(() => 'other'));
    else this.#counts.set(key, { labels, count: 1 });
  }

  get total(): number {
    let total = 0;
    for (const { count } of this.#counts.values()) total += count;
    return total;
  }

  *[Symbol.iterator](): Generator<readonly [labels: readonly string[], count: number]> {
    for (const { labels, count } of this.#counts.values()) yield [labels, count];
  }
}
