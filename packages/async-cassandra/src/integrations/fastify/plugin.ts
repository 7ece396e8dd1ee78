import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { AsyncCluster } from '../../client/index.ts';
import { Drain } from './draining.ts';
import { createErrorHandler } from './error-handler.ts';
import { type CassandraPluginOptions, type PluginSettings, readPluginOptions } from './options.ts';
import { addRequestHooks } from './request-hooks.ts';
import type { RequestSession } from './request-session.ts';
import { addRoutes } from './routes.ts';
import { addStatusRoute } from './status-route.ts';
import { FastifyCassandra, type RegisteredSession } from './sessions.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The sessions that `cassandraPlugin` was registered with. */
    readonly cassandra: FastifyCassandra;
  }
  interface FastifyRequest {
    /** The default session, whose work ends when this request has no use any more. */
    readonly cassandra: RequestSession;
    /** Fires when the client hangs up before its reply is complete, or the request's deadline passes. */
    readonly cassandraSignal: AbortSignal;
  }
  interface FastifyContextConfig {
    cassandra?: {
      /** Time for requests of this route, in milliseconds, before their queries are aborted; false: no limit. */
      readonly deadlineMs?: number | false;
    };
  }
}

/** A session, and how it is ended. */
interface OpenedSession extends Pick<RegisteredSession, 'session' | 'cluster'> {
  close(): Promise<void>;
}

/**
 * A Fastify plugin that gives a service its session: opened with the service, offered to its routes, and closed when the last
 * reply is out. Register it once, before the routes; once more, with another `name`, for each further session.
 */
export const cassandraPlugin: FastifyPluginAsync<CassandraPluginOptions> = fastifyPlugin(register, {
  name: 'async-cassandra',
  fastify: '5.x',
});

async function register(instance: FastifyInstance, options: CassandraPluginOptions): Promise<void> {
  const settings = readPluginOptions(options);
  const isFirst = !instance.hasDecorator('cassandra');
  const outer = isFirst ? null : instance.cassandra;
  const drain = outer?.drain ?? new Drain(instance, settings.drainDelayMs, settings.drainTimeoutMs);
  if (outer === null || !Object.hasOwn(instance, 'cassandra')) {
    instance.decorate('cassandra', new FastifyCassandra(outer, drain));
  }
  const sessions = instance.cassandra;
  sessions.assertFree(settings.name);
  if (isFirst) equip(instance, settings);
  const opened = await openSession(settings);
  // Fastify runs these when it takes no connections any more and the replies of its main server are complete.
  instance.addHook('onClose', async () => {
    await drain.repliesElsewhere();
    await opened.close();
  });
  const { name, isRequired, localDataCenter, statusPage } = settings;
  if (statusPage !== undefined) addStatusRoute(instance, statusPage, opened);
  sessions.add({ name, isRequired, localDataCenter, session: opened.session, cluster: opened.cluster });
}

/** What is there once for all sessions of a service. */
function equip(instance: FastifyInstance, settings: PluginSettings): void {
  addRequestHooks(instance, settings.deadlineMs);
  addRoutes(instance, settings);
  if (settings.errors !== false) {
    instance.setErrorHandler(createErrorHandler(instance.errorHandler, settings.errors.retryAfterSeconds));
  }
}

async function openSession(settings: PluginSettings): Promise<OpenedSession> {
  const { session, cluster, keyspace, closeSession } = settings;
  const nothing = (): Promise<void> => Promise.resolve();
  if (session !== undefined) {
    return { session, cluster: undefined, close: closeSession ? () => session.close() : nothing };
  }
  if (cluster instanceof AsyncCluster) {
    const opened = await cluster.connect(keyspace);
    return { session: opened, cluster, close: closeSession ? () => opened.close() : nothing };
  }
  const own = new AsyncCluster(cluster);
  try {
    return { session: await own.connect(keyspace), cluster: own, close: () => own.close() };
  } catch (error) {
    await own.close();
    throw error;
  }
}
