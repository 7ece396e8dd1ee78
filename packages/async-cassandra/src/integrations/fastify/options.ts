import { AsyncCluster, type ClusterOptions } from '../../client/index.ts';
import { ConfigurationError, LONGEST_TIMER_MS, OptionReader } from '../../errors/index.ts';
import type { StatusPageOptions } from '../../observability/index.ts';
import type { CassandraSession } from '../../session/index.ts';

/** A registry of metrics as prom-client has it. */
export interface MetricsRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Where the plugin says how it is. */
export interface HealthOptions {
  /** Put in front of both paths. Default `/health`. */
  readonly prefix?: string | undefined;
  /** Answers 200 while the process can answer at all. Default `/live`. */
  readonly livePath?: string | undefined;
  /** Answers 200 when requests can be served, else 503 with the reason. Default `/ready`. */
  readonly readyPath?: string | undefined;
}

/** How errors of the driver are answered. */
export interface ErrorResponseOptions {
  /** Seconds in the header `Retry-After` of 503 and 429, more when a rate limit or a breaker says that it takes longer. Default 1. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Where and how the status page is served. */
export interface StatusPageRouteOptions extends StatusPageOptions {
  /** Default `/status`. */
  readonly path?: string | undefined;
  /** The cluster of the session, when the plugin was given `session`. */
  readonly cluster?: AsyncCluster | undefined;
}

/** Options of {@link cassandraPlugin}. Either `session` or `cluster` must be there. */
export interface CassandraPluginOptions {
  /** A session made elsewhere, decorated or not. It is left open when the service closes, unless `closeSession` is true. */
  readonly session?: CassandraSession | undefined;
  /** A cluster to open a session of, or the options of one that the plugin makes. What the plugin opens it closes. */
  readonly cluster?: AsyncCluster | ClusterOptions | undefined;
  /** Keyspace of the session that the plugin opens. */
  readonly keyspace?: string | undefined;
  /** By which name the session is found in `fastify.cassandra.get(name)`. Default `default`. */
  readonly name?: string | undefined;
  /** Whether the session is closed with the service. Default: whether the plugin opened it. */
  readonly closeSession?: boolean | undefined;
  /** Whether the service is ready only when this session is. Default true. */
  readonly isRequired?: boolean | undefined;
  /** Only nodes of this data centre make the service ready. Default: that of the options in `cluster`; without one any node does. */
  readonly localDataCenter?: string | undefined;
  /** Time that a request has in all, in milliseconds, before its queries are aborted; false: none. Default false. A route's `config.cassandra.deadlineMs` wins. */
  readonly deadlineMs?: number | false | undefined;
  /** How long `closeService()` serves on while readiness says 503, in milliseconds: more than load balancers need to notice. Default 5,000. */
  readonly drainDelayMs?: number | undefined;
  /** Replies that take longer than this after the service began to close are cut off, in milliseconds. Default 10,000. */
  readonly drainTimeoutMs?: number | undefined;
  /** Default: `/health/live` and `/health/ready`. */
  readonly health?: HealthOptions | false | undefined;
  /** Serves a registry's metrics. Default: not. `path` is `/metrics` unless given. */
  readonly metrics?: { readonly registry: MetricsRegistry; readonly path?: string | undefined } | undefined;
  /**
   * Serves a page, and with `?format=json` data, that show addresses and figures of the cluster and the session to all who can
   * reach it. Default: not.
   */
  readonly statusPage?: StatusPageRouteOptions | undefined;
  /** Default: errors of the driver are answered with the status that fits, and without what is inside. */
  readonly errors?: ErrorResponseOptions | false | undefined;
}

/** The options of the status page with their defaults. */
export interface StatusPageSettings {
  readonly path: string;
  readonly cluster: AsyncCluster | undefined;
  /** Read by the page itself. */
  readonly page: StatusPageOptions;
}

/** The options with their defaults. */
export interface PluginSettings {
  readonly session: CassandraSession | undefined;
  readonly cluster: AsyncCluster | ClusterOptions | undefined;
  readonly keyspace: string | undefined;
  readonly name: string;
  readonly closeSession: boolean;
  readonly isRequired: boolean;
  readonly localDataCenter: string | undefined;
  readonly deadlineMs: number | false;
  readonly drainDelayMs: number;
  readonly drainTimeoutMs: number;
  readonly livePath: string | undefined;
  readonly readyPath: string | undefined;
  readonly metrics: { readonly registry: MetricsRegistry; readonly path: string } | undefined;
  readonly statusPage: StatusPageSettings | undefined;
  readonly errors: { readonly retryAfterSeconds: number } | false;
}

const SESSION_METHODS = ['execute', 'executeStream', 'prepare', 'executeBatch', 'close'];

/** Checks the options and fills in the defaults. @throws ConfigurationError naming the option */
export function readPluginOptions(options: CassandraPluginOptions): PluginSettings {
  const reader = new OptionReader('', options);
  // Fastify's own options of every registration.
  for (const name of ['prefix', 'logLevel', 'logSerializers', 'encapsulate']) reader.raw(name);
  const session = reader.object<CassandraSession>('session', SESSION_METHODS, 'a session');
  const cluster = reader.object<AsyncCluster | ClusterOptions>('cluster', [], 'a cluster or the options of one');
  if ((session === undefined) === (cluster === undefined)) {
    throw new ConfigurationError('session', 'Give either "session" or "cluster"');
  }
  const keyspace = reader.text('keyspace');
  if (session !== undefined && keyspace !== undefined) {
    throw new ConfigurationError('keyspace', 'A session that is given has its keyspace; leave out "keyspace"');
  }
  const settings: PluginSettings = {
    session,
    cluster,
    keyspace,
    name: reader.text('name') ?? 'default',
    closeSession: reader.flag('closeSession', session === undefined),
    isRequired: reader.flag('isRequired', true),
    localDataCenter: reader.text('localDataCenter') ?? dataCenterOf(cluster),
    deadlineMs: reader.raw('deadlineMs') === false ? false : (reader.duration('deadlineMs', undefined) ?? false),
    drainDelayMs: reader.whole('drainDelayMs', 5_000, 0, LONGEST_TIMER_MS),
    drainTimeoutMs: reader.duration('drainTimeoutMs', 10_000),
    ...readHealth(reader.raw('health')),
    metrics: readMetrics(reader.raw('metrics')),
    statusPage: readStatusPage(reader.raw('statusPage'), session !== undefined),
    errors: readErrors(reader.raw('errors')),
  };
  reader.end();
  return settings;
}

function dataCenterOf(cluster: AsyncCluster | ClusterOptions | undefined): string | undefined {
  return cluster === undefined || cluster instanceof AsyncCluster ? undefined : cluster.localDataCenter;
}

function readHealth(options: unknown): Pick<PluginSettings, 'livePath' | 'readyPath'> {
  if (options === false) return { livePath: undefined, readyPath: undefined };
  const reader = new OptionReader('health', options);
  const prefix = reader.raw('prefix') === '' ? '' : (readPath(reader, 'prefix') ?? '/health');
  const paths = {
    livePath: `${prefix}${readPath(reader, 'livePath') ?? '/live'}`,
    readyPath: `${prefix}${readPath(reader, 'readyPath') ?? '/ready'}`,
  };
  reader.end();
  return paths;
}

function readMetrics(options: unknown): PluginSettings['metrics'] {
  if (options === undefined) return undefined;
  const reader = new OptionReader('metrics', options);
  const registry = reader.object<MetricsRegistry>('registry', ['metrics'], 'a registry of prom-client');
  if (registry === undefined) return reader.refuse('registry', 'a registry of prom-client');
  const path = readPath(reader, 'path') ?? '/metrics';
  reader.end();
  return { registry, path };
}

function readStatusPage(options: unknown, hasSession: boolean): StatusPageSettings | undefined {
  if (options === undefined) return undefined;
  const reader = new OptionReader('statusPage', options);
  const path = readPath(reader, 'path') ?? '/status';
  const cluster = reader.object<AsyncCluster>('cluster', [], 'an AsyncCluster');
  if (hasSession !== (cluster !== undefined)) {
    const reason = hasSession
      ? 'A session that is given does not tell its cluster; give it'
      : 'The plugin has its cluster';
    throw new ConfigurationError('statusPage.cluster', `${reason}: check "statusPage.cluster"`);
  }
  const { path: _path, cluster: _cluster, ...page } = options as StatusPageRouteOptions;
  return { path, cluster, page };
}

function readErrors(options: unknown): PluginSettings['errors'] {
  if (options === false) return false;
  const reader = new OptionReader('errors', options);
  const retryAfterSeconds = reader.whole('retryAfterSeconds', 1, 0, 86_400);
  reader.end();
  return { retryAfterSeconds };
}

function readPath(reader: OptionReader, name: string): string | undefined {
  const path = reader.text(name);
  if (path !== undefined && !path.startsWith('/')) reader.refuse(name, 'a path that begins with a slash');
  return path;
}
