import type { StatusError } from './snapshot.ts';

/** The driver has fewer classes of errors; names of other classes are counted together beyond this. */
const NAMES = 50;

/** Counts errors by the names of their classes. */
export class ErrorTally {
  readonly #byName = new Map<string, { count: number; lastAtMicros: number }>();

  add(name: string, nowMicros: number): void {
    const key = this.#byName.has(name) || this.#byName.size < NAMES ? name : 'other';
    const entry = this.#byName.get(key);
    if (entry === undefined) this.#byName.set(key, { count: 1, lastAtMicros: nowMicros });
    else {
      entry.count++;
      entry.lastAtMicros = nowMicros;
    }
  }

  /** The most frequent first. */
  get errors(): readonly StatusError[] {
    return Array.from(this.#byName, ([name, { count, lastAtMicros }]) => ({
      name,
      count,
      lastAt: isoTime(lastAtMicros),
    })).sort((a, b) => b.count - a.count);
  }
}

/** @param micros - microseconds since the epoch */
export function isoTime(micros: number): string {
  return new Date(micros / 1000).toISOString();
}
