import type { RequestTracker } from '../../diagnostics/index.ts';
import type { ClusterMetadata } from '../../metadata/index.ts';
import type { CassandraSession, SessionState } from '../../session/index.ts';
import { ConfigurationError } from '../../errors/index.ts';

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

/**
 * The session inside of all decorators, which have it as `inner`.
 * @throws ConfigurationError when it does not tell what it does
 */
export function statusSessionOf(session: StatusSession | CassandraSession): StatusSession {
  let current = session as Partial<StatusSession> & { readonly inner?: unknown };
  while (current.observe === undefined && typeof current.inner === 'object' && current.inner !== null)
    current = current.inner;
  if (typeof current.observe !== 'function' || current.state === undefined) {
    throw new ConfigurationError(
      'session',
      'A status page needs a session of AsyncCluster.connect(), or a decorator of one; check what was given',
    );
  }
  return current as StatusSession;
}
