import { column, type CellResult } from './results.ts';
import { format } from './statistics.ts';

const WIDTH = 860;
const LABEL_WIDTH = 190;
const BAR_HEIGHT = 16;
const GAP = 4;
const TITLE_HEIGHT = 30;
const ROOM_FOR_FIGURE = 70;
const COLOURS: Readonly<Record<string, string>> = {
  raw: '#9aa5b1',
  'async-cassandra': '#1f77b4',
  'cassandra-driver': '#d9822b',
};

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Processor time for each operation as bars, cell by cell, each to its own scale. */
export function barsSvg(cells: readonly CellResult[]): string {
  const parts: string[] = [];
  let y = 10;
  for (const cell of cells.filter(({ group }) => group === 'throughput' || group === 'latency')) {
    y += TITLE_HEIGHT;
    parts.push(
      `<text x="10" y="${y - 10}" font-weight="bold">${escape(cell.title)}, processor time in us an operation</text>`,
    );
    const figures = cell.entries.map((entry) => column(entry, 'cpuUs'));
    const longest = Math.max(...figures);
    cell.entries.forEach((entry, i) => {
      const value = figures[i] ?? 0;
      const width = Math.max(1, (value / longest) * (WIDTH - LABEL_WIDTH - ROOM_FOR_FIGURE));
      const middle = y + BAR_HEIGHT - 4;
      parts.push(
        `<text x="10" y="${middle}">${escape(entry.name)}</text>`,
        `<rect x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" fill="${COLOURS[entry.spec.contestant] ?? '#555'}"/>`,
        `<text x="${(LABEL_WIDTH + width + 6).toFixed(1)}" y="${middle}">${format(value)}</text>`,
      );
      y += BAR_HEIGHT + GAP;
    });
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 10}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${y + 10}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
