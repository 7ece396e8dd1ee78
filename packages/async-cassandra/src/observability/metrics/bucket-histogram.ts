import type { HistogramSample } from './metric-definition.ts';

/** Upper bounds of the buckets of durations, in seconds; beyond the last one there is one for all. */
export const DURATION_BUCKETS: readonly number[] = Object.freeze([
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]);

const BOUNDS_MS = Float64Array.from(DURATION_BUCKETS, (seconds) => seconds * 1000);

/** The bucket of a duration in milliseconds. */
export function bucketOf(ms: number): number {
  let bucket = 0;
  while (bucket < BOUNDS_MS.length && ms > (BOUNDS_MS[bucket] as number)) bucket++;
  return bucket;
}

/** Durations, counted by bucket: adding one allocates nothing. */
export class BucketHistogram {
  readonly #counts = new Float64Array(BOUNDS_MS.length + 1);
  #sumMs = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param ms - a duration in milliseconds */
  add(ms: number): void {
    this.addTo(bucketOf(ms), ms);
  }

  /** @param bucket - that of `ms` */
  addTo(bucket: number, ms: number): void {
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sumMs += ms;
    this.#count++;
  }

  sample(labels: Readonly<Record<string, string>>): HistogramSample {
    let seen = 0;
    const cumulative = Array.from(this.#counts, (count) => {
      seen += count;
      return seen;
    });
    return { labels, cumulative, sum: this.#sumMs / 1000, count: this.#count };
  }
}
