import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestLifetime } from './request-lifetime.ts';
import { RequestSession } from './request-session.ts';

/** What the plugin keeps with a request; a property that its users do not see. */
const LIFETIME: unique symbol = Symbol('async-cassandra.lifetime');
const SESSION: unique symbol = Symbol('async-cassandra.session');

interface Marked {
  [LIFETIME]?: RequestLifetime | null;
  [SESSION]?: RequestSession | null;
}

/** The lifetime of a request that came in after the plugin was registered. */
export function lifetimeOf(request: FastifyRequest): RequestLifetime | undefined {
  return (request as Marked)[LIFETIME] ?? undefined;
}

/** Gives every request its signal and its session. */
export function addRequestHooks(instance: FastifyInstance, deadlineMs: number | false): void {
  // Declared beforehand, so that all requests have one shape.
  instance.decorateRequest(LIFETIME, null);
  instance.decorateRequest(SESSION, null);
  instance.decorateRequest('cassandraSignal', {
    getter(this: FastifyRequest): AbortSignal {
      return required(this).signal;
    },
  });
  instance.decorateRequest('cassandra', {
    getter(this: FastifyRequest): RequestSession {
      const marked = this as Marked;
      return (marked[SESSION] ??= new RequestSession(this.server.cassandra, null, required(this)));
    },
  });
  instance.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const own = request.routeOptions.config.cassandra?.deadlineMs;
    (request as Marked)[LIFETIME] = new RequestLifetime(reply.raw, own ?? deadlineMs);
    done();
  });
}

function required(request: FastifyRequest): RequestLifetime {
  const lifetime = lifetimeOf(request);
  if (lifetime === undefined) throw new TypeError('The plugin must be registered before the routes that use it');
  return lifetime;
}
