import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PluginSettings } from './options.ts';

/** Probes must not be answered from a cache on their way. */
const NO_STORE = 'no-store';

/** The routes for those who operate the service. They are not part of its own interface: OpenAPI leaves them out. */
export function addRoutes(instance: FastifyInstance, settings: PluginSettings): void {
  const { livePath, readyPath, metrics } = settings;
  const options = { logLevel: 'warn', schema: { hide: true } as object } as const;
  if (livePath !== undefined) {
    instance.get(livePath, options, async (_request: FastifyRequest, reply: FastifyReply) => {
      void reply.header('cache-control', NO_STORE);
      return { status: 'live' };
    });
  }
  if (readyPath !== undefined) {
    instance.get(readyPath, options, async (_request: FastifyRequest, reply: FastifyReply) => {
      const readiness = instance.cassandra.readiness();
      void reply.code(readiness.status === 'ready' ? 200 : 503).header('cache-control', NO_STORE);
      return readiness;
    });
  }
  if (metrics !== undefined) {
    const { registry, path } = metrics;
    instance.get(path, options, async (_request: FastifyRequest, reply: FastifyReply) => {
      const text = await registry.metrics();
      void reply.header('content-type', registry.contentType).header('cache-control', NO_STORE);
      return text;
    });
  }
}
