/**
 * The service under 2,000 requests at a time, with clients that read slowly and clients that leave, and a node killed in the
 * middle; then SIGTERM while all clients go on. The service is a process of its own, and has three real nodes.
 *
 *     npm run prove -- shop-load
 *     PROPERTY_SCALE=0.1 npm run prove -- shop-load     200 requests at a time, in less than a minute
 */
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { loadavg } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AsyncCluster } from 'async-cassandra';
import { EmbeddedCluster, environmentOf } from 'embedded-cassandra';
import type { Holdings } from '../support/probe.ts';
import type { LoadRequest } from '../support/http-client.ts';
import { HttpLoad, type LoadFigures, tableOf } from '../support/http-load.ts';
import { judge } from '../support/judge.ts';
import { keepLeaving, post, probe, readSlowly, readWhole } from '../support/rude-clients.ts';
import { ServiceProcess } from '../support/service-process.ts';
import { eventually, fillHour } from '../support/shop.ts';

const scale = Math.min(1, Number(process.env['PROPERTY_SCALE'] ?? 1));
const CLIENTS = Math.max(200, 2_000 * scale);
const RUDE_CLIENTS = Math.max(10, 30 * scale);
const PHASE_MS = Math.max(5_000, 60_000 * scale);
const DRAIN_DELAY_MS = Math.max(1_500, 5_000 * scale);
const EXPORTS = 10;
const EXPORTED = 3_000;
const EXPORT = '/exports/orders.csv?from=2025-04-01T00:00:00Z&to=2025-04-01T12:00:00Z';
const SEARCH = '/orders?from=2025-04-01T00:00:00Z&to=2025-04-01T12:00:00Z&limit=20';

