import { createNodeInfo, type NodeInfo } from '../metadata/index.ts';
import type { NodeRow } from './node-rows.ts';

/** A node that was described anew. */
export interface NodeChange {
  readonly before: NodeInfo;
  readonly after: NodeInfo;
}

/** What one reading of the system tables changes. Nodes that did not change keep their `NodeInfo` objects. */
export interface NodeDiff {
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  readonly added: readonly NodeInfo[];
  readonly removed: readonly NodeInfo[];
  readonly changed: readonly NodeChange[];
}

function sameTokens(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  // Nodes give them in one order, as a rule: then nothing is made for tens of thousands of them at each reading.
  if (a.every((token, i) => token === b[i])) return true;
  const known = new Set(a);
  return b.every((token) => known.has(token));
}

function sameAddress(node: { readonly address: string; readonly port: number }, row: NodeRow): boolean {
  return node.address === row.address && node.port === row.port;
}

/** Whether routing sees no difference: only versions of release or schema may differ. */
export function isSamePlace(
  node: NodeInfo,
  row: Pick<NodeRow, 'address' | 'port' | 'dataCenter' | 'rack' | 'tokens'>,
): boolean {
  return (
    node.address === row.address &&
    node.port === row.port &&
    node.dataCenter === row.dataCenter &&
    node.rack === row.rack &&
    sameTokens(node.tokens, row.tokens)
  );
}

/** Whether the ring, and with it who holds which data, is another one. */
export function changesTopology(diff: NodeDiff): boolean {
  return (
    diff.added.length > 0 ||
    diff.removed.length > 0 ||
    diff.changed.some(({ before, after }) => !isSamePlace(before, after))
  );
}

/**
 * One row a node. A node that came back under another address can have two rows for a while: the new one counts, unless
 * connections prove that the node is still where it was. The first row is the local node's and always counts.
 */
export function withoutDuplicates(
  rows: readonly NodeRow[],
  known: ReadonlyMap<string, NodeInfo>,
  isConnected: (hostId: string) => boolean,
): readonly NodeRow[] {
  const chosen = new Map<string, NodeRow>();
  for (const row of rows) {
    const other = chosen.get(row.hostId);
    const before = known.get(row.hostId);
    if (other === undefined) chosen.set(row.hostId, row);
    else if (other !== rows[0] && before !== undefined) {
      const betterThanOther = isConnected(row.hostId) ? sameAddress(before, row) : sameAddress(before, other);
      if (betterThanOther) chosen.set(row.hostId, row);
    }
  }
  return [...chosen.values()];
}

/**
 * Compares the nodes known with those found. A node is its host id; one found elsewhere has moved, not changed places
 * with another. Slots of removed nodes are given to added ones, lowest first, so that arrays by slot stay dense.
 */
export function diffNodes(known: ReadonlyMap<string, NodeInfo>, found: readonly NodeRow[]): NodeDiff {
  const nodes = new Map<string, NodeInfo>();
  const changed: NodeChange[] = [];
  const arrivals: NodeRow[] = [];
  const taken = new Set<number>();
  for (const row of found) {
    const before = known.get(row.hostId);
    if (before === undefined) {
      arrivals.push(row);
      continue;
    }
    const isUnchanged =
      isSamePlace(before, row) &&
      before.releaseVersion === row.releaseVersion &&
      before.schemaVersion === row.schemaVersion;
    const after = isUnchanged ? before : createNodeInfo({ ...row, slot: before.slot });
    if (after !== before) changed.push({ before, after });
    nodes.set(after.hostId, after);
    taken.add(after.slot);
  }
  const removed = [...known.values()].filter((node) => !nodes.has(node.hostId));
  const added: NodeInfo[] = [];
  let slot = 0;
  for (const row of arrivals) {
    while (taken.has(slot)) slot++;
    taken.add(slot);
    const node = createNodeInfo({ ...row, slot });
    added.push(node);
    nodes.set(node.hostId, node);
  }
  return { nodes, added, removed, changed };
}
