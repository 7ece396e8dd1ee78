export type { ClusterListener } from './cluster-listener.ts';
export { ClusterNode } from './cluster-node.ts';
export { ClusterState, type NodeFollower } from './cluster-state.ts';
export { ClusterWatch, type ClusterWatchOptions } from './cluster-watch.ts';
export { ConnectLimiter, MAX_PARALLEL_CONNECTS } from './connect-limiter.ts';
export { ConnectionPool } from './connection-pool.ts';
export type { KeptKeyspaces } from './schema-keeper.ts';
export { type SessionConnectOptions, SessionPools, type SessionPoolsOptions } from './session-pools.ts';
export { sleep, waitFor, type WaitBounds } from './waiting.ts';
