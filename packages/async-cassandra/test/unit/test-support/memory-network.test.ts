import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  delayed,
  generatedRows,
  MemoryNetwork,
  rows,
  ScriptedServer,
  seeded,
  SeededRandom,
  t,
  VirtualClock,
  WireClient,
} from '../../support/index.ts';
import type { LinkConditions } from '../../support/index.ts';
import { rowObjects } from '../../support/wire/index.ts';

async function setUp(
  conditions: Partial<LinkConditions> = {},
  random = new SeededRandom(1),
): Promise<{
  clock: VirtualClock;
  network: MemoryNetwork;
  server: ScriptedServer;
  connect: () => Promise<WireClient>;
}> {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ timers: clock, random, conditions });
  const server = await ScriptedServer.start({ network, host: '10.0.0.1', port: 9042 });
  const connect = (): Promise<WireClient> =>
    clock.settle(WireClient.connect({ host: '10.0.0.1', port: 9042, sockets: network }));
  return { clock, network, server, connect };
}

describe('MemoryNetwork', () => {
  test('carries a conversation in virtual time', async () => {
    const { clock, server, connect } = await setUp({ latencyMs: 20 });
    const client = await connect();
    const started = clock.now();
    server.when('SELECT 1', delayed(500, rows({ n: t.int }, [[1]])));
    assert.deepEqual(rowObjects(await clock.settle(client.query('SELECT 1'))), [{ n: 1 }]);
    assert.equal(clock.now() - started, 540);
  });

  test(
    'keeps the bytes of one link in order whatever the chunks and the jitter',
    seeded(async (random) => {
      const { clock, server, connect } = await setUp(
        { latencyMs: 1, jitterMs: 50, maxChunkBytes: 7, windowBytes: 1000 },
        random,
      );
      const client = await connect();
      server.when(
        /big/,
        generatedRows({ n: t.int, text: t.text }, 200, (n) => [n, 'x'.repeat(n)]),
      );
      const answers = await clock.settle(Promise.all(Array.from({ length: 5 }, () => client.query('SELECT big'))));
      for (const answer of answers) assert.equal(rowObjects(answer).length, 200);
      assert.deepEqual(server.faults, []);
    }),
  );

  test('lets the reader see poison in a buffer it kept', async () => {
    const { clock, network, connect } = await setUp();
    await connect();
    let kept: Buffer = Buffer.alloc(0);
    const transport = network.connect({ host: '10.0.0.1', port: 9042 }, undefined, {
      onConnect: () => {},
      onData: (buf, _view, length) => {
        kept = buf.subarray(0, length);
        assert.equal(kept[0], 0x84);
      },
      onDrain: () => {},
      onClose: () => {},
    });
    transport.write(Buffer.from([4, 0, 0, 0, 5, 0, 0, 0, 0]), () => {});
    await clock.runUntilIdle();
    assert.ok(kept.length > 9 && kept.every((byte) => byte === 0xdb));
  });

  test('buffers at the sender while the server does not read, and drains later', async () => {
    const { clock, network } = await setUp({ windowBytes: 10_000 });
    let drains = 0;
    let doneWrites = 0;
    const transport = network.connect({ host: '10.0.0.1', port: 9042 }, undefined, {
      onConnect: () => {},
      onData: () => {},
      onDrain: () => drains++,
      onClose: () => {},
    });
    await clock.runUntilIdle();
    const [link] = network.openLinks();
    link?.stall();
    for (let i = 0; i < 8; i++) transport.write(Buffer.alloc(5000), () => doneWrites++);
    await clock.advance(1000);
    assert.deepEqual([transport.bufferedBytes, doneWrites, drains], [30_000, 2, 0]);
    link?.resume();
    await clock.advance(1000);
    assert.deepEqual([transport.bufferedBytes, doneWrites, drains], [0, 8, 1]);
  });

  test('refuses, cuts and swallows', async () => {
    const { clock, network, server, connect } = await setUp();
    const client = await connect();
    const lost = client.query('SELECT 1');
    network.openLinks()[0]?.halfOpen('toServer');
    const vanished = client.query('SELECT 2');
    await clock.advance(60_000);
    assert.equal(server.log.count('QUERY'), 1);
    assert.equal(client.isClosed, false);
    await lost;
    network.openLinks()[0]?.cut();
    await assert.rejects(vanished, { code: 'ECONNRESET' });
    assert.equal(server.connections.size, 0);
    await server.stop();
    await assert.rejects(connect(), { code: 'ECONNREFUSED' });
    network.blackHole('10.0.0.1');
    await assert.rejects(connect(), /pending/);
  });

  test('freezes a server as SIGSTOP does', async () => {
    const { clock, network, server, connect } = await setUp({ windowBytes: 1000 });
    const client = await connect();
    server.when(/./, rows({ n: t.int }, [[1]]));
    server.freeze();
    const answers = Array.from({ length: 50 }, () => client.query(`SELECT ${'n'.repeat(100)}`));
    await clock.advance(10_000);
    assert.equal(server.log.count('QUERY'), 0);
    assert.ok((network.openLinks()[0]?.bufferedBytes ?? 0) > 4000);
    server.thaw();
    assert.equal((await clock.settle(Promise.all(answers))).length, 50);
  });

  test('tells both sides when one closes, once', async () => {
    const { clock, server, connect } = await setUp({ latencyMs: 5 });
    const first = await connect();
    const second = await connect();
    first.close();
    server.closeConnections('end');
    await clock.runUntilIdle();
    assert.deepEqual([first.isClosed, first.closeError, second.isClosed, second.closeError], [true, null, true, null]);
    assert.equal(server.connections.size, 0);
    assert.equal(clock.pending, 0);
  });
});
