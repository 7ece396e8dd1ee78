import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import {
  type AsyncCassandraSession,
  type AsyncCluster,
  BatchStatement,
  type CassandraSession,
  type ClusterOptions,
} from '../../../src/index.ts';
import { CircuitBreakerSession } from '../../../src/integrations/circuit-breaker/index.ts';
import { cassandraPlugin } from '../../../src/integrations/fastify/index.ts';
import { PrometheusMetricsCollector } from '../../../src/integrations/prometheus/index.ts';
import { MetricsMiddleware } from '../../../src/observability/index.ts';
import { RateLimitedSession } from '../../../src/resilience/index.ts';

const WORKERS = 12;

/** A service with metrics and a status page, and work of every kind that metrics tell of. */
export class MeasuredService implements AsyncDisposable {
  readonly app: FastifyInstance;
  readonly #session: AsyncCassandraSession;
  /** As an export would use it: with few places, and given up when nothing works. */
  readonly #guarded: CircuitBreakerSession;
  readonly #work: Promise<unknown>[] = [];
  #isWorking = true;

  private constructor(app: FastifyInstance) {
    this.app = app;
    this.#session = innermost(app.cassandra.session);
    this.#guarded = new CircuitBreakerSession(
      new RateLimitedSession(this.#session, { maxConcurrent: 4, maxQueued: 20 }),
    );
  }

  static async start(
    makeCluster: (options: ClusterOptions) => AsyncCluster,
    keyspace: string,
  ): Promise<MeasuredService> {
    const registry = new Registry();
    const metrics = new MetricsMiddleware([new PrometheusMetricsCollector({ registry })]);
    const cluster = makeCluster({
      metrics,
      // Bursts of the service wait in the queue.
      limits: { maxInFlight: 24 },
      requestTimeoutMs: 5_000,
    });
    const app = fastify();
    app.addHook('onClose', () => cluster.close());
    await app.register(cassandraPlugin, { cluster, keyspace, metrics: { registry }, statusPage: { path: '/status' } });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const service = new MeasuredService(app);
    metrics.observe(service.#guarded);
    return service;
  }

  /** `127.0.0.1:port`. */
  get address(): string {
    return `127.0.0.1:${(this.app.server.address() as AddressInfo).port}`;
  }

  /** Begins to work, until the service is disposed. */
  work(): void {
    for (let worker = 0; worker < WORKERS; worker++) this.#work.push(this.#steadily(() => this.#round(worker), 20));
    this.#work.push(this.#steadily(() => this.#burst(), 700));
    this.#work.push(this.#steadily(() => this.#mistakes(), 400));
    this.#work.push(this.#steadily(() => this.#exports(), 300));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isWorking = false;
    await Promise.all(this.#work);
    await this.app.close();
  }

  async #steadily(step: () => Promise<unknown>, pauseMs: number): Promise<void> {
    while (this.#isWorking) {
      await step().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #round(worker: number): Promise<void> {
    const k = worker * 1000 + Math.floor(Math.random() * 1000);
    const session = this.#session;
    await session.execute('INSERT INTO t (k, v) VALUES (?, ?)', [k, k], { idempotent: true });
    await session.execute('SELECT v FROM t WHERE k = ?', [k]);
    const batch = new BatchStatement('unlogged');
    for (let n = 0; n < 3; n++) batch.add('INSERT INTO t (k, v) VALUES (?, ?)', [k + n, n], { idempotent: true });
    await session.executeBatch(batch, { idempotent: true });
    if (worker > 2) return;
    let rows = 0;
    for await (const _row of await session.executeStream('SELECT k FROM t LIMIT 300', [], { fetchSize: 100 })) rows++;
    if (rows === 0) throw new Error('The table is empty');
  }

  async #burst(): Promise<void> {
    const reads = Array.from({ length: 200 }, (_, k) => this.#session.execute('SELECT v FROM t WHERE k = ?', [k]));
    await Promise.allSettled(reads);
  }

  /** More than the rate limit lets pass at once. */
  async #exports(): Promise<void> {
    const reads = Array.from({ length: 30 }, (_, k) => this.#guarded.execute('SELECT v FROM t WHERE k = ?', [k]));
    await Promise.allSettled(reads);
  }

  /** What goes wrong in every service: wrong statements, deadlines, clients that hang up; and what policies make of failures. */
  async #mistakes(): Promise<void> {
    const session = this.#session;
    const ignoring = { onUnavailable: () => ({ decision: 'ignore' }) as const };
    const again = {
      onUnavailable: ({ retries }: { retries: number }) =>
        ({ decision: retries === 0 ? 'retryNext' : 'rethrow' }) as const,
    };
    await Promise.allSettled([
      session.execute('SELECT nonsense FROM t'),
      session.execute('SELECT v FROM t LIMIT 1000', undefined, { timeoutMs: 1 }),
      session.execute('SELECT v FROM t LIMIT 1000', undefined, { signal: AbortSignal.timeout(2) }),
      // Three of one replica: unavailable, whatever is up.
      session.execute('SELECT v FROM measured_once.few WHERE k = 1', undefined, {
        consistency: 'THREE',
        retryPolicy: ignoring,
      }),
      session.execute('SELECT v FROM measured_once.few WHERE k = 1', undefined, {
        consistency: 'THREE',
        retryPolicy: again,
      }),
    ]);
  }
}

function innermost(session: CassandraSession): AsyncCassandraSession {
  return session as AsyncCassandraSession;
}
