import type { NodeInfo } from '../../metadata/index.ts';
import type { SessionNodeState, SessionState } from '../../session/index.ts';
import type { StatusNode, StatusNodeCondition, StatusTraffic } from './snapshot.ts';

/** What is said of a node without its traffic. */
export type NodeStatus = Omit<StatusNode, 'traffic'>;

/** All nodes that the cluster or the session knows, by data centre, rack and address. */
export function readNodes(members: ReadonlyMap<string, NodeInfo>, state: SessionState): NodeStatus[] {
  const nodes = new Map<string, NodeStatus>();
  for (const [hostId, info] of members) nodes.set(hostId, nodeStatus(info, undefined));
  for (const held of state.nodes) nodes.set(held.hostId, nodeStatus(members.get(held.hostId), held));
  return [...nodes.values()].sort(byPlace);
}

/** @param traffic - undefined while nothing is known */
export function withTraffic(node: NodeStatus, traffic: StatusTraffic | undefined): StatusNode {
  return { ...node, traffic: traffic ?? NO_TRAFFIC };
}

const NO_TRAFFIC: StatusTraffic = Object.freeze({
  requestsPerSecond: null,
  errorRatio: null,
  p50Ms: null,
  p99Ms: null,
  history: Object.freeze({ requestsPerSecond: [], errorRatio: [], p50Ms: [], p99Ms: [] }),
});

/** At least one of the two is given. */
function nodeStatus(info: NodeInfo | undefined, held: SessionNodeState | undefined): NodeStatus {
  const place = (info ?? held) as NodeInfo | SessionNodeState;
  return {
    hostId: place.hostId,
    endPoint: place.endPoint,
    dataCenter: place.dataCenter,
    rack: place.rack,
    releaseVersion: info?.releaseVersion ?? '',
    condition: conditionOf(held),
    openConnections: held?.openConnections ?? 0,
    inFlight: held?.inFlight ?? 0,
    orphaned: held?.orphaned ?? 0,
    bufferedBytes: held?.bufferedBytes ?? 0,
  };
}

function conditionOf(held: SessionNodeState | undefined): StatusNodeCondition {
  if (held === undefined) return 'unused';
  if (!held.isUp) return 'down';
  if (held.openConnections === 0) return 'connecting';
  return held.breaker === undefined || held.breaker === 'closed' ? 'up' : 'avoided';
}

function byPlace(a: NodeStatus, b: NodeStatus): number {
  return compare(a.dataCenter, b.dataCenter) || compare(a.rack, b.rack) || byNumbers(a.endPoint, b.endPoint);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** 10.0.0.9 comes before 10.0.0.10. */
function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
