import type { StatusSeries } from './snapshot.ts';

/** The last measurements, in as much memory as they need: a ring of 4 bytes each. */
export class Series {
  readonly #values: Float32Array;
  #count = 0;

  constructor(size: number) {
    this.#values = new Float32Array(size);
  }

  /** @param value - null when there was nothing to measure */
  add(value: number | null): void {
    this.#values[this.#count % this.#values.length] = value ?? Number.NaN;
    this.#count++;
  }

  /** The newest one; null when there is none, or nothing was measured. */
  get last(): number | null {
    return this.#count === 0 ? null : this.#at(this.#count - 1);
  }

  /** All of them, the newest last. */
  toArray(): StatusSeries {
    const length = Math.min(this.#count, this.#values.length);
    return Array.from({ length }, (_, index) => this.#at(this.#count - length + index));
  }

  #at(index: number): number | null {
    const value = this.#values[index % this.#values.length] as number;
    // What 4 bytes hold has 7 digits; the rest would be noise in JSON.
    return Number.isNaN(value) ? null : Number(value.toPrecision(6));
  }
}
