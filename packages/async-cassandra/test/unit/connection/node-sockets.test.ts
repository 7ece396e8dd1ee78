import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import {
  createSystemSeams,
  DeadlineTicker,
  openConnection,
  query,
  type Transport,
  type TransportHandler,
} from '../../../src/connection/index.ts';
import { createNodeSockets } from '../../../src/connection/node-sockets.ts';
import { ConnectionError } from '../../../src/errors/index.ts';
import { eventually, rows, ScriptedServer, t } from '../../support/index.ts';
import { configFor, rejection, TestRequest } from './harness.ts';

/** What a transport told, as text. */
class Log implements TransportHandler {
  readonly lines: string[] = [];
  readonly pieces: Buffer[] = [];
  drains = 0;
  closed: Error | null | undefined;

  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }

  onConnect(): void {
    this.lines.push('connect');
  }

  onData(buf: Buffer, view: DataView, length: number): void {
    assert.equal(view.buffer, buf.buffer);
    assert.equal(view.byteOffset, buf.byteOffset);
    this.pieces.push(Buffer.from(buf.subarray(0, length)));
  }

  onDrain(): void {
    this.drains++;
  }

  onClose(error: Error | null): void {
    this.lines.push(`close ${String((error as { code?: string } | null)?.code ?? error)}`);
    this.closed = error;
  }
}

const servers: Server[] = [];
const accepted: Socket[] = [];

after(async () => {
  for (const socket of accepted) socket.destroy();
  for (const server of servers) if (server.listening) await new Promise((resolve) => server.close(resolve));
});

async function listen(
  onSocket: (socket: Socket) => void,
  allowHalfOpen = false,
): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen }, (socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

function connect(port: number): { log: Log; transport: Transport } {
  const log = new Log();
  return { log, transport: createNodeSockets().connect({ host: '127.0.0.1', port }, undefined, log) };
}

describe('sockets of Node', () => {
  it('should connect, send, receive in pieces of any size, and close once', async () => {
    const echo = await listen((socket) => socket.pipe(socket));
    const { log, transport } = connect(echo.port);
    await eventually(() => log.lines.length === 1);
    const sent = Buffer.alloc(8_000_000, 'some bytes ');
    let done = 0;
    transport.write(sent, () => done++);
    assert.ok(transport.bufferedBytes > 0);
    await eventually(() => log.bytes.length === sent.length);
    assert.ok(log.bytes.equals(sent));
    assert.equal(done, 1);
    assert.equal(transport.bufferedBytes, 0);
    assert.ok(log.drains >= 1);
    transport.end();
    await eventually(() => log.lines.length === 2);
    transport.destroy();
    assert.deepEqual(log.lines, ['connect', 'close null']);
  });

  it('should tell of a refused connection by its error', async () => {
    const gone = await listen(() => undefined);
    await new Promise((resolve) => gone.server.close(resolve));
    const { log } = connect(gone.port);
    await eventually(() => log.lines.length === 1);
    assert.deepEqual(log.lines, ['close ECONNREFUSED']);
  });

  it('should close when the server ends its side, though it would still read', async () => {
    const halfOpen = await listen((socket) => {
      socket.end('last words');
      socket.resume();
    }, true);
    const { log } = connect(halfOpen.port);
    await eventually(() => log.closed !== undefined);
    assert.equal(log.bytes.toString(), 'last words');
    assert.deepEqual(log.lines, ['connect', 'close null']);
  });

  it('should tell of a reset by its error, once, and survive writes and ends after it', async () => {
    const resetting = await listen((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const { log, transport } = connect(resetting.port);
    await eventually(() => log.lines.length === 1);
    transport.write(Buffer.from('x'), () => undefined);
    await eventually(() => log.closed !== undefined);
    let done = 0;
    transport.write(Buffer.from('y'), () => done++);
    transport.destroy();
    await eventually(() => done === 1);
    assert.deepEqual(log.lines, ['connect', 'close ECONNRESET']);
  });

  it('should say nothing but its end when destroyed, even while connecting', async () => {
    const quiet = await listen(() => undefined);
    const { log, transport } = connect(quiet.port);
    transport.destroy();
    transport.destroy();
    await eventually(() => log.closed !== undefined);
    assert.deepEqual(log.lines, ['close null']);
  });
});

describe('a connection on real sockets and in real time', () => {
  const seams = createSystemSeams();

  it('should shake hands, answer 5,000 requests at once, and leave nothing', async () => {
    await using server = await ScriptedServer.start();
    server.when('SELECT', rows({ n: t.int }, [[1]]));
    const config = { ...configFor(seams, new DeadlineTicker(seams.timers)), maxRequestsPerConnection: 10_000 };
    const connection = await openConnection(config, { host: server.host, port: server.port }, { askSupported: true });
    assert.deepEqual(await query(connection, 'SELECT', 1000), [{ n: 1 }]);
    const requests = Array.from({ length: 5_000 }, () => new TestRequest(() => 0, 'SELECT'));
    for (const one of requests) assert.ok(connection.send(one, 10_000) >= 0);
    await eventually(() => connection.inFlight === 0, 10_000);
    for (const one of requests) assert.equal(one.only.kind, 'response');
    assert.ok(connection.bytesReceived > 5_000 * 20);
    assert.ok(connection.bytesSent > 5_000 * 20);
    connection.close();
    await connection.closed();
    assert.deepEqual(server.faults, []);
  });

  it('should time requests out, never early', async () => {
    await using server = await ScriptedServer.start();
    server.freeze();
    server.thaw();
    const config = configFor(seams, new DeadlineTicker(seams.timers));
    const connection = await openConnection(config, { host: server.host, port: server.port });
    server.freeze();
    const requests = [5, 20, 33].map((timeoutMs) => {
      const one = new TestRequest(() => performance.now());
      const sentAt = performance.now();
      connection.send(one, timeoutMs);
      return { one, due: sentAt + timeoutMs };
    });
    await eventually(() => connection.orphaned === 3);
    for (const { one, due } of requests) assert.ok(one.only.at >= due, `${due} ${one.only.at}`);
    connection.close();
    await connection.closed();
  });

  it('should look names up, and know the wall clock', async () => {
    assert.ok((await seams.lookup('localhost')).some((address) => address === '127.0.0.1' || address === '::1'));
    assert.ok(Math.abs(seams.timers.wallClockMicros() / 1000 - Date.now()) < 1000);
    await new Promise<void>((resolve) => {
      seams.timers.setImmediate(resolve);
    });
    assert.ok(seams.random() < 1);
  });

  it('should fail to open where nobody listens', async () => {
    const server = await ScriptedServer.start();
    const { host, port } = server;
    await server.stop();
    const failure = await rejection(openConnection(configFor(seams, new DeadlineTicker(seams.timers)), { host, port }));
    assert.ok(failure instanceof ConnectionError);
    assert.match(failure.message, /ECONNREFUSED/);
  });
});
