/** 2^5 steps an octave: a value is known to 3 %. */
const STEP_BITS = 5;
const STEPS = 1 << STEP_BITS;
const LARGEST = 2 ** 31 - 1;
const BUCKETS = (31 - STEP_BITS + 1) * STEPS;

/**
 * Counts of whole numbers, for percentiles: a few kilobytes, whatever it counts. Once it holds `memory` values all counts are halved,
 * so that old values fade.
 */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  readonly #memory: number;
  #total = 0;

  constructor(memory: number) {
    this.#memory = memory;
  }

  /** How many values it holds, those that faded away not counted. */
  get total(): number {
    return this.#total;
  }

  /** Counts a value; what is below 0 or above 2^31 - 1 counts as the nearest of them. */
  add(value: number): void {
    const index = bucketOf(value);
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#total++;
    if (this.#total >= this.#memory) this.#fade();
  }

  /** The value that `percentile` of 100 values do not exceed, rounded up to its bucket's end; 0 when there is none. */
  percentile(percentile: number): number {
    const rank = Math.max(1, Math.ceil((percentile / 100) * this.#total));
    let seen = 0;
    for (let index = 0; index < BUCKETS; index++) {
      seen += this.#counts[index] as number;
      if (seen >= rank) return lastOf(index);
    }
    return 0;
  }

  /** Forgets everything. */
  clear(): void {
    if (this.#total === 0) return;
    this.#counts.fill(0);
    this.#total = 0;
  }

  #fade(): void {
    let total = 0;
    for (let index = 0; index < BUCKETS; index++) {
      const half = (this.#counts[index] as number) >>> 1;
      this.#counts[index] = half;
      total += half;
    }
    this.#total = total;
  }
}

/** Small values have a bucket each; of larger ones the leading bits tell the bucket. */
function bucketOf(value: number): number {
  const whole = value > 0 ? Math.min(Math.floor(value), LARGEST) : 0;
  if (whole < STEPS) return whole;
  const shift = 31 - Math.clz32(whole) - STEP_BITS;
  return (shift + 1) * STEPS + ((whole >>> shift) & (STEPS - 1));
}

/** The largest value of a bucket. */
function lastOf(index: number): number {
  if (index < STEPS) return index;
  const shift = Math.floor(index / STEPS) - 1;
  return (STEPS + (index % STEPS) + 1) * 2 ** shift - 1;
}
