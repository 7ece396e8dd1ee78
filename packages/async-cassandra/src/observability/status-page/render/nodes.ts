import type { StatusNode, StatusNodeCondition, StatusSnapshot } from '../snapshot.ts';
import { formatCount, formatMany, formatMs, formatNumber, formatRatio, formatSpan } from './format.ts';
import { html, type Html } from './html.ts';
import { chart, largest } from './sparkline.ts';
import { describe } from './tiles.ts';

/** A page of more would be of no use; those that need a look are always shown. */
const SHOWN = 300;

/** Words and signs: nobody has to tell colours apart. */
export const CONDITIONS: Readonly<Record<StatusNodeCondition, { readonly word: string; readonly sign: string }>> = {
  up: { word: 'Up', sign: '●' },
  connecting: { word: 'Connecting', sign: '◌' },
  avoided: { word: 'Avoided', sign: '▲' },
  down: { word: 'Down', sign: '✕' },
  unused: { word: 'Not used', sign: '○' },
};

/** One table for each data centre. */
export function nodeTables(snapshot: StatusSnapshot): Html {
  const shown = shownNodes(snapshot.nodes);
  const centres = new Map<string, StatusNode[]>();
  for (const node of snapshot.nodes) centres.set(node.dataCenter, []);
  for (const node of shown) centres.get(node.dataCenter)?.push(node);
  const left = snapshot.nodes.length - shown.length;
  // One scale for all nodes: a line that is higher is a node that is slower.
  const topMs = largest(shown.map((node) => node.traffic.history.p99Ms));
  return html`${[...centres].map(([name, nodes], index) => table(name, nodes, { snapshot, index, topMs }))}${
    left > 0 ? html`<p class="note">${formatMany(left, 'more node')} that are up or not used are left out.</p>` : html``
  }`;
}

function shownNodes(nodes: readonly StatusNode[]): readonly StatusNode[] {
  if (nodes.length <= SHOWN) return nodes;
  const troubled = nodes.filter(isTroubled);
  const kept = new Set([...troubled, ...nodes].slice(0, Math.max(SHOWN, troubled.length)));
  return nodes.filter((node) => kept.has(node));
}

function isTroubled({ condition }: StatusNode): boolean {
  return condition !== 'up' && condition !== 'unused';
}

interface TableContext {
  readonly snapshot: StatusSnapshot;
  readonly index: number;
  readonly topMs: number;
}

function table(name: string, nodes: readonly StatusNode[], context: TableContext): Html {
  const all = context.snapshot.nodes.filter((node) => node.dataCenter === name);
  const used = all.filter((node) => node.condition !== 'unused');
  const up = used.filter((node) => node.condition === 'up').length;
  const racks = new Set(all.map((node) => node.rack)).size;
  const state = used.length === 0 ? 'not used by this session' : `${up} of ${formatMany(used.length, 'node')} up`;
  const span = formatSpan(context.snapshot.historySize * context.snapshot.intervalMs);
  const id = `dc-${context.index}`;
  return html`<div class="card">
<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
<table class="nodes">
<caption><span class="name" id="${id}"><span class="hidden">Data centre </span>${name}</span> <span class="note">${state}, ${formatMany(racks, 'rack')}</span></caption>
<thead><tr><th scope="col">Node</th><th scope="col">Rack</th><th scope="col">State</th><th scope="col" class="number">Requests/s</th><th scope="col" class="number">In flight</th><th scope="col" class="number">p50</th><th scope="col" class="number">p99</th><th scope="col" class="spark">p99, last ${span}</th><th scope="col" class="number">Errors</th><th scope="col" class="spark">Errors, last ${span}</th><th scope="col" class="number">Connections</th><th scope="col" class="number">Orphaned</th></tr></thead>
<tbody>${nodes.map((node) => row(node, context))}</tbody>
</table>
</div>
</div>`;
}

function row(node: StatusNode, { snapshot, topMs }: TableContext): Html {
  const { word, sign } = CONDITIONS[node.condition];
  const { traffic } = node;
  const size = snapshot.historySize;
  const version =
    node.releaseVersion === '' ? html`` : html`<span class="note">Cassandra ${node.releaseVersion}</span>`;
  return html`<tr class="${node.condition}"><th scope="row"><span class="address" title="Host id ${node.hostId}">${node.endPoint}</span>${version}</th><td>${node.rack}</td><td><span class="state"><span aria-hidden="true">${sign}</span> ${word}</span></td><td class="number">${formatNumber(traffic.requestsPerSecond)}</td><td class="number">${formatCount(node.inFlight)}</td><td class="number">${formatMs(traffic.p50Ms)}</td><td class="number">${formatMs(traffic.p99Ms)}</td><td class="spark">${chart(
    [traffic.history.p99Ms],
    { label: describe('Latency p99', traffic.history.p99Ms, formatMs), size, top: topMs },
  )}</td><td class="number${(traffic.errorRatio ?? 0) > 0 ? ' bad' : ''}">${formatRatio(traffic.errorRatio)}</td><td class="spark errors">${chart(
    [traffic.history.errorRatio],
    { label: describe('Errors', traffic.history.errorRatio, formatRatio), size, top: 1 },
  )}</td><td class="number">${formatCount(node.openConnections)}</td><td class="number">${formatCount(node.orphaned)}</td></tr>`;
}

/** The state of all nodes in a sentence: what is read aloud when it changes. */
export function summary(snapshot: StatusSnapshot): string {
  if (snapshot.lifecycle !== 'open') return `The session is ${snapshot.lifecycle}`;
  const used = snapshot.nodes.filter((node) => node.condition !== 'unused');
  const troubled = used.filter(isTroubled);
  if (used.length === 0) return 'No node is known yet';
  if (troubled.length === 0) return used.length === 1 ? 'The node is up' : `All ${used.length} nodes are up`;
  const named = troubled
    .slice(0, 3)
    .map((node) => `${node.endPoint} is ${CONDITIONS[node.condition].word.toLowerCase()}`);
  if (troubled.length > 3) named.push(`${troubled.length - 3} more`);
  return `${formatMany(troubled.length, 'node')} of ${used.length} not up: ${named.join(', ')}`;
}

/** How bad the summary is. */
export function severity(snapshot: StatusSnapshot): 'good' | 'warning' | 'bad' {
  const used = snapshot.nodes.filter((node) => node.condition !== 'unused');
  if (snapshot.lifecycle !== 'open' || used.length === 0 || used.some((node) => node.condition === 'down'))
    return 'bad';
  return used.some(isTroubled) ? 'warning' : 'good';
}
