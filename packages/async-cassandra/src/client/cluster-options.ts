import type { EncodingOptions } from '../codecs/index.ts';
import type { KeptKeyspaces } from '../cluster/index.ts';
import type { AuthProvider, EndPoint, TlsConnectionOptions } from '../connection/index.ts';
import type { Logger, RequestTracker } from '../diagnostics/index.ts';
import type { MetricsCollector, MetricsMiddleware } from '../observability/index.ts';
import type {
  AddressTranslator,
  LoadBalancingPolicy,
  ReconnectionPolicy,
  RequestIdGenerator,
  RetryPolicy,
  SpeculativeExecutionPolicy,
  TimestampGenerator,
} from '../policies/index.ts';
import type { Compression, Consistency, ProtocolVersion } from '../protocol/index.ts';
import type { ExecutionProfile } from '../session/index.ts';

/** User name and password. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** How connections are kept. */
export interface PoolingOptions {
  /** Connections of each session to each node. Default 1. */
  readonly connectionsPerNode?: number | undefined;
  /** Requests in flight on one connection, at most 32,768. Default 16,384. */
  readonly maxRequestsPerConnection?: number | undefined;
  /** A connection from which nothing was read for so long is probed; 0: never. Default 30,000. */
  readonly heartbeatIntervalMs?: number | undefined;
  /** A connection that leaves a probe unanswered for so long is replaced. Default 5,000. */
  readonly heartbeatTimeoutMs?: number | undefined;
}

/** Bounds; past one of them a request waits in the queue, or fails with `QueueFullError`. */
export interface LimitOptions {
  /** Requests in flight of one session. Default 16,384. */
  readonly maxInFlight?: number | undefined;
  /** Requests that wait for room. Default 65,536. */
  readonly maxQueued?: number | undefined;
  /** How long one may wait. Default: as long as its timeout. */
  readonly maxQueueMs?: number | undefined;
  /** Prepared statements remembered. Default 1,000. */
  readonly preparedStatements?: number | undefined;
  /** Open streams of one session. Default 10,000. */
  readonly openStreams?: number | undefined;
  /** Largest reply accepted. Default 256 MiB. */
  readonly maxEnvelopeBytes?: number | undefined;
  /** Bytes that wait to leave to one node before it counts as full. Default 16 MiB. */
  readonly maxBufferedWriteBytes?: number | undefined;
  /** Requests given up without a reply before their connection is replaced. Default 256. */
  readonly maxOrphaned?: number | undefined;
}

/** TLS: `true` for defaults, options of `node:tls`, or a function that makes them for each new connection. */
export type TlsOption = boolean | TlsConnectionOptions | ((endPoint: EndPoint) => TlsConnectionOptions);

/** Options of a cluster. All durations are milliseconds, all sizes bytes. */
export interface ClusterOptions {
  /** Where to begin: `host`, `host:port`, `[ipv6]:port`. Default `['127.0.0.1']`. */
  readonly contactPoints?: readonly string[] | undefined;
  /** Port of contact points without one. Default 9042. */
  readonly port?: number | undefined;
  /** Data centre whose nodes are near. Default: that of the contact points, when they share one. */
  readonly localDataCenter?: string | undefined;
  /** Rack whose nodes are nearest. Default: none is nearer than the others of the data centre. */
  readonly localRack?: string | undefined;
  /**
   * Keyspaces whose tables, types and functions `cluster.metadata` holds. Default `'all'`. They are read after `connect`
   * has resolved, so that large schemas do not delay it; `refreshSchema()` waits for them.
   */
  readonly schemaKeyspaces?: KeptKeyspaces | undefined;
  /** Keyspace of sessions that name none. */
  readonly keyspace?: string | undefined;
  readonly credentials?: Credentials | undefined;
  /** Another authentication than user name and password. */
  readonly authProvider?: AuthProvider | undefined;
  /** Default: plain TCP. Certificates and names are verified unless you say otherwise in the options. */
  readonly tls?: TlsOption | undefined;
  /** Default: the highest that both sides have. */
  readonly protocolVersion?: ProtocolVersion | undefined;
  /** Default `none`. `snappy` exists on version 4 only. */
  readonly compression?: Compression | undefined;
  /** Default `LOCAL_ONE`. */
  readonly consistency?: Consistency | undefined;
  /** Default `SERIAL`. */
  readonly serialConsistency?: 'SERIAL' | 'LOCAL_SERIAL' | undefined;
  /** Rows a page. Default 5,000. */
  readonly fetchSize?: number | undefined;
  readonly pooling?: PoolingOptions | undefined;
  /** Bounds a whole request. Default 12,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Bounds one attempt. Default: the request's whole time. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Bounds opening a connection. Default 5,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long `close` lets requests finish unless it is told. Default 10,000. */
  readonly drainTimeoutMs?: number | undefined;
  readonly limits?: LimitOptions | undefined;
  readonly loadBalancingPolicy?: LoadBalancingPolicy | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
  readonly reconnectionPolicy?: ReconnectionPolicy | undefined;
  readonly speculativeExecutionPolicy?: SpeculativeExecutionPolicy | undefined;
  readonly timestampGenerator?: TimestampGenerator | undefined;
  readonly addressTranslator?: AddressTranslator | undefined;
  /** Has an id sent with each request, in its custom payload. Default: none is. */
  readonly requestIdGenerator?: RequestIdGenerator | undefined;
  /** Settings by name, for the request option `executionProfile`. */
  readonly executionProfiles?: Readonly<Record<string, ExecutionProfile>> | undefined;
  /** Asks servers to refuse requests when overloaded instead of slowing the connection down (5.0, `THROW_ON_OVERLOAD`). Default false. */
  readonly throwOnOverload?: boolean | undefined;
  /** Looks up host names. Default: the system's. */
  readonly lookup?: ((host: string) => Promise<readonly string[]>) | undefined;
  /** Default: silent. `console` and pino fit. */
  readonly logger?: Logger | undefined;
  /** Requests that take at least this long, in milliseconds, are logged as warnings, without their values. Default: none is. */
  readonly slowQueryThresholdMs?: number | undefined;
  /** Measures the requests of all sessions: a middleware, or the collectors for one. Default: nothing is measured. */
  readonly metrics?: MetricsMiddleware | readonly MetricsCollector[] | undefined;
  /** Told of all requests of all sessions, as by `session.observe`. Default: none. */
  readonly trackers?: readonly RequestTracker[] | undefined;
  readonly encoding?: EncodingOptions | undefined;
  /** Told to the servers, which show it in `system_views.clients`. */
  readonly applicationName?: string | undefined;
  readonly applicationVersion?: string | undefined;
}
