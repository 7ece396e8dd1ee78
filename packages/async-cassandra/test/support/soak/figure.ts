import type { SoakSample } from './soak-run.ts';

const WIDTH = 720;
const PANEL = 120;
const LEFT = 64;
const RIGHT = 20;
const TOP = 48;
const GAP = 34;
const COLORS = ['#1f6feb', '#cf222e', '#1a7f37'] as const;

const panels: readonly { readonly title: string; readonly of: readonly (keyof SoakSample)[] }[] = [
  { title: 'MiB: heap after a collection, process (rss)', of: ['heap', 'rss'] },
  { title: 'sockets, timers of the driver, listeners on a shared signal', of: ['sockets', 'timers', 'listeners'] },
  { title: 'requests in flight, open streams, orphaned stream ids', of: ['inFlight', 'openStreams', 'orphaned'] },
];

/** The samples over the operations, as SVG. */
export function soakFigure(samples: readonly SoakSample[], title: string): string {
  const height = TOP + panels.length * (PANEL + GAP) + 16;
  const most = samples.at(-1)?.operations ?? 1;
  const x = (operations: number): number => LEFT + (operations / most) * (WIDTH - LEFT - RIGHT);
  const parts = panels.map(({ title: name, of }, index) =>
    panel(samples, name, of, TOP + index * (PANEL + GAP) + 16, x),
  );
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = x(share * most).toFixed(1);
    return `<text x="${at}" y="${height - 6}" text-anchor="middle">${millions(share * most)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11" fill="#24292f">
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="${LEFT}" y="22" font-size="14" font-weight="bold">${title}</text>
<text x="${LEFT}" y="38">millions of operations</text>
${parts.join('\n')}
${ticks.join('\n')}
</svg>
`;
}

function panel(
  samples: readonly SoakSample[],
  title: string,
  names: readonly (keyof SoakSample)[],
  top: number,
  x: (operations: number) => number,
): string {
  const most = Math.max(1, ...samples.flatMap((sample) => names.map((name) => sample[name]))) * 1.1;
  const bottom = top + PANEL;
  const y = (value: number): number => bottom - (value / most) * PANEL;
  const lines = names.map((name, i) => {
    const points = samples.map((sample) => `${x(sample.operations).toFixed(1)},${y(sample[name]).toFixed(1)}`);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLORS[i]}" stroke-width="1.4"/>`;
  });
  const legend = names.map((name, i) => `<tspan fill="${COLORS[i]}"> ■ ${name}</tspan>`);
  return [
    `<text x="${LEFT}" y="${top - 5}">${title}:${legend.join('')}</text>`,
    `<path d="M${LEFT} ${top}V${bottom}H${WIDTH - RIGHT}" fill="none" stroke="#8c959f"/>`,
    `<text x="${LEFT - 6}" y="${top + 10}" text-anchor="end">${Math.round(most)}</text>`,
    `<text x="${LEFT - 6}" y="${bottom}" text-anchor="end">0</text>`,
    ...lines,
  ].join('\n');
}

function millions(operations: number): string {
  return (operations / 1e6).toFixed(1);
}
