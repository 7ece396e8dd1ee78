import swagger from '@fastify/swagger';
import { type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import underPressure from '@fastify/under-pressure';
import { AsyncCluster, type ClusterOptions, MetricsMiddleware } from 'async-cassandra';
import { cassandraPlugin } from 'async-cassandra/fastify';
import { PrometheusMetricsCollector } from 'async-cassandra/prometheus';
import { fastify, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { BackgroundWork } from './background-work.ts';
import { exportRoutes } from './exports.ts';
import { measureRequests } from './metrics.ts';
import { OrderStore } from './order-store.ts';
import { orderRoutes } from './orders.ts';
import { createSchema } from './schema.ts';
import { userRoutes } from './users.ts';

export interface ShopOptions {
  readonly cluster: ClusterOptions;
  /** Default `shop`. */
  readonly keyspace?: string;
  /** Copies of each row. Default 1. */
  readonly replicationFactor?: number;
  readonly logger?: FastifyServerOptions['logger'];
  /** How long it serves on when it is told to close. Default 0. */
  readonly drainDelayMs?: number;
  /** Longer delays of the event loop turn requests away. Default 1,000. */
  readonly maxEventLoopDelayMs?: number;
}

/** What a user would wait; whoever would have to wait longer is told so at once. */
const CLUSTER_DEFAULTS: ClusterOptions = {
  applicationName: 'fastify-shop',
  requestTimeoutMs: 5_000,
  limits: { maxInFlight: 1_024, maxQueued: 2_048, maxQueueMs: 2_000 },
};

/** The whole service, ready to listen. */
export async function createApp(options: ShopOptions): Promise<FastifyInstance> {
  const { keyspace = 'shop', replicationFactor = 1, drainDelayMs = 0, maxEventLoopDelayMs = 1_000 } = options;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = new MetricsMiddleware([new PrometheusMetricsCollector({ registry })]);
  const cluster = new AsyncCluster({ ...CLUSTER_DEFAULTS, metrics, ...options.cluster });
  const app = fastify({ logger: options.logger ?? false }).withTypeProvider<TypeBoxTypeProvider>();
  // Added before the plugin's own, so that the cluster is closed after the plugin's session.
  app.addHook('onClose', () => cluster.close());
  try {
    await createSchema(cluster, keyspace, replicationFactor);
    const session = await cluster.connect(keyspace);

    await app.register(swagger, { openapi: { info: { title: 'Shop', version: '1.0.0' } } });
    await app.register(cassandraPlugin, {
      session,
      closeSession: true,
      deadlineMs: 8_000,
      drainDelayMs,
      drainTimeoutMs: 20_000,
      metrics: { registry },
      // It shows addresses: keep the path from the outside, as /metrics.
      statusPage: { path: '/status', title: 'Shop', cluster },
    });
    app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());

    const store = await OrderStore.prepare(session);
    const work = new BackgroundWork(session, app.log);
    app.addHook('onClose', () => work.finished());
    // In a context of their own: health and metrics answer under pressure too.
    await app.register(async (shop) => {
      measureRequests(shop, [registry]);
      await shop.register(underPressure, { maxEventLoopDelay: maxEventLoopDelayMs, retryAfter: 1 });
      await shop.register(userRoutes);
      await shop.register(orderRoutes, { store, work });
      await shop.register(exportRoutes, { store });
    });
    await app.ready();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
