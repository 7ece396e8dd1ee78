import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { cassandraPlugin, type CassandraPluginOptions } from 'async-cassandra/fastify';
import type { CassandraSession } from 'async-cassandra';
import { fastify, type FastifyInstance } from 'fastify';
import { eventually } from '../../../support/index.ts';
import { RawHttp } from '../../../support/integrations/raw-http.ts';

const refuse = (): Promise<never> => Promise.reject(new Error('Not here'));

describe('draining of cassandraPlugin', () => {
  let app: FastifyInstance;
  let isSessionClosed: boolean;
  let clients: RawHttp[];
  let requests: number;
  /** Requests that wait for it to be called. */
  let release: () => void;

  beforeEach(() => {
    isSessionClosed = false;
    clients = [];
    requests = 0;
    app = fastify();
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    await app.close();
  });

  /** A service with some routes; resolves with its port. */
  async function listen(options: Partial<CassandraPluginOptions> = {}, host = '127.0.0.1'): Promise<number> {
    const session: CassandraSession = {
      execute: refuse,
      executeStream: refuse,
      prepare: refuse,
      executeBatch: refuse,
      close: async () => {
        isSessionClosed = true;
      },
    };
    await app.register(cassandraPlugin, { session, closeSession: true, drainDelayMs: 0, ...options });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    app.get('/quick', async () => ({ isSessionClosed }));
    app.get('/slow', async () => {
      requests++;
      await released;
      return { isSessionClosed };
    });
    app.post('/early', { onRequest: async (_request, reply) => reply.code(413).send('too much') }, async () => '');
    await app.listen({ port: 0, host });
    return (app.server.address() as AddressInfo).port;
  }

  function open(port: number, host?: string): RawHttp {
    const client = RawHttp.connect(port, host);
    clients.push(client);
    return client;
  }

  const ok = '{"isSessionClosed":false}';

  it('should answer requests that had reached the machine when it was told to close', async () => {
    const port = await listen();
    const client = open(port);
    assert.equal((await client.send('/quick').reply()).headers['connection'], 'keep-alive');
    client.send('/quick');
    const closing = app.cassandra.closeService();
    const { status, body, headers } = await client.reply();
    assert.deepEqual([status, body, headers['connection']], [200, ok, 'close']);
    assert.equal(await client.closed(), 'closed');
    await closing;
    assert.equal(isSessionClosed, true);
  });

  it('should answer connections that it had not taken yet', async () => {
    const port = await listen();
    // Connected by the system at once; the server takes one in a turn of the event loop.
    for (let n = 0; n < 100; n++) open(port).send('/quick');
    await turn();
    const closing = app.cassandra.closeService();
    const replies = await Promise.all(clients.map((client) => client.reply()));
    assert.deepEqual([...new Set(replies.map(({ body }) => body))], [ok]);
    await closing;
  });

  it('should answer whole what came before fastify.close(), if only that it is closing', async () => {
    const port = await listen();
    const idle = open(port);
    await idle.send('/quick').reply();
    idle.send('/quick');
    for (let n = 0; n < 20; n++) open(port).send('/quick');
    const closing = app.close();
    for (const { status } of await Promise.all(clients.map((client) => client.reply())))
      assert.ok(status === 200 || status === 503);
    await closing;
  });

  it('should serve on for the delay, tell clients to leave and be not ready, and refuse connections then', async () => {
    const port = await listen();
    const [early, late, idle] = [open(port), open(port), open(port)];
    await Promise.all([early, late, idle].map((client) => client.send('/quick').reply()));
    early.send('/slow');
    const delay = new AbortController();
    const closing = app.cassandra.closeService({ delayMs: 60_000, signal: delay.signal });
    const ready = await open(port).send('/health/ready').reply();
    assert.deepEqual([ready.status, ready.headers['connection']], [503, 'close']);
    for (const client of [late, open(port)]) {
      const reply = await client.send('/quick').reply();
      assert.deepEqual([reply.status, reply.headers['connection']], [200, 'close']);
      assert.equal(await client.closed(), 'closed');
    }
    assert.deepEqual([app.cassandra.closingSignal.aborted, app.server.listening], [false, true]);
    delay.abort();
    assert.equal(await idle.closed(), 'closed');
    assert.equal(await open(port).send('/quick').closed(), 'ECONNREFUSED');
    assert.deepEqual([app.cassandra.closingSignal.aborted, isSessionClosed], [true, false]);
    release();
    assert.equal((await early.reply()).body, ok);
    await closing;
    assert.equal(isSessionClosed, true);
  });

  it('should send away no more clients than may come back', async () => {
    const port = await listen();
    for (let n = 0; n < 50; n++) open(port).send('/slow');
    await eventually(() => assert.equal(requests, 50));
    const delay = new AbortController();
    const closing = app.cassandra.closeService({ delayMs: 60_000, signal: delay.signal });
    release();
    const replies = await Promise.all(clients.map((client) => client.reply()));
    const [sentAway, kept] = [true, false].map((isLast) =>
      clients.filter((_, n) => (replies[n]?.headers['connection'] === 'close') === isLast),
    ) as [RawHttp[], RawHttp[]];
    // All were answered in one turn.
    assert.equal(sentAway.length, 1);
    delay.abort();
    for (const client of kept) assert.equal((await client.send('/quick').reply()).headers['connection'], 'close');
    await closing;
  });

  it('should send what it has written to a client that reads slowly', async () => {
    for (const close of [() => app.cassandra.closeService(), () => app.close()]) {
      app = fastify();
      const text = 'x'.repeat(16 * 1024 * 1024);
      app.get('/big', async () => text);
      const port = await listen();
      const client = open(port).send('/big');
      const [, response] = (await once(app.server, 'request')) as [IncomingMessage, ServerResponse];
      await eventually(() => assert.deepEqual([response.writableEnded, response.writableFinished], [true, false]));
      const closing = close();
      await eventually(() => assert.equal(app.server.listening, false));
      assert.equal(response.destroyed, false);
      assert.equal((await client.reply()).body.length, text.length);
      await closing;
    }
  });

  it('should not close upon a reply that had begun before, whose client may send its next request at once', async () => {
    const body = new PassThrough();
    app.get('/stream', (_request, reply) => reply.send(body));
    const port = await listen();
    const client = open(port).send('/stream');
    body.write('first');
    await once(client.socket, 'readable');
    const closing = app.cassandra.closeService();
    await eventually(() => assert.equal(app.server.listening, false));
    body.end(' and last');
    assert.equal((await client.reply()).headers['connection'], 'keep-alive');
    const next = await client.send('/quick').reply();
    assert.deepEqual([next.body, next.headers['connection']], [ok, 'close']);
    await closing;
  });

  it('should answer all requests of a client that does not wait for replies', async () => {
    const port = await listen();
    app.cassandra.startDraining();
    const client = open(port).send('/slow').send('/quick');
    await once(app.server, 'request');
    release();
    const [first, second] = [await client.reply(), await client.reply()];
    assert.deepEqual([first.headers['connection'], second.headers['connection']], ['keep-alive', 'close']);
  });

  it('should not close on a client that still sends what was refused: it would not see the reply', async () => {
    const port = await listen();
    const half = 'x'.repeat(1_000);
    const client = open(port).send('', `POST /early HTTP/1.1\r\nHost: test\r\nContent-Length: 2000\r\n\r\n${half}`);
    await once(app.server, 'request');
    const closing = app.cassandra.closeService();
    assert.equal((await client.reply()).status, 413);
    client.send('', half);
    assert.equal((await client.send('/quick').reply()).headers['connection'], 'close');
    await closing;
  });

  it('should wait for the rest of a request that has begun to come', async () => {
    const port = await listen();
    const client = open(port);
    const [serverSocket] = (await once(app.server, 'connection')) as [Socket];
    await client.send('/quick').reply();
    client.send('', 'GET /qui');
    await eventually(() =>
      assert.equal(serverSocket.bytesRead, 'GET /quick HTTP/1.1\r\nHost: test\r\n\r\nGET /qui'.length),
    );
    const closing = app.cassandra.closeService();
    await eventually(() => assert.equal(app.server.listening, false));
    // Longer than a client may be silent of which nothing has come.
    await sleep(1_500);
    client.send('', 'ck HTTP/1.1\r\nHost: test\r\n\r\n');
    assert.match((await client.reply()).body, /isSessionClosed":false|Service Unavailable/);
    await closing;
  });

  it('should not wait long for a client that connects and says nothing', async () => {
    const port = await listen({ drainTimeoutMs: 60_000 });
    const client = open(port);
    await once(app.server, 'connection');
    const closing = app.cassandra.closeService();
    assert.equal(await client.closed(), 'closed');
    await closing;
  });

  it('should complete replies on both addresses of localhost before the session closes', async (t) => {
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    t.mock.method(dns, 'lookup', (...args: unknown[]) => {
      const done = args.at(-1) as (...results: unknown[]) => void;
      const found = args[0] === 'localhost' ? addresses : [{ address: args[0], family: 4 }];
      if ((args[1] as { all?: boolean }).all === true) done(null, found);
      else done(null, found[0]?.address, 4);
    });
    const port = await listen({}, 'localhost');
    assert.equal(app.addresses().length, 2);
    const client = open(port, '127.0.0.2').send('/slow');
    await eventually(() => assert.equal(requests, 1));
    const closing = app.close();
    await eventually(() => assert.equal(app.server.listening, false));
    // Long enough for all that does not wait for the reply.
    await sleep(100);
    release();
    assert.equal((await client.reply()).body, ok);
    client.destroy();
    await closing;
    assert.equal(isSessionClosed, true);
  });

  it('should end replies without an end by its signal, and cut off what does not end in time', async () => {
    app.get('/events', (_request, reply) => {
      const events = new PassThrough();
      events.write('retry: 1000\n\n');
      app.cassandra.closingSignal.addEventListener('abort', () => events.end());
      return reply.send(events);
    });
    async function* withoutEnd(): AsyncGenerator<string> {
      yield 'and so on';
      await new Promise(() => {});
    }
    app.get('/endless', (_request, reply) => reply.send(Readable.from(withoutEnd())));
    const port = await listen({ drainTimeoutMs: 300 });
    const [events, endless] = [open(port).send('/events'), open(port).send('/endless')];
    await Promise.all([events, endless].map((client) => once(client.socket, 'readable')));
    const closing = app.cassandra.closeService();
    assert.match((await events.reply()).body, /retry: 1000/);
    await assert.rejects(endless.reply(), /ECONNRESET|closed/);
    await closing;
  });

  it('should let HTTP/2 streams end', async () => {
    app = fastify({ http2: true }) as unknown as FastifyInstance;
    const port = await listen();
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const stream = session.request({ ':path': '/slow' });
    await once(app.server, 'request');
    const closing = app.cassandra.closeService();
    await eventually(() => assert.equal(session.closed, true));
    release();
    assert.equal(await text(stream), ok);
    await closing;
  });

  it('should close once, however often it is told to', async () => {
    const port = await listen();
    await open(port).send('/quick').reply();
    await Promise.all([app.cassandra.closeService(), app.cassandra.closeService(), app.close(), app.close()]);
    await app.cassandra.closeService();
    assert.equal(isSessionClosed, true);
  });

  it('should refuse options that make no sense', async () => {
    await listen();
    assert.throws(() => app.cassandra.closeService({ delayMs: -1 }), { path: 'delayMs' });
    assert.throws(() => app.cassandra.closeService({ signal: {} as AbortSignal }), { path: 'signal' });
  });

  it('should lose no reply of 200 clients that keep sending until they are refused', async () => {
    const port = await listen();
    let answered = 0;
    const ends = new Set<string>();
    const client = async (): Promise<void> => {
      for (let connection = RawHttp.connect(port); ; ) {
        try {
          const { headers, body } = await connection.send('/quick').reply();
          assert.equal(body, ok);
          answered++;
          if (headers['connection'] === 'keep-alive') continue;
          connection.destroy();
          connection = RawHttp.connect(port);
        } catch (error) {
          ends.add((error as Error).message);
          connection.destroy();
          return;
        }
      }
    };
    const running = Array.from({ length: 200 }, client);
    await eventually(() => assert.ok(answered > 400), 20_000);
    await app.cassandra.closeService({ delayMs: 200 });
    await Promise.all(running);
    assert.deepEqual([...ends], ['ECONNREFUSED']);
  });
});
