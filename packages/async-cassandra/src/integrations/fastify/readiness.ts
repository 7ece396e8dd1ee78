import { type CassandraSession, innermostSession, type SessionState } from '../../session/index.ts';

/** Why a session cannot serve requests. */
export type NotReadyReason = 'closing' | 'noNodeUp';

/** Whether one session can serve requests. No addresses: the answer may be read by anybody who reaches the port. */
export interface SessionReadiness {
  readonly isReady: boolean;
  /** Absent when it is ready. */
  readonly reason?: NotReadyReason;
  /** Local nodes that are up and connected; absent when the session does not tell its state. */
  readonly nodesUp?: number;
  /** Local nodes that the session would use. */
  readonly nodes?: number;
}

/** Whether the service can serve requests, and what its sessions say. */
export interface Readiness {
  readonly status: 'ready' | 'notReady';
  /** Why not: `draining` once the service is about to close, else of the first session that is required and not ready. */
  readonly reason?: NotReadyReason | 'draining' | 'noSession';
  readonly sessions: Readonly<Record<string, SessionReadiness>>;
}

/** A session that tells its state, as `AsyncCassandraSession` does. */
interface Observable {
  readonly state: SessionState;
}

/** Looks at the state that the session knows anyway: no request is sent, so that probing costs the cluster nothing. */
export function readinessOf(session: CassandraSession, localDataCenter: string | undefined): SessionReadiness {
  const innermost = innermostSession(session);
  if (!isObservable(innermost)) return { isReady: true };
  const { lifecycle, nodes: all } = innermost.state;
  const local = localDataCenter === undefined ? all : all.filter((node) => node.dataCenter === localDataCenter);
  const nodesUp = local.filter((node) => node.isUp && node.openConnections > 0).length;
  const counts = { nodesUp, nodes: local.length };
  if (lifecycle !== 'open') return { isReady: false, reason: 'closing', ...counts };
  return nodesUp > 0 ? { isReady: true, ...counts } : { isReady: false, reason: 'noNodeUp', ...counts };
}

function isObservable(session: object): session is Observable {
  return 'state' in session && typeof session.state === 'object' && session.state !== null;
}
