import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type ClientRequest, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import {
  AsyncCluster,
  CircuitOpenError,
  type CassandraSession,
  InvalidQueryError,
  QueueFullError,
  RateLimitExceededError,
  RateLimitedSession,
} from 'async-cassandra';
import { cassandraPlugin, type CassandraPluginOptions } from 'async-cassandra/fastify';
import { fastify, type FastifyInstance } from 'fastify';
import { delayed, error, eventually, never, rows, ScriptedServer, t } from '../../../support/index.ts';

/** A session that only the plugin needs to see. */
function fakeSession(overrides: Partial<CassandraSession> & { state?: unknown } = {}): CassandraSession {
  const refuse = (): Promise<never> => Promise.reject(new Error('Not here'));
  return {
    execute: refuse,
    executeStream: refuse,
    prepare: refuse,
    executeBatch: refuse,
    close: async () => {},
    ...overrides,
  };
}

describe('cassandraPlugin', () => {
  let server: ScriptedServer;
  let cluster: AsyncCluster;
  let app: FastifyInstance;

  before(async () => {
    server = await ScriptedServer.start({ versions: [4, 5] });
    cluster = new AsyncCluster({ contactPoints: [server.contactPoint], localDataCenter: 'datacenter1' });
  });
  after(async () => {
    await cluster.close();
    await server.stop();
  });
  beforeEach(() => {
    app = fastify();
  });
  afterEach(() => app.close());

  /** Listens, and gives the base address. */
  async function listen(options: CassandraPluginOptions = { cluster }): Promise<string> {
    await app.register(cassandraPlugin, options);
    app.get('/users', async (request) => (await request.cassandra.execute('SELECT name FROM users')).all());
    app.get('/slow', async (request) => (await request.cassandra.execute('SELECT slow FROM users')).all());
    app.get('/slow-limited', { config: { cassandra: { deadlineMs: 30 } } }, async (request) =>
      (await request.cassandra.execute('SELECT slow FROM users')).all(),
    );
    app.get('/broken', async (request) => (await request.cassandra.execute('SELECT broken FROM users')).all());
    return app.listen({ port: 0, host: '127.0.0.1' });
  }

  it('should serve from a session of its own, and close that with the service', async () => {
    server.when('SELECT name FROM users', rows({ name: t.text }, [['Ada']]));
    const options = { contactPoints: [server.contactPoint], localDataCenter: 'datacenter1' };
    const base = await listen({ cluster: options });
    assert.deepEqual(await (await fetch(`${base}/users`)).json(), [{ name: 'Ada' }]);
    const own = app.cassandra.cluster;
    await app.close();
    assert.equal(own?.closed, true);
  });

  it('should leave what it was given open', async () => {
    const session = await cluster.connect();
    await listen({ session });
    await app.close();
    assert.equal(session.closed, false);
    await session.close();
  });

  it('should abort the queries of a client that hangs up', async () => {
    server.when('SELECT slow FROM users', never());
    const base = await listen();
    const logged: unknown[] = [];
    app.log.info = (fields: unknown) => void logged.push(fields);
    const request: ClientRequest = get(`${base}/slow`);
    request.on('error', () => {});
    const state = (): number =>
      (app.cassandra.session as unknown as { state: { activeOperations: number } }).state.activeOperations;
    await eventually(() => assert.equal(state(), 1));
    request.destroy();
    await eventually(() => assert.equal(state(), 0));
  });

  it('should answer 504 when the deadline of a route passes', async () => {
    server.when('SELECT slow FROM users', never());
    const base = await listen({ cluster, deadlineMs: 60_000 });
    const response = await fetch(`${base}/slow-limited`);
    assert.equal(response.status, 504);
    assert.deepEqual(await response.json(), {
      statusCode: 504,
      code: 'CASS_ERR_ABORTED',
      error: 'Gateway Timeout',
      message: 'The database did not answer in time',
    });
  });

  it('should answer errors of the server without what they say', async () => {
    server.when('SELECT broken FROM users', error('overloaded'), { times: 10 });
    const base = await listen({ cluster, errors: { retryAfterSeconds: 7 } });
    const response = await fetch(`${base}/broken`);
    assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '7']);
    assert.doesNotMatch(await response.text(), /SELECT|users|127\.0\.0\.1/);
  });

  it('should leave other errors, and with errors: false all, to the handler that is there', async () => {
    const seen: unknown[] = [];
    app.setErrorHandler((failure, _request, reply) => {
      seen.push(failure);
      return reply.code(418).send({});
    });
    app.get('/plain', async () => Promise.reject(new TypeError('mine')));
    app.get('/theirs', async () => Promise.reject(new InvalidQueryError('theirs')));
    await app.register(cassandraPlugin, { session: fakeSession(), errors: false });
    assert.equal((await app.inject('/plain')).statusCode, 418);
    assert.equal((await app.inject('/theirs')).statusCode, 418);
    assert.equal(seen.length, 2);
  });

  it('should pass errors that are not the driver’s on to Fastify', async () => {
    await app.register(cassandraPlugin, { session: fakeSession() });
    app.get('/plain', async () => Promise.reject(Object.assign(new Error('mine'), { statusCode: 409 })));
    app.get('/full', async () => Promise.reject(new QueueFullError('limits.maxQueued', 'Full of secrets')));
    assert.equal((await app.inject('/plain')).statusCode, 409);
    const full = await app.inject('/full');
    assert.deepEqual([full.statusCode, full.headers['retry-after']], [503, '1']);
    assert.doesNotMatch(full.body, /secrets|maxQueued/);
  });

  it('should tell clients when to come back, as what refused them says', async () => {
    await app.register(cassandraPlugin, { session: fakeSession(), errors: { retryAfterSeconds: 2 } });
    const refused = (retryAfterMs: number): Error =>
      new RateLimitExceededError('Full', { limit: 'maxQueued', queued: 1, retryAfterMs });
    app.get('/limited', async () => Promise.reject(refused(4_001)));
    app.get('/soon', async () => Promise.reject(refused(10)));
    app.get('/open', async () => Promise.reject(new CircuitOpenError('Open', { state: 'open', retryAfterMs: 30_000 })));
    const answers = await Promise.all(['/limited', '/soon', '/open'].map((path) => app.inject(path)));
    assert.deepEqual(
      answers.map(({ statusCode, headers }) => [statusCode, headers['retry-after']]),
      [
        [429, '5'],
        [429, '2'],
        [503, '30'],
      ],
    );
  });

  it('should be alive always, and ready while a local node is up', async () => {
    const base = await listen();
    assert.equal((await fetch(`${base}/health/live`)).status, 200);
    const ready = await fetch(`${base}/health/ready`);
    assert.equal(ready.status, 200);
    assert.deepEqual(await ready.json(), {
      status: 'ready',
      sessions: { default: { isReady: true, nodesUp: 1, nodes: 1 } },
    });
    app.cassandra.startDraining();
    const draining = await fetch(`${base}/health/ready`);
    assert.deepEqual([draining.status, draining.headers.get('connection')], [503, 'close']);
    assert.equal(((await draining.json()) as { reason: string }).reason, 'draining');
    assert.equal((await fetch(`${base}/health/live`)).status, 200);
  });

  it('should not be ready without a node in the local data centre', async () => {
    const node = { dataCenter: 'dc2', isUp: true, openConnections: 1 };
    const session = fakeSession({ state: { lifecycle: 'open', nodes: [node] } });
    await app.register(cassandraPlugin, { session, localDataCenter: 'datacenter1' });
    const answer = await app.inject('/health/ready');
    assert.deepEqual([answer.statusCode, answer.json().reason], [503, 'noNodeUp']);
  });

  it('should look inside of decorators for the state', async () => {
    const down = fakeSession({
      state: { lifecycle: 'open', nodes: [{ dataCenter: 'dc1', isUp: false, openConnections: 0 }] },
    });
    await app.register(cassandraPlugin, { session: new RateLimitedSession(down, { maxConcurrent: 1 }) });
    assert.equal((await app.inject('/health/ready')).json().reason, 'noNodeUp');
  });

  it('should serve the metrics of a registry, at paths of choice', async () => {
    const registry = { contentType: 'text/plain; version=0.0.4', metrics: async () => 'up 1\n' };
    const health = { prefix: '/internal', livePath: '/l', readyPath: '/r' };
    await app.register(cassandraPlugin, {
      session: fakeSession(),
      metrics: { registry, path: '/internal/metrics' },
      health,
    });
    const scraped = await app.inject('/internal/metrics');
    assert.deepEqual([scraped.body, scraped.headers['content-type']], ['up 1\n', 'text/plain; version=0.0.4']);
    assert.equal((await app.inject('/internal/l')).statusCode, 200);
    assert.equal((await app.inject('/internal/r')).statusCode, 200);
    assert.equal((await app.inject('/health/live')).statusCode, 404);
  });

  it('should hold several sessions by name, those of a context hidden from the contexts around it', async () => {
    const [first, second, hidden] = [
      fakeSession(),
      fakeSession(),
      fakeSession({ state: { lifecycle: 'closed', nodes: [] } }),
    ];
    await app.register(cassandraPlugin, { session: first });
    await app.register(cassandraPlugin, { session: second, name: 'analytics' });
    let inner: FastifyInstance | undefined;
    await app.register(async (child) => {
      inner = child;
      await child.register(cassandraPlugin, { session: hidden, name: 'hidden' });
    });
    assert.equal(app.cassandra.session, first);
    assert.equal(app.cassandra.get('analytics'), second);
    assert.equal(inner?.cassandra.get('hidden'), hidden);
    assert.equal(inner?.cassandra.get('analytics'), second);
    assert.throws(() => app.cassandra.get('hidden'), /no session called "hidden"/);
    assert.equal((await app.inject('/health/ready')).json().reason, 'closing');
  });

  it('should work without a default session when all have names', async () => {
    const execute = (): Promise<never> => Promise.reject(new QueueFullError('limits.maxQueued', 'Full'));
    await app.register(cassandraPlugin, { session: fakeSession({ execute }), name: 'left' });
    await app.register(cassandraPlugin, { session: fakeSession(), name: 'right' });
    app.get('/left', (request) => request.cassandra.named('left').execute('SELECT'));
    app.get('/none', async (request) => request.cassandra.execute('SELECT'));
    assert.equal((await app.inject('/left')).json().code, 'CASS_ERR_QUEUE_FULL');
    assert.equal((await app.inject('/none')).json().code, 'CASS_ERR_CONFIGURATION');
  });

  it('should refuse a second session of one name', async () => {
    await app.register(cassandraPlugin, { session: fakeSession(), name: 'analytics' });
    void app.register(cassandraPlugin, { session: fakeSession(), name: 'analytics' });
    await assert.rejects(async () => app.ready(), /called "analytics" already/);
  });

  it('should refuse options that it does not know or that contradict each other', async () => {
    const register = async (options: object): Promise<void> => {
      const own = fastify();
      try {
        await own.register(cassandraPlugin, options as CassandraPluginOptions);
      } finally {
        await own.close().catch(() => {});
      }
    };
    await assert.rejects(register({}), { code: 'CASS_ERR_CONFIGURATION', path: 'session' });
    await assert.rejects(register({ session: fakeSession(), cluster }), { path: 'session' });
    await assert.rejects(register({ session: fakeSession(), health: { live: '/x' } }), { path: 'health.live' });
    await assert.rejects(register({ session: fakeSession(), metrics: {} }), { path: 'metrics.registry' });
    await assert.rejects(register({ session: fakeSession(), deadlineMs: -1 }), { path: 'deadlineMs' });
    await assert.rejects(register({ session: {} }), { path: 'session' });
  });

  it('should complete the replies under way before the session closes', async () => {
    server.when('SELECT slow FROM users', delayed(150, rows({ name: t.text }, [['late']])));
    const base = await listen();
    const { activeOperations } = app.cassandra.session as unknown as { activeOperations: number };
    assert.equal(activeOperations, 0);
    const reply = fetch(`${base}/slow`);
    await eventually(() =>
      assert.equal((app.cassandra.session as unknown as { activeOperations: number }).activeOperations, 1),
    );
    const closing = app.close();
    assert.deepEqual(await (await reply).json(), [{ name: 'late' }]);
    await closing;
    assert.equal((app.cassandra.session as unknown as { closed: boolean }).closed, true);
  });

  it('should not wait for a connection whose reply had begun before the service began to close', async () => {
    await app.register(cassandraPlugin, { session: fakeSession() });
    const body = new PassThrough();
    app.get('/stream', (_request, reply) => reply.send(body));
    await app.listen({ port: 0, host: '127.0.0.1' });
    const agent = new Agent({ keepAlive: true });
    const request = get({ port: (app.server.address() as AddressInfo).port, path: '/stream', agent });
    body.write('first');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    assert.equal(response.headers.connection, 'keep-alive');
    const began = performance.now();
    const closing = app.close();
    body.end(' and last');
    assert.equal(await text(response), 'first and last');
    await closing;
    assert.ok(performance.now() - began < 5_000);
    agent.destroy();
  });

  it('should cut off a client that does not read when the time for draining is over', async () => {
    await app.register(cassandraPlugin, { session: fakeSession(), drainTimeoutMs: 50 });
    app.get('/endless', (_request, reply) => {
      reply.hijack();
      reply.raw.write('and so on');
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const request = get({ port: (app.server.address() as AddressInfo).port, path: '/endless' });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const cut = assert.rejects(text(response), { code: 'ECONNRESET' });
    await app.close();
    await cut;
  });
});
