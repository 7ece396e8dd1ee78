import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { Client } from 'cassandra-driver';
import {
  corrupt,
  cut,
  delay,
  drop,
  eventually,
  FaultProxy,
  forge,
  generatedRows,
  ScriptedServer,
  SeededRandom,
  stall,
  t,
  TestCertificates,
  WireClient,
} from '../../support/index.ts';
import type { ScriptedServerOptions, WireClientOptions } from '../../support/index.ts';
import { rowObjects } from '../../support/wire/index.ts';
import type { DecodedMessage } from '../../support/wire/index.ts';

describe('FaultProxy', () => {
  const closing: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function setUp(options: ScriptedServerOptions = {}): Promise<{ server: ScriptedServer; proxy: FaultProxy }> {
    const server = await ScriptedServer.start(options);
    const proxy = await FaultProxy.start({ target: server, random: new SeededRandom(3) });
    closing.push(() => server.stop());
    closing.push(() => proxy.stop());
    server.when(
      /^SELECT rows/,
      generatedRows({ n: t.int, text: t.text }, 2000, (n) => [n, 'x'.repeat(200)]),
    );
    return { server, proxy };
  }

  async function connect(proxy: FaultProxy, options: Partial<WireClientOptions> = {}): Promise<WireClient> {
    const client = await WireClient.connect({ host: proxy.host, port: proxy.port, ...options });
    closing.push(() => client.close());
    return client;
  }

  const outcome = (message: DecodedMessage): string | number =>
    message.kind === 'error' ? message.code : message.kind;

  for (const [version, compression] of [
    [5, 'none'],
    [5, 'lz4'],
    [4, 'none'],
    [4, 'lz4'],
    [4, 'snappy'],
  ] as const) {
    test(`passes v${version} with ${compression} compression and forges within it`, async () => {
      const { server, proxy } = await setUp();
      const client = await connect(proxy, { version, compression });
      const answers = await Promise.all([client.query('SELECT rows'), client.query('SELECT rows')]);
      for (const answer of answers) assert.equal(rowObjects(answer).length, 2000);
      proxy.when({ opcode: 'QUERY', nth: 2 }, forge('overloaded'));
      const three = await Promise.all(['a', 'b', 'c'].map((name) => client.query(`INSERT ${name}`)));
      assert.deepEqual(three.map(outcome), ['void', 0x1001, 'void']);
      assert.equal(server.log.count('QUERY'), 4);
      assert.equal(proxy.count('toServer', 'QUERY'), 5);
      assert.deepEqual([...server.faults, ...proxy.problems], []);
    });
  }

  test('is not seen by cassandra-driver', async () => {
    const { server, proxy } = await setUp();
    const client = new Client({
      contactPoints: [proxy.host],
      localDataCenter: 'datacenter1',
      protocolOptions: { port: proxy.port },
    });
    try {
      const result = await client.execute('SELECT rows', [], { prepare: true });
      assert.equal(result.rows.length, 2000);
      assert.equal(client.hosts.length, 1);
    } finally {
      await client.shutdown();
    }
    assert.deepEqual([...server.faults, ...proxy.problems], []);
  });

  test('drops, delays and corrupts single envelopes', async () => {
    const { server, proxy } = await setUp();
    const client = await connect(proxy);
    const order: string[] = [];
    const ask = (cql: string): Promise<unknown> => client.query(cql).then(() => order.push(cql));
    proxy.when({ cql: /late/ }, delay(60));
    const lost = proxy.when({ cql: /lost/ }, drop());
    void client.query('INSERT lost').catch(() => {});
    await Promise.all([ask('INSERT late'), ask('INSERT quick')]);
    assert.deepEqual(order, ['INSERT quick', 'INSERT late']);
    assert.equal(lost.count, 1);
    assert.equal(server.log.count('QUERY'), 2);
    proxy.when({ cql: /broken/ }, corrupt());
    await assert.rejects(client.query('INSERT broken'));
    assert.match(server.faults[0] ?? '', /CRC32/);
  });

  test('cuts before and after the server has done the work', async () => {
    const { server, proxy } = await setUp();
    const before = proxy.when({ opcode: 'QUERY' }, cut());
    const first = await connect(proxy);
    await assert.rejects(first.query('INSERT 1'), { code: 'ECONNRESET' });
    await eventually(() => server.connections.size === 0);
    assert.equal(server.log.count('QUERY'), 0);
    before.remove();
    proxy.when({ opcode: 'QUERY' }, cut('end', { after: true }));
    const second = await connect(proxy);
    await assert.rejects(second.query('INSERT 2'));
    await eventually(() => server.log.count('QUERY') === 1);
    await eventually(() => proxy.connections.size === 0);
  });

  test('slows, stalls and swallows whole directions, and heals', async () => {
    const { proxy } = await setUp();
    const client = await connect(proxy);
    const timed = async (): Promise<number> => {
      const start = performance.now();
      await client.query('SELECT rows');
      return performance.now() - start;
    };
    proxy.toClient.latencyMs = 80;
    proxy.toServer.latencyMs = 40;
    const late = await timed();
    assert.ok(late >= 118 && late < 400, `${late} ms`);
    proxy.heal();
    proxy.toClient.bytesPerSecond = 4_000_000;
    const slow = await timed();
    assert.ok(slow >= 95 && slow < 400, `${slow} ms for 420 kB at 4 MB/s`);
    proxy.heal();
    proxy.when({ opcode: 'QUERY' }, stall(70));
    assert.ok((await timed()) >= 65);
    proxy.heal();
    proxy.stall();
    const waiting = timed();
    assert.equal(
      await Promise.race([waiting, new Promise((resolve) => setTimeout(() => resolve('stalled'), 50))]),
      'stalled',
    );
    proxy.heal();
    assert.ok((await waiting) >= 45);
    proxy.toServer.isBlackHole = true;
    void client.query('INSERT nothing').catch(() => {});
    proxy.isRefusing = true;
    await assert.rejects(connect(proxy));
    proxy.heal();
    proxy.cut();
    await eventually(() => client.isClosed);
    await connect(proxy);
  });

  test('decides by chance, the same way for the same seed', async () => {
    const outcomes: string[] = [];
    for (let run = 0; run < 2; run++) {
      const { proxy } = await setUp();
      const client = await connect(proxy);
      proxy.when({ opcode: 'QUERY', probability: 0.3 }, forge('overloaded'));
      const answers: (string | number)[] = [];
      for (let i = 0; i < 40; i++) answers.push(outcome(await client.query('INSERT')));
      outcomes.push(answers.join());
    }
    assert.equal(outcomes[0], outcomes[1]);
    const forged = outcomes[0]?.split(',').filter((code) => code === String(0x1001)).length ?? 0;
    assert.ok(forged > 4 && forged < 22, `${forged} of 40`);
  });

  test('passes TLS unseen', async () => {
    await using certificates = await TestCertificates.create();
    const { proxy } = await setUp({ tls: await certificates.server(['IP:127.0.0.1']) });
    const client = await connect(proxy, { tls: { ca: certificates.ca } });
    assert.equal(rowObjects(await client.query('SELECT rows')).length, 2000);
    assert.equal(proxy.count('toServer'), 0);
    proxy.cut();
    await eventually(() => client.isClosed);
  });
});