describe(`The shop under ${CLIENTS} requests at a time`, () => {
  const figures: LoadFigures[] = [];
  let nodes: EmbeddedCluster;
  let service: ServiceProcess;
  let load: HttpLoad;
  let settled: Holdings;

  before(async () => {
    nodes = await EmbeddedCluster.start({ nodes: 3, heapMb: 384, jvmArgs: ['-XX:TieredStopAtLevel=1'] });
    service = await ServiceProcess.start({
      ...environmentOf(nodes),
      REPLICATION_FACTOR: '3',
      DRAIN_DELAY_MS: `${DRAIN_DELAY_MS}`,
    });
    const users = await Promise.all(Array.from({ length: 50 }, () => addUser(service.base)));
    await fillExport(nodes, users[0] ?? '');
    load = new HttpLoad(service.base, CLIENTS, mixOf(users));
  });
  after(async () => {
    process.stdout.write(`${tableOf(figures)}\nload average ${loadavg()[0]?.toFixed(1)}\n`);
    load?.close();
    await service?.[Symbol.asyncDispose]();
    await nodes?.stop();
  });

  it('should answer all of them while nothing is wrong', async () => {
    await load.connect('/health/live');
    await load.run('warming up', lasting(3_000));
    await quiet();
    settled = await service.holdings();
    const found = await load.run('no fault', lasting(PHASE_MS));
    figures.push(found);
    assertAnswered(found);
  });

  it('should go on with slow clients, leaving clients and a node killed in the middle', async () => {
    const leaving = new AbortController();
    setMaxListeners(0, leaving.signal);
    const slow = Array.from({ length: RUDE_CLIENTS }, () => readSlowly(`${service.base}${EXPORT}`, leaving.signal));
    const gone = Array.from({ length: RUDE_CLIENTS }, () => keepLeaving(`${service.base}${SEARCH}`, leaving.signal));
    const running = load.run('rude clients, a node killed', lasting(PHASE_MS));
    await sleep(PHASE_MS / 3);
    await nodes.nodes[1]?.kill();
    const found = await running;
    figures.push(found);
    leaving.abort();
    const bytes = await Promise.all(slow);
    const departures = (await Promise.all(gone)).reduce((sum, count) => sum + count, 0);
    process.stdout.write(`${departures} clients left; slow ones read ${bytes.reduce((a, b) => a + b, 0)} bytes\n`);
    assert.ok(departures > RUDE_CLIENTS);
    assertAnswered(found);
    assert.equal((await probe(`${service.base}/health/ready`)).status, 200, 'Two of three nodes are enough');
  });

  it('should hold nothing of all these requests afterwards', async () => {
    load.close();
    await quiet();
    await eventually(async () => {
      const { sockets } = await service.holdings();
      const openConnections = await metric('node_open_connections');
      assert.ok(sockets <= openConnections + 4, `${sockets} sockets for ${openConnections} connections to nodes`);
    }, 30_000);
    await sleep(PHASE_MS / 6);
    const now = await service.holdings();
    assert.ok(now.heapMb < settled.heapMb + 10, `The heap grew from ${settled.heapMb} to ${now.heapMb} MB`);
    process.stdout.write(
      `heap ${settled.heapMb.toFixed(0)} -> ${now.heapMb.toFixed(0)} MB, resident ${now.rssMb.toFixed(0)} MB\n`,
    );
  });

  it('should lose no reply when it is told to end while all clients go on', async () => {
    const users = await Promise.all(Array.from({ length: 10 }, () => addUser(service.base)));
    await service.watch();
    load = new HttpLoad(service.base, CLIENTS, mixOf(users));
    await load.connect('/health/live');
    let isTold = false;
    const url = `${service.base}${EXPORT}`;
    const exports = Array.from({ length: EXPORTS }, () => readWhole(url, () => sleep(isTold ? 10 : 500)));
    const live = readWhole(`${service.base}/orders/live`, () => Promise.resolve());
    await eventually(async () => assert.ok((await metric('open_streams')) >= EXPORTS));
    const running = load.run('SIGTERM, until refused', () => false);
    await eventually(() => assert.equal(load.served, CLIENTS), 120_000);
    isTold = true;
    const began = performance.now();
    const since = (): string => `${((performance.now() - began) / 1_000).toFixed(1)} s`;
    const ended = service.terminate();
    const notReady = untilNotReady().then(since);
    const found = await running;
    const refused = since();
    figures.push(found);
    const { code, served } = await ended;
    const { lost, ...others } = judge(found.unanswered, served);
    const read = served.reduce((sum, { requests }) => sum + requests, 0);
    process.stdout.write(
      `SIGTERM: not ready was seen after ${await notReady}, all clients refused by ${refused}, ended after ${since()}; ` +
        `${read} requests read on ${served.length} connections; ` +
        `${JSON.stringify({ lost: lost.length, ...others })}\n`,
    );
    assert.deepEqual(lost.slice(0, 5), [], `${lost.length} of ${found.requests} requests were lost`);
    assert.ok(read >= CLIENTS, 'The service kept account');
    // Between its last look and closing the port no server can take a connection: that must stay a matter of moments.
    assert.ok(others.untaken <= CLIENTS / 100, `${others.untaken} connections were never taken`);
    const unanswered = served.flatMap((one) => one.unanswered);
    assert.deepEqual(unanswered.slice(0, 5), [], `${unanswered.length} requests were read and not answered to the end`);
    assert.deepEqual(
      (await Promise.all(exports)).map((text) => text?.split('\r\n').length),
      exports.map(() => EXPORTED + 2),
      'lines of exports',
    );
    assert.match((await live) ?? 'cut off', /^retry: 1000/);
    assert.equal(code, 0);
    assertServed(found);
  });

  /** Resolves when a probe finds the service not ready, or gone. */
  async function untilNotReady(): Promise<void> {
    while ((await probe(`${service.base}/health/ready`)).status === 200) await sleep(100);
  }

  /** Every request has a whole answer. */
  function assertAnswered(found: LoadFigures): void {
    const { name, unanswered } = found;
    assert.deepEqual(unanswered.slice(0, 5), [], `${name}: ${unanswered.length} without an answer`);
    assertServed(found);
  }

  /** Answers make sense: the service may say that it is busy, but not that it is broken. */
  function assertServed({ name, statuses, requests }: LoadFigures): void {
    const { none: _none, 503: _busy, 504: _late, 200: read = 0, 201: written = 0, ...unexpected } = statuses;
    assert.deepEqual(unexpected, {}, name);
    // How many it can serve is the machine's affair; that it serves on is not.
    assert.ok(read + written > requests / 20, `${name}: too few were served`);
  }

  /** A metric of the driver, over all its labels. */
  async function metric(name: string): Promise<number> {
    const { text } = await probe(`${service.base}/metrics`);
    const values = [...text.matchAll(new RegExp(`^cassandra_${name}(?:\\{.*\\})? (\\d+)`, 'gm'))];
    assert.ok(values.length > 0, name);
    return values.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  /** Until the session has nothing of any request. */
  function quiet(): Promise<void> {
    return eventually(async () => {
      for (const name of ['in_flight_requests', 'queued_requests', 'open_streams'])
        assert.equal(await metric(name), 0, name);
    }, 30_000);
  }
});

function lasting(durationMs: number): () => boolean {
  const until = performance.now() + durationMs;
  return () => performance.now() > until;
}

/** Half reads of users, some of orders, some writes. */
function mixOf(users: readonly string[]): () => LoadRequest {
  let n = 0;
  return () => {
    const user = users[n++ % users.length] ?? '';
    if (n % 10 < 5) return { path: `/users/${user}` };
    if (n % 10 < 7) return { path: `/users/${user}/orders?limit=5` };
    if (n % 10 < 8) return { path: SEARCH };
    return { path: '/orders', body: JSON.stringify({ userId: user, total: '9.99', items: { tea: 1 } }) };
  };
}

async function addUser(base: string): Promise<string> {
  const { status, text } = await post(`${base}/users`, { name: 'Ada', email: 'ada@example.org' });
  assert.equal(status, 201);
  return (JSON.parse(text) as { id: string }).id;
}

/** 10 MB, so that slow readers do not find all of it in the buffers of their sockets. */
async function fillExport(nodes: EmbeddedCluster, user: string): Promise<void> {
  const { contactPoints, localDataCenter } = nodes;
  await using cluster = new AsyncCluster({ contactPoints, localDataCenter });
  const items = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`${n}`.padEnd(60, '-'), n]));
  await fillHour(await cluster.connect('shop'), new Date(Date.UTC(2025, 3, 1, 10)), EXPORTED, user, items);
}
