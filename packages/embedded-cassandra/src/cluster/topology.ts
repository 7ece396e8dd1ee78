/** The place of one node in a new cluster. */
export interface NodePlan {
  /** From 0, in the order of `cluster.nodes`. */
  readonly index: number;
  readonly dataCenter: string;
  readonly rack: string;
  readonly tokens: readonly string[];
}

/** Tokens of each node, as Cassandra recommends. */
const tokenCount = 16;

const ringStart = -(2n ** 63n);
const ringSize = 2n ** 64n;

/**
 * Places the first nodes. Their tokens are computed here, evenly and in turn, because nodes that choose for themselves
 * must join one after the other. Data centres are moved by a little so that no token is used twice.
 */
export function planTopology(
  dataCenters: readonly (readonly [name: string, nodes: number])[],
  racks: readonly string[],
): NodePlan[] {
  const plans: Omit<NodePlan, 'index'>[] = [];
  for (const [place, [dataCenter, nodes]] of dataCenters.entries()) {
    for (let node = 0; node < nodes; node++) {
      plans.push({ dataCenter, rack: rackOf(racks, node), tokens: tokensOf(node, nodes, BigInt(place + 1) * 1000n) });
    }
  }
  return plans.map((plan, index) => ({ index, ...plan }));
}

/**
 * Tokens for one more node: each in the middle of what is then the widest range of its data centre, so that it takes
 * its share from everybody. In a data centre without nodes they are spread evenly, off everybody's tokens.
 */
export function tokensForNewNode(
  nodes: readonly { readonly dataCenter: string; readonly tokens: readonly string[] }[],
  dataCenter: string,
): string[] {
  const ring = nodes.filter((node) => node.dataCenter === dataCenter).flatMap((node) => node.tokens.map(BigInt));
  if (ring.length === 0) return tokensOf(0, 1, freshOffset(nodes));
  ring.sort(ascending);
  return Array.from({ length: tokenCount }, () => String(splitWidestRange(ring)));
}

/** Adds the new token to the sorted ring and gives it back. */
function splitWidestRange(ring: bigint[]): bigint {
  let widest = 0n;
  let after = 0;
  for (const [index, token] of ring.entries()) {
    const next = ring[index + 1] ?? (ring[0] ?? 0n) + ringSize;
    if (next - token > widest) {
      widest = next - token;
      after = index;
    }
  }
  const middle = (ring[after] ?? 0n) + widest / 2n;
  const token = middle >= -ringStart ? middle - ringSize : middle;
  ring.push(token);
  ring.sort(ascending);
  return token;
}

function freshOffset(nodes: readonly { readonly tokens: readonly string[] }[]): bigint {
  const used = new Set(nodes.flatMap((node) => node.tokens));
  let offset = 500n;
  while (tokensOf(0, 1, offset).some((token) => used.has(token))) offset += 1000n;
  return offset;
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

/** The rack of the n-th node (from 0) of a data centre. */
export function rackOf(racks: readonly string[], node: number): string {
  return racks[node % racks.length] ?? 'rack1';
}

function tokensOf(node: number, nodes: number, offset: bigint): string[] {
  const slots = BigInt(nodes * tokenCount);
  return Array.from({ length: tokenCount }, (_, turn) => {
    const slot = BigInt(turn * nodes + node);
    return String(ringStart + (slot * ringSize) / slots + offset);
  });
}
