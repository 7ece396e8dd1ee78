import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { RequestTracker } from '../../../../src/diagnostics/index.ts';
import { StatusPage, type StatusPageOptions } from '../../../../src/observability/status-page/status-page.ts';
import { delayed, error, rows, t } from '../../../support/index.ts';
import { SessionHarness } from '../../../support/session/session-harness.ts';

const SECRET = 'a literal nobody may see';

async function start(nodes = 3): Promise<SessionHarness> {
  const harness = await SessionHarness.start({ nodes, keyspace: 'shop' });
  harness.servers.when('SELECT v FROM slow', delayed(40, rows({ v: t.int }, [[1]])));
  harness.servers.when(`SELECT v FROM fast WHERE k = '${SECRET}'`, rows({ v: t.int }, [[1]]));
  harness.servers.when('SELECT v FROM broken', error('readTimeout'));
  return harness;
}

function pageOf({ cluster, session, clock }: SessionHarness, options?: StatusPageOptions): StatusPage {
  return new StatusPage(cluster, session, options, clock);
}

describe('StatusPage', () => {
  it('should tell of the cluster and the session before anything was measured', async () => {
    await using harness = await start();
    using page = pageOf(harness);
    const snapshot = page.snapshot();
    assert.equal(snapshot.keyspace, 'shop');
    assert.equal(snapshot.lifecycle, 'open');
    assert.equal(snapshot.clusterName, harness.cluster.metadata.clusterName);
    assert.deepEqual(
      snapshot.nodes.map(({ endPoint, condition, openConnections }) => [endPoint, condition, openConnections]),
      [1, 2, 3].map((last) => [`10.0.0.${last}:9042`, 'up', 1]),
    );
    assert.equal(snapshot.traffic.requestsPerSecond, null);
    assert.deepEqual([snapshot.errors, snapshot.changes], [[], []]);
  });

  it('should make figures of what ended in each interval', async () => {
    await using harness = await start(1);
    using page = pageOf(harness, { intervalMs: 1000 });
    page.start();
    const { session, clock } = harness;
    for (let i = 0; i < 8; i++)
      await clock.settle(session.execute('SELECT v FROM slow', undefined, { prepare: false }));
    for (let i = 0; i < 2; i++)
      await harness.failure(session.execute('SELECT v FROM broken', undefined, { prepare: false, idempotent: false }));
    await clock.advance(1000 - (clock.now() % 1000));
    await clock.advance(20);
    const { traffic, nodes, errors } = page.snapshot();
    assert.equal(traffic.history.requestsPerSecond.length, 1);
    assert.ok(Math.abs((traffic.requestsPerSecond ?? 0) - 10) < 0.5, `${traffic.requestsPerSecond} a second`);
    assert.ok(Math.abs((traffic.errorRatio ?? 0) - 0.2) < 1e-6, `${traffic.errorRatio} failed`);
    assert.ok((traffic.p50Ms ?? 0) >= 40 && (traffic.p50Ms ?? 0) < 46, `p50 is ${traffic.p50Ms} ms`);
    assert.ok((traffic.p99Ms ?? 0) >= 40 && (traffic.p99Ms ?? 0) < 46, `p99 is ${traffic.p99Ms} ms`);
    assert.ok((nodes[0]?.traffic.requestsPerSecond ?? 0) >= 9.5);
    assert.deepEqual(
      errors.map(({ name, count }) => [name, count]),
      [['ReadTimeoutError', 2]],
    );
    await clock.advance(1000);
    const after = page.snapshot().traffic;
    assert.deepEqual([after.requestsPerSecond, after.errorRatio, after.p99Ms], [0, null, null], 'nothing happened');
    await clock.settle(session.execute(`SELECT v FROM fast WHERE k = '${SECRET}'`, undefined, { prepare: false }));
    await clock.advance(1000);
    const { p99Ms } = page.snapshot().traffic;
    assert.ok(p99Ms !== null && p99Ms < 20, `p99 of one fast request is ${p99Ms} ms`);
  });

  it('should show that a node went down, came back, and when', async () => {
    await using harness = await start();
    using page = pageOf(harness, { intervalMs: 100 });
    page.start();
    page.snapshot();
    const server = harness.node(1);
    const endPoint = '10.0.0.2:9042';
    const condition = (): string | undefined =>
      page.snapshot().nodes.find((node) => node.endPoint === endPoint)?.condition;
    await harness.servers.stopNode(server);
    await harness.clock.runUntil(() => condition() === 'down');
    assert.match(page.respond().body, /1 node of 3 not up: 10\.0\.0\.2:9042 is down/);
    assert.match(page.respond().body, /<title>\(!\) /);
    await harness.clock.settle(harness.servers.startNode(server));
    await harness.clock.runUntil(() => condition() === 'up');
    const changes = page.snapshot().changes.map((change) => [change.endPoint, change.to]);
    assert.deepEqual(changes.at(-1), [endPoint, 'down']);
    assert.deepEqual(changes[0], [endPoint, 'up']);
    assert.match(page.respond().body, /All 3 nodes are up/);
  });

  it('should measure only while somebody looks, and let go of the session then', async () => {
    await using harness = await start(1);
    const { clock } = harness;
    using page = pageOf(harness, { intervalMs: 1000, idleMs: 5000 });
    page.snapshot();
    await clock.advance(4500);
    assert.equal(page.snapshot().traffic.history.requestsPerSecond.length, 4);
    await clock.advance(20_000);
    const pending = clock.pending;
    assert.equal(page.snapshot().traffic.history.requestsPerSecond.length, 0, 'it began anew');
    assert.equal(clock.pending, pending + 1, 'it had no timer while nobody looked');
  });

  it('should follow the session once, from the first look to the last, however many look', async () => {
    await using harness = await start(1);
    const { session, cluster, clock } = harness;
    const calls: string[] = [];
    const watched = {
      keyspace: session.keyspace,
      get state() {
        return session.state;
      },
      observe: (tracker: RequestTracker) => (calls.push('observe'), session.observe(tracker)),
      unobserve: (tracker: RequestTracker) => calls.push(`unobserve ${session.unobserve(tracker)}`),
    };
    const page = new StatusPage(cluster, watched, { intervalMs: 1000, idleMs: 2000 }, clock);
    assert.deepEqual(calls, []);
    page.snapshot();
    page.snapshot();
    assert.deepEqual(calls, ['observe']);
    await clock.advance(5000);
    assert.deepEqual(calls, ['observe', 'unobserve true']);
    page.snapshot();
    page.stop();
    page.stop();
    assert.deepEqual(calls, ['observe', 'unobserve true', 'observe', 'unobserve true']);
  });

  it('should remember no more than it was told to, when it was told to start', async () => {
    await using harness = await start(1);
    using page = pageOf(harness, { intervalMs: 1000, idleMs: 0, historySize: 5 });
    page.start();
    await harness.clock.advance(60_000);
    const { traffic, inFlightHistory, nodes } = page.snapshot();
    assert.equal(traffic.history.p99Ms.length, 5);
    assert.equal(inFlightHistory.length, 5);
    assert.equal(nodes[0]?.traffic.history.errorRatio.length, 5);
  });

  it('should keep nothing alive when the session is closed', async () => {
    await using harness = await start(1);
    const page = pageOf(harness, { intervalMs: 1000 });
    page.start();
    await harness.settle(harness.session.close());
    await harness.clock.advance(1001);
    const pending = harness.clock.pending;
    assert.equal(page.snapshot().lifecycle, 'closed');
    assert.match(page.respond().body, /The session is closed/);
    assert.equal(harness.clock.pending, pending);
  });

  it('should show no statement and no value', async () => {
    await using harness = await start(1);
    using page = pageOf(harness, { intervalMs: 100 });
    page.start();
    await harness.settle(
      harness.session.execute(`SELECT v FROM fast WHERE k = '${SECRET}'`, undefined, { prepare: false }),
    );
    await harness.failure(harness.session.execute('SELECT v FROM broken', undefined, { prepare: false }));
    await harness.clock.advance(150);
    const shown = page.respond('json').body + page.respond('html').body;
    assert.doesNotMatch(shown, /SELECT|nobody may see/);
    assert.match(shown, /ReadTimeoutError/);
  });

  it('should allow its own script and style only, by their hashes', async () => {
    await using harness = await start(1);
    using page = pageOf(harness);
    const { headers, body } = page.respond();
    const policy = headers['content-security-policy'] ?? '';
    const hash = (tag: string): string => {
      const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(body)?.[1] ?? '';
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    assert.ok(policy.includes(`script-src ${hash('script')}`), policy);
    assert.ok(policy.includes(`style-src ${hash('style')}`), policy);
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.doesNotMatch(body, /\s(?:src|style|on\w+)=|url\(|https?:/);
    assert.equal(headers['cache-control'], 'no-store');
  });

  it('should answer with JSON that says the same', async () => {
    await using harness = await start();
    using page = pageOf(harness);
    const { headers, body } = page.respond('json');
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    const parsed = JSON.parse(body) as { nodes: unknown[]; keyspace: string };
    assert.equal(parsed.nodes.length, 3);
    assert.equal(parsed.keyspace, 'shop');
  });

  it('should refuse options that are unknown or wrong, naming them', async () => {
    await using harness = await start(1);
    for (const [name, value] of [
      ['intervalMs', 0],
      ['historySize', 1],
      ['refreshMs', Number.NaN],
      ['idleMs', -1],
      ['title', ''],
      ['colour', 'red'],
    ] as const) {
      assert.throws(() => pageOf(harness, { [name]: value }), { name: 'ConfigurationError', path: name });
    }
  });
});
