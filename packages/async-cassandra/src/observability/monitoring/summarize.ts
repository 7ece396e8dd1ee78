import type { SessionState } from '../../session/index.ts';
import type { ClusterMetrics, ConnectionSummary } from './cluster-metrics.ts';

/** Joins what a session holds with what the last round of checks said. */
export function summarize(state: SessionState, last: ClusterMetrics | null, isMonitoring: boolean): ConnectionSummary {
  const checked = new Map(last?.hosts.map((host) => [host.hostId, host]));
  const upHosts = state.nodes.filter((node) => node.isUp).length;
  return {
    lifecycle: state.lifecycle,
    totalHosts: state.nodes.length,
    upHosts,
    downHosts: state.nodes.length - upHosts,
    totalConnections: state.openConnections,
    inFlight: state.inFlight,
    queued: state.queued,
    orphaned: state.nodes.reduce((sum, node) => sum + node.orphaned, 0),
    maxRequestsPerConnection: state.limits.maxRequestsPerConnection,
    isMonitoring,
    lastCheck: last?.timestamp ?? null,
    hosts: state.nodes.map((node) => ({
      hostId: node.hostId,
      address: node.endPoint,
      isUp: node.isUp,
      connectionCount: node.openConnections,
      inFlight: node.inFlight,
      status: checked.get(node.hostId)?.status ?? 'unknown',
      latencyMs: checked.get(node.hostId)?.latencyMs ?? null,
    })),
  };
}
