/**
 * How often a property is tried: `full` times, or fewer in the quick suite, which sets `PROPERTY_SCALE` (a factor; above
 * 1 it makes the run more thorough). Never below 10.
 */
export function propertyRuns(full: number): number {
  const scale = Number(process.env['PROPERTY_SCALE'] ?? 1);
  return Math.max(10, Math.round(full * scale));
}
