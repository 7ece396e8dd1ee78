/** What stands where nothing was measured. */
export const NOTHING = '–';

/** `16,384`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** Three digits at most below a thousand: `0.42`, `8.1`, `152`, `12,345`. */
export function formatNumber(value: number | null): string {
  if (value === null) return NOTHING;
  const digits = value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** `0 %`, `0.4 %`, `12 %`; what is not 0 is never shown as 0. */
export function formatRatio(value: number | null): string {
  if (value === null) return NOTHING;
  if (value > 0 && value < 0.0001) return '<0.01 %';
  return `${formatNumber(value * 100)} %`;
}

/** `1.2 ms`, `3.5 s`. */
export function formatMs(value: number | null): string {
  if (value === null) return NOTHING;
  return value >= 1000 ? `${formatNumber(value / 1000)} s` : `${formatNumber(value)} ms`;
}

/** `1 node`, `3 nodes`. */
export function formatMany(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
}

/** `2 minutes`, `90 seconds`, `200 milliseconds`. */
export function formatSpan(ms: number): string {
  if (ms < 1000) return formatMany(ms, 'millisecond');
  const seconds = Math.round(ms / 1000);
  return seconds >= 120 && seconds % 60 === 0 ? formatMany(seconds / 60, 'minute') : formatMany(seconds, 'second');
}
