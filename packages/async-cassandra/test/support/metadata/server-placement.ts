import type { NodeInfo } from '../../../src/metadata/node-info.ts';

/** A ring as sorted big integers with their nodes: slow, and hard to get wrong. */
export class ReferenceRing {
  readonly #tokens: readonly { readonly at: bigint; readonly node: NodeInfo }[];
  readonly #owners: number;

  constructor(nodes: readonly NodeInfo[]) {
    const tokens = nodes.flatMap((node) => node.tokens.map((text) => ({ at: BigInt(text), node })));
    this.#tokens = tokens.sort((a, b) => (a.at < b.at ? -1 : 1));
    this.#owners = nodes.filter((node) => node.tokens.length > 0).length;
  }

  /** All nodes in the order in which a walk from a token on meets them. */
  walk(from: bigint): NodeInfo[] {
    const ring = this.#tokens;
    const start = Math.max(
      0,
      ring.findIndex(({ at }) => at >= from),
    );
    const met = new Set<NodeInfo>();
    for (let i = start; met.size < this.#owners; i++) {
      const step = ring[i % ring.length];
      if (step !== undefined) met.add(step.node);
    }
    return [...met];
  }
}

/**
 * What Cassandra 4 and later do in one data centre: each node is accepted when its rack is new, or while racks may repeat. It is
 * another algorithm than the driver's, which passes nodes over and comes back to them; both must find the same nodes.
 *
 * @param met - the nodes of the data centre in the order of the ring
 */
export function serverReplicas(met: readonly NodeInfo[], replicationFactor: number): Set<NodeInfo> {
  const racks = new Set<string>();
  const wanted = Math.min(replicationFactor, met.length);
  let repeats = replicationFactor - new Set(met.map((node) => node.rack)).size;
  const accepted = new Set<NodeInfo>();
  for (const node of met) {
    if (accepted.size === wanted) break;
    if (racks.has(node.rack) && repeats-- <= 0) continue;
    racks.add(node.rack);
    accepted.add(node);
  }
  return accepted;
}
