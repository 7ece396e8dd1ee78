import type { Line } from './prometheus.ts';

/** A panel of the dashboard with the data that Prometheus has for it. */
export interface DrawnPanel {
  readonly type: string;
  readonly title: string;
  readonly unit: string;
  /** In the dashboard's 24 columns, and rows of 30 pixels. */
  readonly place: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly lines: readonly { readonly legend: string; readonly points: Line['points'] }[];
}

const COLUMN = 50;
const ROW = 28;
const GAP = 8;
const COLOURS = ['#1a63c7', '#c2410c', '#15803d', '#7e22ce', '#b3201a', '#0e7490', '#854d0e', '#be185d'];

/** Draws the panels as Grafana lays them out, in one picture for the documentation. */
export function drawDashboard(panels: readonly DrawnPanel[], from: number, to: number): string {
  const bottom = Math.max(...panels.map(({ place }) => place.y + place.h));
  const width = 24 * COLUMN + GAP;
  const height = bottom * ROW + GAP;
  const shapes = panels.map((panel) => drawPanel(panel, from, to));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="11" role="img" aria-label="The panels of the dashboard">
<rect width="${width}" height="${height}" fill="#f4f6f9"/>
${shapes.join('\n')}
</svg>
`;
}

function drawPanel(panel: DrawnPanel, from: number, to: number): string {
  const x = panel.place.x * COLUMN + GAP;
  const y = panel.place.y * ROW + GAP;
  const width = panel.place.w * COLUMN - GAP;
  const height = panel.place.h * ROW - GAP;
  if (panel.type === 'row')
    return `<text x="${x}" y="${y + 15}" font-size="15" font-weight="600" fill="#18212c">${escaped(panel.title)}</text>`;
  const inside =
    panel.type === 'stat'
      ? stat(panel, width, height, from, to)
      : panel.type === 'state-timeline'
        ? states(panel, width, height, from, to)
        : lines(panel, width, height, from, to);
  return `<g transform="translate(${x} ${y})"><rect width="${width}" height="${height}" rx="6" fill="#fff" stroke="#dce2e9"/><text x="10" y="18" font-weight="600" fill="#18212c">${escaped(panel.title)}</text>${inside}</g>`;
}

function stat({ lines: all, unit }: DrawnPanel, width: number, height: number, from: number, to: number): string {
  const points = all[0]?.points ?? [];
  const top = largest(points);
  return `${path(points, { left: 0, right: width, top: height * 0.55, bottom: height - 2, from, to, max: top }, '#1a63c7', 0.15)}<text x="10" y="52" font-size="26" font-weight="650" fill="#18212c">${format(points.at(-1)?.[1] ?? 0, unit)}</text>`;
}

function lines({ lines: all, unit }: DrawnPanel, width: number, height: number, from: number, to: number): string {
  const shown = all.slice(0, COLOURS.length);
  const max = Math.max(...all.map(({ points }) => largest(points))) || 1;
  const area = { left: 54, right: width - 10, top: 30, bottom: height - 44, from, to, max };
  const grid = [0, 0.5, 1]
    .map((share) => {
      const y = area.bottom - share * (area.bottom - area.top);
      return `<line x1="${area.left}" x2="${area.right}" y1="${y}" y2="${y}" stroke="#e6eaef"/><text x="${area.left - 6}" y="${y + 4}" text-anchor="end" fill="#526071" font-size="10">${format(max * share, unit)}</text>`;
    })
    .join('');
  const drawn = shown.map(({ points }, index) => path(points, area, COLOURS[index] as string, 0)).join('');
  return `${grid}${drawn}${legend(shown, width, height, all.length - shown.length)}`;
}

function states({ lines: all }: DrawnPanel, width: number, height: number, from: number, to: number): string {
  const bar = Math.min(26, (height - 60) / Math.max(1, all.length));
  return all
    .map(({ legend: name, points }, index) => {
      const y = 32 + index * (bar + 8);
      const wide = (width - 130) / Math.max(1, points.length);
      const bars = points.map(([at, value]) => {
        const x = 120 + ((at - from) / (to - from)) * (width - 130);
        return `<rect x="${x.toFixed(1)}" y="${y}" width="${(wide + 0.5).toFixed(1)}" height="${bar}" fill="${value > 0 ? '#37a267' : '#c93a32'}"/>`;
      });
      return `<text x="10" y="${y + bar / 2 + 4}" fill="#526071">${escaped(name)}</text>${bars.join('')}`;
    })
    .join('');
}

function legend(all: DrawnPanel['lines'], width: number, height: number, more: number): string {
  let x = 10;
  let y = height - 24;
  const parts: string[] = [];
  const names = [...all.map(({ legend: name }) => name), ...(more > 0 ? [`and ${more} more`] : [])];
  names.forEach((name, index) => {
    const wide = 18 + name.length * 6;
    if (x + wide > width - 6) {
      x = 10;
      y += 14;
    }
    if (y > height - 4) return;
    const colour = COLOURS[index];
    const sign = colour === undefined ? '' : `<rect x="${x}" y="${y - 6}" width="10" height="3" fill="${colour}"/>`;
    parts.push(`${sign}<text x="${x + 14}" y="${y}" font-size="10" fill="#526071">${escaped(name)}</text>`);
    x += wide;
  });
  return parts.join('');
}

interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly from: number;
  readonly to: number;
  readonly max: number;
}

function path(points: Line['points'], area: Area, colour: string, fill: number): string {
  if (points.length === 0) return '';
  const x = (at: number): string =>
    (area.left + ((at - area.from) / (area.to - area.from)) * (area.right - area.left)).toFixed(1);
  const y = (value: number): string =>
    (area.bottom - (area.max === 0 ? 0 : value / area.max) * (area.bottom - area.top)).toFixed(1);
  const line = points.map(([at, value]) => `${x(at)} ${y(value)}`).join('L');
  const below =
    fill === 0
      ? ''
      : `<path d="M${x(points[0]?.[0] ?? 0)} ${area.bottom}L${line}L${x(points.at(-1)?.[0] ?? 0)} ${area.bottom}Z" fill="${colour}" opacity="${fill}"/>`;
  return `${below}<path d="M${line}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-linejoin="round"/>`;
}

function largest(points: Line['points']): number {
  return points.reduce((top, [, value]) => Math.max(top, value), 0);
}

function format(value: number, unit: string): string {
  if (unit === 'percentunit') return `${short(value * 100)} %`;
  if (unit === 's') return value >= 1 ? `${short(value)} s` : `${short(value * 1000)} ms`;
  if (unit === 'bytes' || unit === 'Bps') return value >= 1024 ? `${short(value / 1024)} KiB` : `${short(value)} B`;
  return short(value);
}

function short(value: number): string {
  return value >= 10_000
    ? `${Math.round(value / 1000)}k`
    : String(Number(value.toPrecision(value >= 100 ? 4 : value >= 10 ? 3 : 2)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
