import type { ConnectionPool, SessionPools } from '../cluster/index.ts';
import type { BreakerState, LoadBalancingPolicy } from '../policies/index.ts';
import type { OpenStreams } from './open-streams.ts';
import type { PrepareCache } from './prepare-cache.ts';
import type { RequestCore } from './request-core.ts';

/** The bounds that hold for a session: its cluster's options `limits` and `pooling.maxRequestsPerConnection`. */
export interface SessionLimits {
  /** Requests in flight of the session. */
  readonly maxInFlight: number;
  /** Requests in flight on one connection. */
  readonly maxRequestsPerConnection: number;
  /** Requests that wait for room. */
  readonly maxQueued: number;
  /** How long one may wait, in milliseconds; Infinity: as long as its timeout. */
  readonly maxQueueMs: number;
  /** Prepared statements remembered. */
  readonly preparedStatements: number;
  readonly openStreams: number;
  /** Bytes of the largest reply. */
  readonly maxEnvelopeBytes: number;
  /** Bytes that wait to leave on one connection before it counts as full. */
  readonly maxBufferedWriteBytes: number;
  /** Requests given up without a reply on one connection before it is replaced. */
  readonly maxOrphaned: number;
}

/** What a session holds of one node. */
export interface SessionNodeState {
  readonly hostId: string;
  /** Address and port as one text: `10.0.0.1:9042`, `[::1]:9042`. */
  readonly endPoint: string;
  readonly dataCenter: string;
  readonly rack: string;
  /** Whether it can be connected to. */
  readonly isUp: boolean;
  /** Connections of this session that take requests. */
  readonly openConnections: number;
  /** Requests on them whose callers wait, the driver's own included. */
  readonly inFlight: number;
  /** Requests on them that were given up, and whose replies have not come. */
  readonly orphaned: number;
  /** Bytes handed to their sockets that have not left. */
  readonly bufferedBytes: number;
  /** The node's circuit breaker; undefined when the load balancing policy has none. */
  readonly breaker: BreakerState | undefined;
}

/** What a session holds at one moment, and its bounds. */
export interface SessionState {
  /** `closing`: nothing new is taken. `closed`: nothing is left. */
  readonly lifecycle: 'open' | 'closing' | 'closed';
  /** Operations accepted and not settled yet. */
  readonly activeOperations: number;
  /** Requests that wait for a reply. */
  readonly inFlight: number;
  /** Requests that wait for a connection with room. */
  readonly queued: number;
  readonly openStreams: number;
  readonly preparedStatements: number;
  readonly openConnections: number;
  /** The nodes that the session connects to; those that its load balancing policy ignores are not among them. */
  readonly nodes: readonly SessionNodeState[];
  readonly limits: SessionLimits;
}

/** What a session has had to do with one node since it was opened: numbers that only grow. */
export interface SessionNodeCounters {
  readonly hostId: string;
  /** Address and port as one text, as last known. */
  readonly endPoint: string;
  readonly dataCenter: string;
  readonly rack: string;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly connectionsOpened: number;
  /** Lost, replaced, or closed with the session. */
  readonly connectionsClosed: number;
  /** Attempts to open one that failed, refused credentials among them. */
  readonly connectionErrors: number;
  readonly authenticationErrors: number;
}

/** What a session has counted since it was opened; plain data. */
export interface SessionCounters {
  /** Uses of a text that was prepared already. */
  readonly preparedHits: number;
  /** Uses of a text that had to be prepared first. */
  readonly preparedMisses: number;
  /** How often trackers have thrown. */
  readonly trackerFailures: number;
  /** Also of nodes that have left. */
  readonly nodes: readonly SessionNodeCounters[];
}

/** Copies the counters. */
export function readSessionCounters({ pools, cache }: StateSource, trackerFailures: number): SessionCounters {
  return {
    preparedHits: cache.hits,
    preparedMisses: cache.misses,
    trackerFailures,
    nodes: Array.from(pools.counters, (node) => ({
      hostId: node.info.hostId,
      endPoint: node.info.endPoint,
      dataCenter: node.info.dataCenter,
      rack: node.info.rack,
      bytesSent: node.bytesSent,
      bytesReceived: node.bytesReceived,
      connectionsOpened: node.connectionsOpened,
      connectionsClosed: node.connectionsClosed,
      connectionErrors: node.connectionErrors,
      authenticationErrors: node.authenticationErrors,
    })),
  };
}

/** Where the state is read. */
export interface StateSource {
  readonly core: RequestCore;
  readonly pools: SessionPools;
  readonly streams: OpenStreams;
  readonly cache: PrepareCache;
  readonly limits: SessionLimits;
  readonly defaults: { readonly loadBalancingPolicy: LoadBalancingPolicy };
}

/** Takes a snapshot: plain data, which does not change afterwards. */
export function readSessionState(source: StateSource, lifecycle: SessionState['lifecycle']): SessionState {
  const { core, pools, streams, cache, limits } = source;
  const nodes = Array.from(pools, (pool) => nodeState(pool, source.defaults.loadBalancingPolicy));
  return {
    lifecycle,
    activeOperations: core.active,
    inFlight: core.inFlight,
    queued: core.queue.size,
    openStreams: streams.count,
    preparedStatements: cache.size,
    openConnections: nodes.reduce((sum, node) => sum + node.openConnections, 0),
    nodes,
    limits,
  };
}

function nodeState(
  { node, openCount, inFlight, orphaned, bufferedBytes }: ConnectionPool,
  policy: LoadBalancingPolicy,
): SessionNodeState {
  const { hostId, endPoint, dataCenter, rack } = node.info;
  return {
    hostId,
    endPoint,
    dataCenter,
    rack,
    isUp: node.isUp,
    openConnections: openCount,
    inFlight,
    orphaned,
    bufferedBytes,
    breaker: policy.breakerState?.(node.info),
  };
}
