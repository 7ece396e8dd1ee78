/**
 * The service under 2,000 requests at a time, with clients that read slowly and clients that leave, and a node killed in the
 * middle; then SIGTERM. The service is a process of its own, and has three real nodes.
 *
 *     npm run prove -- shop-load
 */
import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { loadavg } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AsyncCluster } from 'async-cassandra';
import { EmbeddedCluster, environmentOf } from 'embedded-cassandra';
import type { Holdings } from '../support/probe.ts';
import { HttpLoad, type LoadFigures, type LoadRequest, tableOf } from '../support/http-load.ts';
import { keepLeaving, probe, readSlowly } from '../support/rude-clients.ts';
import { ServiceProcess } from '../support/service-process.ts';
import { eventually, fillHour } from '../support/shop.ts';

const CLIENTS = 2_000;
const SLOW_CLIENTS = 30;
const LEAVING_CLIENTS = 30;
const scale = Number(process.env['PROPERTY_SCALE'] ?? 1);
const PHASE_MS = Math.max(8_000, 60_000 * scale);
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
    service = await ServiceProcess.start({ ...environmentOf(nodes), REPLICATION_FACTOR: '3', DRAIN_DELAY_MS: '15000' });
    const users = await Promise.all(Array.from({ length: 50 }, () => addUser(service.base)));
    await fillExport(nodes, users[0] ?? '');
    load = new HttpLoad(service.base, CLIENTS, mixOf(users));
  });
  after(async () => {
    process.stdout.write(`${tableOf(figures)}\nload average ${loadavg()[0]?.toFixed(1)}\n`);
    await load?.close();
    await service?.[Symbol.asyncDispose]();
    await nodes?.stop();
  });

  it('should answer all of them while nothing is wrong', async () => {
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
    const slow = Array.from({ length: SLOW_CLIENTS }, () => readSlowly(`${service.base}${EXPORT}`, leaving.signal));
    const gone = Array.from({ length: LEAVING_CLIENTS }, () => keepLeaving(`${service.base}${SEARCH}`, leaving.signal));
    const running = load.run('rude clients, a node killed', lasting(PHASE_MS));
    await sleep(PHASE_MS / 3);
    await nodes.nodes[1]?.kill();
    const found = await running;
    figures.push(found);
    leaving.abort();
    const bytes = await Promise.all(slow);
    const departures = (await Promise.all(gone)).reduce((sum, count) => sum + count, 0);
    process.stdout.write(`${departures} clients left; slow ones read ${bytes.reduce((a, b) => a + b, 0)} bytes\n`);
    assert.ok(departures > LEAVING_CLIENTS);
    assertAnswered(found);
    assert.equal((await probe(`${service.base}/health/ready`)).status, 200, 'Two of three nodes are enough');
  });

  it('should hold nothing of all these requests afterwards', async () => {
    await load.close();
    await quiet();
    await eventually(async () => {
      const { heapMb, sockets } = await service.holdings();
      const openConnections = await gauge('open_connections');
      assert.ok(sockets <= openConnections + 4, `${sockets} sockets for ${openConnections} connections to nodes`);
      assert.ok(heapMb < settled.heapMb + 40, `The heap grew from ${settled.heapMb} to ${heapMb} MB`);
    }, 30_000);
    const now = await service.holdings();
    process.stdout.write(
      `heap ${settled.heapMb.toFixed(0)} -> ${now.heapMb.toFixed(0)} MB, resident ${now.rssMb.toFixed(0)} MB\n`,
    );
  });

  it('should lose no reply when it is told to end under load', async () => {
    const users = await Promise.all(Array.from({ length: 10 }, () => addUser(service.base)));
    load = new HttpLoad(service.base, CLIENTS, mixOf(users));
    let isTold = false;
    const running = load.run('SIGTERM', () => isTold);
    await sleep(2_000);
    const began = performance.now();
    // What stands in front of a service sends it nothing more; what it has sent until then, each of its clients waits for.
    isTold = true;
    const exit = service.terminate();
    const found = await running;
    figures.push(found);
    assert.equal(await exit, 0);
    process.stdout.write(`Closed ${((performance.now() - began) / 1_000).toFixed(1)} s after SIGTERM\n`);
    assert.ok(performance.now() - began < 45_000, 'That is the delay and what replies may take');
    assertAnswered(found);
  });

  /** Every request has a whole answer, and one that makes sense: the service may say that it is busy, but not that it is broken. */
  function assertAnswered({ name, statuses, requests }: LoadFigures): void {
    const expected = new Set(['200', '201', '503', '504']);
    assert.deepEqual(
      Object.entries(statuses).filter(([status]) => !expected.has(status)),
      [],
      `${name}: ${[...load.lostCauses].join(', ')}`,
    );
    // How many it can serve is the machine's affair; that it serves on is not.
    assert.ok((statuses['200'] ?? 0) + (statuses['201'] ?? 0) > requests / 20, `${name}: too few were served`);
  }

  async function gauge(name: string): Promise<number> {
    const { text } = await probe(`${service.base}/metrics`);
    return Number(new RegExp(`^shop_cassandra_${name} (\\d+)`, 'm').exec(text)?.[1]);
  }

  /** Until the session has nothing of any request. */
  function quiet(): Promise<void> {
    return eventually(async () => {
      for (const name of ['in_flight', 'queued', 'open_streams']) assert.equal(await gauge(name), 0, name);
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
  const body = JSON.stringify({ name: 'Ada', email: 'ada@example.org' });
  const response = await fetch(`${base}/users`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(response.status, 201);
  return ((await response.json()) as { id: string }).id;
}

/** 10 MB, so that slow readers do not find all of it in the buffers of their sockets. */
async function fillExport(nodes: EmbeddedCluster, user: string): Promise<void> {
  const { contactPoints, localDataCenter } = nodes;
  await using cluster = new AsyncCluster({ contactPoints, localDataCenter });
  const items = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`${n}`.padEnd(60, '-'), n]));
  await fillHour(await cluster.connect('shop'), new Date(Date.UTC(2025, 3, 1, 10)), 3_000, user, items);
}
