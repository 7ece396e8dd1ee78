/** A straight line through samples, by least squares. */
export interface Trend {
  /** Per unit of x. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
  /** What the line rises from the first x to the last. */
  readonly growth: number;
  readonly first: number;
  readonly last: number;
}

export function trendOf(xs: readonly number[], ys: readonly number[]): Trend {
  const count = xs.length;
  if (count < 3 || ys.length !== count) throw new Error('A trend needs three samples at least');
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / count;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  let xx = 0;
  let xy = 0;
  for (const [i, x] of xs.entries()) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * ((ys[i] ?? 0) - meanY);
  }
  const slope = xx === 0 ? 0 : xy / xx;
  const residuals = xs.reduce((sum, x, i) => sum + ((ys[i] ?? 0) - meanY - slope * (x - meanX)) ** 2, 0);
  const error = xx === 0 ? 0 : Math.sqrt(residuals / (count - 2) / xx);
  const [first = 0, last = 0] = [xs[0], xs.at(-1)];
  return { slope, error, growth: slope * (last - first), first, last };
}

/**
 * Whether samples rise: their slope is above zero by more than three standard errors, and what it amounts to is more than
 * `tolerance`. Noise is not taken for a leak, nor a leak below the tolerance for something.
 */
export function isRising(trend: Trend, tolerance: number): boolean {
  return trend.slope > 3 * trend.error && trend.growth > tolerance;
}
