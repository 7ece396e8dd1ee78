export type { ClusterListener } from './cluster-listener.ts';
export type { ClusterNode } from './cluster-node.ts';
export type { ClusterState, NodeFollower } from './cluster-state.ts';
export { ClusterWatch } from './cluster-watch.ts';
export { ConnectLimiter } from './connect-limiter.ts';
export { ConnectionPool } from './connection-pool.ts';
export type { KeptKeyspaces } from './schema-keeper.ts';
export { SessionPools } from './session-pools.ts';
export { waitFor, type WaitBounds } from './waiting.ts';
