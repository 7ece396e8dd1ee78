import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AsyncCluster } from '../../client/index.ts';
import { StatusPage } from '../../observability/index.ts';
import type { CassandraSession } from '../../session/index.ts';
import type { StatusPageSettings } from './options.ts';

/** What the page shows. */
interface Shown {
  readonly session: CassandraSession;
  readonly cluster: AsyncCluster | undefined;
}

/** Serves the status page of a session, and measures only while somebody asks for it. */
export function addStatusRoute(instance: FastifyInstance, settings: StatusPageSettings, shown: Shown): void {
  const cluster = settings.cluster ?? shown.cluster;
  if (cluster === undefined) return;
  const page = new StatusPage(cluster, shown.session, settings.page);
  instance.addHook('onClose', async () => page.stop());
  const options = { logLevel: 'warn', schema: { hide: true } as object } as const;
  instance.get(settings.path, options, async (request: FastifyRequest, reply: FastifyReply) => {
    const { format } = request.query as { readonly format?: unknown };
    const { headers, body } = page.respond(format === 'json' ? 'json' : 'html');
    void reply.headers(headers);
    return body;
  });
}
