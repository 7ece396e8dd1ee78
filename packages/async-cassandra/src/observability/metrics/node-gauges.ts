import type { SessionState } from '../../session/index.ts';

/** What all sessions together hold of one node. */
export interface NodeGauges {
  readonly labels: { readonly node: string; readonly datacenter: string };
  isUp: boolean;
  openConnections: number;
  inFlight: number;
  orphaned: number;
  available: number;
  bufferedBytes: number;
}

/** Adds the states of sessions up, node by node. */
export function gaugesByNode(states: readonly SessionState[]): NodeGauges[] {
  const nodes = new Map<string, NodeGauges>();
  for (const { nodes: held, limits } of states) {
    for (const node of held) {
      const gauges = nodes.get(node.hostId) ?? {
        labels: { node: node.endPoint, datacenter: node.dataCenter },
        isUp: false,
        openConnections: 0,
        inFlight: 0,
        orphaned: 0,
        available: 0,
        bufferedBytes: 0,
      };
      nodes.set(node.hostId, gauges);
      gauges.isUp ||= node.isUp;
      gauges.openConnections += node.openConnections;
      gauges.inFlight += node.inFlight;
      gauges.orphaned += node.orphaned;
      gauges.bufferedBytes += node.bufferedBytes;
      const room = node.openConnections * limits.maxRequestsPerConnection - node.inFlight;
      gauges.available += Math.max(0, room);
    }
  }
  return [...nodes.values()];
}
