import type { StatusSeries } from '../snapshot.ts';
import { html, type Html } from './html.ts';

/** How many points a line has at most; longer series show the largest of each few. */
const POINTS = 90;
const HEIGHT = 100;

/** What a chart shows. */
export interface ChartOptions {
  /** What it says to those who do not see it. */
  readonly label: string;
  /** How many measurements its width stands for; those that are not there yet leave the left of it empty. */
  readonly size: number;
  /** Value at its upper edge; the largest of the series by default. */
  readonly top?: number | undefined;
}

/** Lines over time, the newest at the right; each has a class `line-0`, `line-1` and so on, the first an area below it. */
export function chart(lines: readonly StatusSeries[], options: ChartOptions): Html {
  const width = Math.min(options.size, POINTS);
  const reduced = lines.map((line) => reduce(line, Math.ceil(options.size / POINTS)));
  const top = options.top ?? largest(reduced);
  const shapes = reduced.map((line, index) => shape(line, { width, top, index }));
  return html`<svg class="${largest(lines) === 0 ? 'chart calm' : 'chart'}" viewBox="0 0 ${width - 1} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${options.label}">${shapes}</svg>`;
}

/** The largest value of all; 0 when there is none. */
export function largest(lines: readonly StatusSeries[]): number {
  let top = 0;
  for (const line of lines) for (const value of line) if (value !== null && value > top) top = value;
  return top;
}

function shape(
  line: StatusSeries,
  { width, top, index }: { readonly width: number; readonly top: number; readonly index: number },
): Html {
  let stroke = '';
  let area = '';
  const first = width - line.length;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === null) continue;
    const from = at;
    const points: string[] = [];
    for (; at < line.length && line[at] !== null; at++) points.push(`${first + at} ${height(line[at] as number, top)}`);
    // One measurement between gaps would be a line without length.
    if (points.length === 1) points.push(`${first + from + 0.5} ${height(line[from] as number, top)}`);
    stroke += `M${points.join('L')}`;
    area += `M${first + from} ${HEIGHT}L${points.join('L')}L${points.at(-1)?.split(' ')[0] ?? 0} ${HEIGHT}Z`;
  }
  const filled = index === 0 ? html`<path class="area" d="${area}"/>` : html``;
  return html`${filled}<path class="line line-${index}" d="${stroke}"/>`;
}

function height(value: number, top: number): number {
  // The line's own width must fit at both edges.
  return top <= 0 ? HEIGHT - 2 : Math.round(HEIGHT - 2 - (Math.min(value, top) / top) * (HEIGHT - 6));
}

/** The largest of each `every` measurements, aligned with the newest. */
function reduce(line: StatusSeries, every: number): StatusSeries {
  if (every <= 1) return line;
  const reduced: (number | null)[] = [];
  for (let end = line.length; end > 0; end -= every) {
    const group = line.slice(Math.max(0, end - every), end).filter((value) => value !== null);
    reduced.unshift(group.length === 0 ? null : Math.max(...group));
  }
  return reduced;
}
