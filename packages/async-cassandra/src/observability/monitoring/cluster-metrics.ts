/** Why a check has failed; never holds a value. */
export interface CheckFailure {
  /** The error's `code`, `CASS_ERR_...`. */
  readonly code: string;
  readonly message: string;
}

/** What a health check found out about one node; plain data. */
export interface HostMetrics {
  readonly hostId: string;
  /** Address and port as one text: `10.0.0.1:9042`. */
  readonly address: string;
  readonly dataCenter: string;
  readonly rack: string;
  /** `up`: it answered the check itself, in time. */
  readonly status: 'up' | 'down';
  /** Cassandra's version as the node says it; null when it did not answer. */
  readonly releaseVersion: string | null;
  /** Open connections of the session to the node, when it was checked. */
  readonly connectionCount: number;
  /** Requests of the session on them, when it was checked. */
  readonly inFlight: number;
  /** Milliseconds from sending the check to its answer; null when there was none. */
  readonly latencyMs: number | null;
  readonly lastError: CheckFailure | null;
  /** When the check ended, in milliseconds since the epoch. */
  readonly lastCheck: number;
}

/** One round of checks over all nodes that a session connects to; plain data. */
export interface ClusterMetrics {
  /** When the round ended, in milliseconds since the epoch. */
  readonly timestamp: number;
  /** Milliseconds that the round took. */
  readonly durationMs: number;
  /** As the nodes say it; null when none answered. */
  readonly clusterName: string | null;
  /** In the session's own order of its nodes. */
  readonly hosts: readonly HostMetrics[];
  readonly healthyHosts: number;
  readonly unhealthyHosts: number;
  readonly totalConnections: number;
  /** Requests of the session in flight, on all nodes. */
  readonly inFlight: number;
  /** Requests of the session that wait for room. */
  readonly queued: number;
}

/** What a session holds at the moment, with what was last found out about its nodes; plain data. */
export interface ConnectionSummary {
  readonly lifecycle: 'open' | 'closing' | 'closed';
  readonly totalHosts: number;
  /** Nodes that can be connected to, by the driver's own knowledge. */
  readonly upHosts: number;
  readonly downHosts: number;
  readonly totalConnections: number;
  readonly inFlight: number;
  readonly queued: number;
  readonly orphaned: number;
  /** Requests that may be in flight on one connection. */
  readonly maxRequestsPerConnection: number;
  /** Whether checks are made by themselves. */
  readonly isMonitoring: boolean;
  /** When the last round of checks ended, in milliseconds since the epoch; null before the first. */
  readonly lastCheck: number | null;
  readonly hosts: readonly HostConnections[];
}

/** One node in a `ConnectionSummary`. */
export interface HostConnections {
  readonly hostId: string;
  readonly address: string;
  readonly isUp: boolean;
  readonly connectionCount: number;
  readonly inFlight: number;
  /** What the last check said; `unknown` before the first. */
  readonly status: 'up' | 'down' | 'unknown';
  /** Of the last check. */
  readonly latencyMs: number | null;
}
