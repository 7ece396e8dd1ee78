const FINE_BELOW_US = 20_000;
const COARSE_US = 100;
const BUCKETS = 120_000;

/** Latencies by the microsecond below 20 ms, by the tenth of a millisecond up to ten seconds. */
export class LatencyHistogram {
  total = 0;
  private readonly counts = new Uint32Array(BUCKETS);

  add(us: number): void {
    const bucket = us < FINE_BELOW_US ? us | 0 : FINE_BELOW_US + (((us - FINE_BELOW_US) / COARSE_US) | 0);
    const at = Math.min(BUCKETS - 1, bucket);
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.total++;
  }

  /** Microseconds that the share `p` of all stays within. */
  percentile(p: number): number {
    let left = Math.ceil(this.total * p);
    for (let i = 0; i < BUCKETS; i++) {
      left -= this.counts[i] ?? 0;
      if (left <= 0) return i < FINE_BELOW_US ? i : FINE_BELOW_US + (i - FINE_BELOW_US) * COARSE_US;
    }
    return 0;
  }

  clear(): void {
    this.counts.fill(0);
    this.total = 0;
  }
}
