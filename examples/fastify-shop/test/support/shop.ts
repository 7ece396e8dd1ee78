import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AsyncCassandraSession, AsyncCluster, type ClusterOptions, type SessionState } from 'async-cassandra';
import { connectionFromEnvironment } from 'embedded-cassandra';
import type { FastifyInstance } from 'fastify';
import { createApp, type ShopOptions } from '../../src/app.ts';
import { hourOf } from '../../src/hours.ts';
import type { OrderBody, UserBody } from '../../src/shapes.ts';

/** The suite's cluster. */
export function suiteCluster(): ClusterOptions {
  const target = connectionFromEnvironment();
  assert.ok(target !== null, 'Set CASSANDRA_CONTACT_POINTS, or run the file by `npm run tests acceptance <file>`');
  return target;
}

export const uniqueKeyspace = (): string => `shop_${randomBytes(5).toString('hex')}`;

/** A shop that listens, on a keyspace of its own that goes with it. */
export class TestShop implements AsyncDisposable {
  readonly app: FastifyInstance;
  readonly base: string;
  readonly #cluster: ClusterOptions;
  readonly #keyspace: string;

  private constructor(app: FastifyInstance, base: string, cluster: ClusterOptions, keyspace: string) {
    this.app = app;
    this.base = base;
    this.#cluster = cluster;
    this.#keyspace = keyspace;
  }

  static async open(options: Partial<ShopOptions> = {}): Promise<TestShop> {
    const keyspace = uniqueKeyspace();
    const cluster = options.cluster ?? suiteCluster();
    const app = await createApp({ maxEventLoopDelayMs: 30_000, ...options, cluster, keyspace });
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    return new TestShop(app, base, cluster, keyspace);
  }

  get session(): AsyncCassandraSession {
    const { session } = this.app.cassandra;
    assert.ok(session instanceof AsyncCassandraSession);
    return session;
  }

  get state(): SessionState {
    return this.session.state;
  }

  get(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.base}${path}`, init);
  }

  send(method: string, path: string, body: unknown): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return this.get(path, { method, headers, body: JSON.stringify(body) });
  }

  async addUser(name = 'Ada'): Promise<UserBody> {
    const response = await this.send('POST', '/users', { name, email: 'ada@example.org' });
    assert.equal(response.status, 201);
    return (await response.json()) as UserBody;
  }

  async addOrder(userId: string, total = '12.50'): Promise<OrderBody> {
    const response = await this.send('POST', '/orders', { userId, total, items: { tea: 2 } });
    assert.equal(response.status, 201);
    return (await response.json()) as OrderBody;
  }

  /** Orders of the past, made by {@link fillHour}. */
  fillHour(hour: Date, count: number, userId: string, items?: object): Promise<void> {
    return fillHour(this.session, hour, count, userId, items);
  }

  /** Nothing of any request is left in the session. */
  async idle(): Promise<void> {
    await eventually(() => {
      const { activeOperations, inFlight, queued, openStreams } = this.state;
      assert.deepEqual({ activeOperations, inFlight, queued, openStreams }, NOTHING);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
    await using cluster = new AsyncCluster(this.#cluster);
    const session = await cluster.connect();
    await session.execute(`DROP KEYSPACE IF EXISTS ${this.#keyspace}`, undefined, { timeoutMs: 60_000 });
  }
}

const NOTHING = { activeOperations: 0, inFlight: 0, queued: 0, openStreams: 0 };

/** Checks again and again until nothing is thrown, or time is over. */
export async function eventually(check: () => unknown, timeoutMs = 10_000): Promise<void> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(20);
    }
  }
}

/** Writes orders of the past, a millisecond each: the service itself makes them only now. */
export async function fillHour(
  session: AsyncCassandraSession,
  hour: Date,
  count: number,
  userId: string,
  items: object = { tea: 1 },
): Promise<void> {
  const insert = await session.prepare(
    `INSERT INTO orders_by_hour (hour, created, id, user_id, status, total, items) VALUES (?, ?, uuid(), ?, 'new', ?, ?)`,
  );
  const params = Array.from({ length: count }, (_, n) => [
    hourOf(hour),
    new Date(hour.getTime() + n),
    userId,
    `${n}.00`,
    items,
  ]);
  const { failed } = await session.executeConcurrent(insert, params, { concurrency: 64 });
  assert.equal(failed, 0);
}
