/** The place of one node in a new cluster. */
export interface NodePlan {
  /** From 0, in the order of `cluster.nodes`. */
  readonly index: number;
  readonly dataCenter: string;
  readonly rack: string;
  readonly tokens: readonly string[];
}

/** Tokens of each node, as Cassandra recommends. */
export const tokenCount = 16;

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
