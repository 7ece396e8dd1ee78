import type { StatusSeries, StatusSnapshot } from '../snapshot.ts';
import { formatCount, formatMany, formatMs, formatNumber, formatRatio, formatSpan } from './format.ts';
import { html, type Html } from './html.ts';
import { chart } from './sparkline.ts';

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly lines?: readonly StatusSeries[];
  readonly format?: (value: number | null) => string;
  readonly className?: string;
  /** Whether somebody should look at it. */
  readonly isBad?: boolean;
}

/** The figures of the whole session. */
export function tiles(snapshot: StatusSnapshot): Html {
  const { traffic, limits, nodes } = snapshot;
  const used = nodes.filter((node) => node.condition !== 'unused');
  const up = used.filter((node) => node.condition === 'up').length;
  const unused = nodes.length - used.length;
  const all: Tile[] = [
    {
      name: 'Requests',
      value: formatNumber(traffic.requestsPerSecond),
      note: 'a second',
      lines: [traffic.history.requestsPerSecond],
      format: (value) => `${formatNumber(value)} a second`,
    },
    {
      name: 'Latency',
      value: formatMs(traffic.p99Ms),
      note: `p99; p50 ${formatMs(traffic.p50Ms)}`,
      lines: [traffic.history.p99Ms, traffic.history.p50Ms],
      format: formatMs,
    },
    {
      name: 'Errors',
      value: formatRatio(traffic.errorRatio),
      note: 'of requests',
      lines: [traffic.history.errorRatio],
      format: formatRatio,
      className: 'errors',
      isBad: (traffic.errorRatio ?? 0) > 0,
    },
    {
      name: 'In flight',
      value: formatCount(snapshot.inFlight),
      note: `of ${formatCount(limits.maxInFlight)}`,
      lines: [snapshot.inFlightHistory],
      format: formatNumber,
    },
    {
      name: 'Nodes up',
      value: `${up} of ${used.length}`,
      note: unused === 0 ? formatMany(snapshot.openConnections, 'connection') : `${unused} not used`,
      isBad: up < used.length,
    },
    {
      name: 'Queued',
      value: formatCount(snapshot.queued),
      note: `of ${formatCount(limits.maxQueued)}`,
      isBad: snapshot.queued > limits.maxQueued / 2,
    },
    {
      name: 'Open streams',
      value: formatCount(snapshot.openStreams),
      note: `of ${formatCount(limits.openStreams)}`,
      isBad: snapshot.openStreams > limits.openStreams / 2,
    },
    {
      name: 'Prepared statements',
      value: formatCount(snapshot.preparedStatements),
      note: `of ${formatCount(limits.preparedStatements)}`,
    },
  ];
  return html`<dl class="tiles">${all.map((tile) => renderTile(tile, snapshot))}</dl>`;
}

function renderTile(tile: Tile, { historySize, intervalMs }: StatusSnapshot): Html {
  const { lines, format = formatNumber } = tile;
  const drawn =
    lines === undefined
      ? html``
      : html`<dd class="trend">${chart(lines, {
          label: describe(`${tile.name}, last ${formatSpan(historySize * intervalMs)}`, lines[0] ?? [], format),
          size: historySize,
        })}</dd>`;
  const className = ['tile', tile.className ?? '', tile.isBad === true ? 'bad' : ''].join(' ').trim();
  return html`<div class="${className}"><dt>${tile.name}</dt><dd class="value">${tile.value}</dd><dd class="note">${tile.note}</dd>${drawn}</div>`;
}

/** A line in words: `Latency p99, last 3 minutes: from 1.2 ms to 8 ms, now 2 ms`. */
export function describe(name: string, line: StatusSeries, format: (value: number | null) => string): string {
  const known = line.filter((value) => value !== null);
  if (known.length === 0) return `${name}: nothing measured yet`;
  const range = `from ${format(Math.min(...known))} to ${format(Math.max(...known))}`;
  return `${name}: ${range}, now ${format(line.at(-1) ?? null).replace('–', 'nothing')}`;
}
