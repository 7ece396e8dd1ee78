import type { FastifyInstance } from 'fastify';
import type { AsyncCassandraSession } from 'async-cassandra';
import { Gauge, Histogram, type Registry } from 'prom-client';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Measures requests by route, never by path: paths have ids in them, and each would be a series of its own. */
export function measureRequests(app: FastifyInstance, registers: Registry[]): void {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its reply',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const operations = new Histogram({
    name: 'http_request_cassandra_operations',
    help: 'Statements, batches and streams executed for a request',
    labelNames: ['method', 'route'],
    buckets: [0, 1, 2, 5, 10, 50, 100],
    registers,
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    durations.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
    operations.observe({ method, route }, request.cassandra.operations);
    done();
  });
}

/** The session's own figures, read when they are asked for. */
export function measureSession(session: AsyncCassandraSession, registers: Registry[]): void {
  const figures = {
    inFlight: 'in flight',
    queued: 'that wait for room',
    openStreams: 'that are open streams',
  } as const;
  for (const [name, what] of Object.entries(figures) as [keyof typeof figures, string][]) {
    new Gauge({
      name: `shop_cassandra_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
      help: `Requests to Cassandra ${what}`,
      registers,
      collect() {
        this.set(session.state[name]);
      },
    });
  }
  new Gauge({
    name: 'shop_cassandra_open_connections',
    help: 'Connections to Cassandra that take requests',
    registers,
    collect() {
      this.set(session.state.openConnections);
    },
  });
}
