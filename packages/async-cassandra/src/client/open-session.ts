import { ConnectLimiter } from '../cluster/connect-limiter.ts';
import { SessionPools } from '../cluster/session-pools.ts';
import { type ConnectionConfig, type EndPoint, openConnection } from '../connection/index.ts';
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
import type { ClusterLink } from './cluster-link.ts';
import type { ResolvedOptions } from './resolve-options.ts';

/** What the cluster lends to its sessions. */
export interface SessionContext {
  readonly options: ResolvedOptions;
  readonly link: ClusterLink;
  readonly config: ConnectionConfig;
  readonly limiter: ConnectLimiter;
  onClosed(session: AsyncCassandraSession): void;
}

/** Puts a session together and opens its pools. When that fails, nothing is left open. */
export async function openSession(
  context: SessionContext,
  keyspace: string | undefined,
): Promise<AsyncCassandraSession> {
  const { options, link, config, limiter } = context;
  const { seams, logger, registry } = options;
  const { protocolVersion } = config;
  const queue = new WaitQueue(seams.timers, config.ticker, options.maxQueued, options.maxQueueMs);
  const pools = new SessionPools({
    state: link.state,
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
    view: link.state,
    pool: (node) => pools.poolOf(node),
    replicas: (name, bytes, start, end) => link.replicas(name, bytes, start, end),
    reprepare: (connection, preparation, timeoutMs) => repreparer.prepare(connection, preparation, timeoutMs),
    onSchemaChange: (change: SchemaChange, timeoutMs, signal) => link.schemaChanged(change, timeoutMs, signal),
    onKeyspaceSet: async (name) => {
      await pools.setKeyspace(name);
      core.keyspace = name;
    },
  });
  core.keyspace = protocolVersion < 5 ? keyspace : undefined;
  const facts = new TextFactsCache(options.preparedStatements);
  const defaults = defaultSettings(options.defaultProfile);
  const session = new AsyncCassandraSession({
    core,
    pools,
    defaults,
    context: {
      protocolVersion,
      profile: (name) => options.profiles.get(name),
      node: (hostId) => link.state.members.get(hostId),
    },
    facts,
    cache: new PrepareCache(core, facts, defaults, options.preparedStatements),
    streams: new OpenStreams(options.openStreams),
    drainTimeoutMs: options.drainTimeoutMs,
    onClosed: (closed) => context.onClosed(closed),
  });
  try {
    await pools.start();
    // On v5 nothing has checked yet that the keyspace exists.
    if (keyspace !== undefined && protocolVersion >= 5) await session.setKeyspace(keyspace);
    return session;
  } catch (error) {
    await session.close({ drainTimeoutMs: 0 });
    throw error;
  }
}
