import type { RequestTracker } from '../../diagnostics/index.ts';
import type { ClusterMetadata } from '../../metadata/index.ts';
import type { SessionState } from '../../session/index.ts';

/** Where the status page reads what the cluster is; an `AsyncCluster` is one. */
export interface StatusCluster {
  readonly metadata: Pick<ClusterMetadata, 'clusterName' | 'nodes'>;
}

/** Where the status page reads what the session does; an `AsyncCassandraSession` is one. */
export interface StatusSession {
  readonly keyspace: string | undefined;
  readonly state: SessionState;
  observe(tracker: RequestTracker): unknown;
  unobserve(tracker: RequestTracker): unknown;
}
