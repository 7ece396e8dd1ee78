import { type ClusterWatch, type ConnectLimiter, SessionPools } from '../cluster/index.ts';
import { type ConnectionConfig, type EndPoint, openConnection } from '../connection/index.ts';
import { SlowQueryLog } from '../observability/index.ts';
import type { SchemaChange } from '../protocol/index.ts';
import {
  AsyncCassandraSession,
  defaultSettings,
  OpenStreams,
  PrepareCache,
  Repreparer,
  RequestCore,
  TextFactsCache,
  WaitQueue,
} from '../session/index.ts';
import { sessionLimits } from './read-limits.ts';
import type { ResolvedOptions } from './resolve-options.ts';

/** What the cluster lends to its sessions. */
export interface SessionContext {
  readonly options: ResolvedOptions;
  readonly watch: ClusterWatch;
  readonly config: ConnectionConfig;
  readonly limiter: ConnectLimiter;
  onClosed(session: AsyncCassandraSession): void;
}

/** Puts a session together and opens its pools. When that fails, nothing is left open. */
export async function openSession(
  context: SessionContext,
  keyspace: string | undefined,
  onOpening: (session: AsyncCassandraSession) => void,
): Promise<AsyncCassandraSession> {
  const { options, watch, config, limiter } = context;
  const { seams, logger, registry } = options;
  const { protocolVersion } = config;
  const queue = new WaitQueue(seams.timers, config.ticker, options.maxQueued, options.maxQueueMs);
  const pools = new SessionPools({
    state: watch.state,
    connectionsPerNode: options.connectionsPerNode,
    open: (endPoint: EndPoint, open) => openConnection(config, endPoint, open),
    connectionsUseKeyspace: protocolVersion < 5,
    keyspace,
    reconnectionPolicy: options.reconnectionPolicy,
    limiter,
    seams,
    logger,
    onAvailable: () => queue.wake(),
  });
  const repreparer = new Repreparer();
  const core = new RequestCore({
    protocolVersion,
    registry,
    seams,
    queue,
    maxInFlight: options.maxInFlight,
    timestampGenerator: options.timestampGenerator,
    logger,
    view: watch.state,
    pool: (node) => pools.poolOf(node),
    replicas: (name, bytes, start, end) => watch.replicas(name, bytes, start, end),
    replicasOfAll: (name) => watch.replicasOfAll(name),
    reprepare: (connection, preparation, timeoutMs) => repreparer.prepare(connection, preparation, timeoutMs),
    onSchemaChange: (change: SchemaChange, connection, timeoutMs, signal) => {
      cache.onSchemaChange(change);
      return watch.schemaAgreement(timeoutMs, signal, change, connection);
    },
    onKeyspaceSet: (name) =>
      pools.setKeyspace(name, () => {
        core.keyspace = name;
      }),
  });
  core.keyspace = protocolVersion < 5 ? keyspace : undefined;
  const facts = new TextFactsCache(options.preparedStatements);
  const defaults = defaultSettings(options.defaultProfile, options.customPayload);
  const cache = new PrepareCache(core, facts, defaults, options.preparedStatements);
  const session = new AsyncCassandraSession({
    core,
    pools,
    defaults,
    context: {
      protocolVersion,
      profile: (name) => options.profiles.get(name),
      node: (hostId) => watch.state.members.get(hostId),
    },
    facts,
    cache,
    streams: new OpenStreams(options.openStreams),
    drainTimeoutMs: options.drainTimeoutMs,
    limits: sessionLimits(options),
    schema: {
      metadata: () => watch.metadata,
      loadKeyspace: (name) => watch.keepKeyspaces([name]),
      refreshMetadata: () => watch.refresh(),
    },
    table: (inKeyspace, name) => watch.metadata.keyspaces.get(inKeyspace)?.tables.get(name),
    onClosed: () => context.onClosed(session),
  });
  // Known before it is open, so that a cluster that closes meanwhile closes it too.
  onOpening(session);
  try {
    await pools.start();
    // On v5 nothing has checked yet that the keyspace exists.
    if (keyspace !== undefined && protocolVersion >= 5) await session.setKeyspace(keyspace);
    for (const tracker of options.trackers) session.observe(tracker);
    const { slowQueryThresholdMs: thresholdMs } = options;
    if (thresholdMs !== undefined) session.observe(new SlowQueryLog({ thresholdMs, logger }));
    options.metrics?.observe(session);
    return session;
  } catch (error) {
    await session.close({ drainTimeoutMs: 0 });
    throw error;
  }
}
