import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AbortError, ConfigurationError, SessionClosedError } from '../../../../src/errors/index.ts';
import {
  type ClusterMetrics,
  ConnectionMonitor,
  MetricsMiddleware,
  type MonitorOptions,
} from '../../../../src/observability/index.ts';
import { RateLimitedSession } from '../../../../src/resilience/index.ts';
import { delayed, error, never, rows, t } from '../../../support/index.ts';
import { FakeSession } from '../../../support/session/fake-session.ts';
import { rejection, SessionHarness } from '../../../support/session/session-harness.ts';

const CHECK = /^SELECT host_id, cluster_name, release_version FROM system\.local/;

function monitorOf(h: SessionHarness, options: MonitorOptions = {}): ConnectionMonitor {
  return new ConnectionMonitor(h.session, options, h.clock);
}

/** How often each node was asked how it is. */
function checks(h: SessionHarness): number[] {
  return h.servers.nodes.map((node) => node.log.ofOpcode('QUERY').filter(({ cql }) => CHECK.test(cql ?? '')).length);
}

describe('the check of a node', () => {
  test('should go to the node that it names, and to no other', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    const monitor = monitorOf(h);
    for (const [i, server] of h.servers.nodes.entries()) {
      h.clearLogs();
      const { hostId } = server.node;
      const host = await h.settle(monitor.checkHostHealth(hostId));
      assert.deepEqual(
        checks(h),
        [0, 1, 2].map((each) => Number(each === i)),
      );
      const { latencyMs, lastCheck, ...rest } = host;
      assert.deepEqual(rest, {
        hostId,
        address: server.contactPoint,
        dataCenter: 'datacenter1',
        rack: 'rack1',
        status: 'up',
        releaseVersion: server.node.releaseVersion,
        connectionCount: 1,
        inFlight: 0,
        lastError: null,
      });
      // A millisecond there, one back.
      assert.ok(latencyMs !== null && latencyMs >= 2 && latencyMs < 4, `${latencyMs}`);
      assert.equal(lastCheck, Math.floor(h.clock.wallClockMicros() / 1000));
    }
    const node = h.cluster.metadata.nodes.get(h.node(1).node.hostId);
    assert.ok(node !== undefined);
    assert.equal((await h.settle(monitor.checkHostHealth(node))).address, h.node(1).contactPoint);
  });

  test('should tell that a node is down: stopped, silent, failing, or another one than it is held for', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    const monitor = monitorOf(h, { checkTimeoutMs: 200 });
    const id = (i: number): string => h.node(i).node.hostId;
    h.node(0).when(CHECK, never());
    const from = h.clock.now();
    const silent = await h.settle(monitor.checkHostHealth(id(0)));
    assert.deepEqual([silent.status, silent.latencyMs, silent.lastError?.code], ['down', null, 'CASS_ERR_TIMEOUT']);
    assert.ok(h.clock.now() - from < 230, `${h.clock.now() - from}`);
    h.node(1).when(CHECK, error('overloaded'));
    const failing = await h.settle(monitor.checkHostHealth(id(1)));
    assert.deepEqual([failing.status, failing.releaseVersion], ['down', null]);
    h.node(1).when(
      CHECK,
      rows({ host_id: t.uuid, cluster_name: t.text, release_version: t.text }, [[id(2), 'other', '9.9.9']]),
    );
    const other = await h.settle(monitor.checkHostHealth(id(1)));
    assert.equal(other.status, 'down');
    assert.match(other.lastError?.message ?? '', /Another node answers/);
    await h.settle(h.servers.stopNode(h.node(2)));
    const stopped = await h.settle(monitor.checkHostHealth(id(2)));
    assert.equal(stopped.status, 'down');
    assert.ok(stopped.lastError !== null && stopped.latencyMs === null);
  });

  test('should have a deadline and a signal of its own', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CHECK, never());
    const monitor = monitorOf(h);
    const host = await h.settle(monitor.checkHostHealth(h.node().node.hostId, { timeoutMs: 50 }));
    assert.equal(host.lastError?.code, 'CASS_ERR_TIMEOUT');
    const controller = new AbortController();
    const aborted = rejection(monitor.checkHostHealth(h.node().node.hostId, { signal: controller.signal }));
    await h.clock.advance(10);
    controller.abort();
    assert.ok((await h.settle(aborted)) instanceof AbortError);
    await assert.rejects(monitor.checkHostHealth('no such node'), ConfigurationError);
  });
});

describe('a round of checks', () => {
  test('should ask every node once and add up what they say', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    h.clearLogs();
    await h.settle(h.servers.stopNode(h.node(2)));
    const metrics = await h.settle(monitorOf(h).getClusterMetrics());
    assert.deepEqual(checks(h), [1, 1, 0]);
    assert.deepEqual([metrics.healthyHosts, metrics.unhealthyHosts, metrics.totalConnections], [2, 1, 2]);
    assert.equal(metrics.clusterName, 'scripted');
    assert.deepEqual(JSON.parse(JSON.stringify(metrics)), metrics);
  });

  test('should never ask more nodes at a time than it may', async () => {
    await using h = await SessionHarness.start({ nodes: 5 });
    let atOnce = 0;
    h.servers.when(CHECK, delayed(50, rows({ host_id: t.uuid }, [])));
    const round = monitorOf(h, { maxConcurrentChecks: 2 }).getClusterMetrics();
    const watch = async (): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        atOnce = Math.max(atOnce, h.session.state.inFlight);
        await h.clock.advance(5);
      }
    };
    await watch();
    assert.equal((await h.settle(round)).hosts.length, 5);
    assert.equal(atOnce, 2);
  });

  test('should be one for all who ask at the same time, and outlast those who give up', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    h.clearLogs();
    const monitor = monitorOf(h);
    const controller = new AbortController();
    const first = rejection(monitor.getClusterMetrics({ signal: controller.signal }));
    const second = monitor.getClusterMetrics();
    controller.abort(new Error('no more'));
    const gaveUp = await first;
    assert.ok(gaveUp instanceof AbortError);
    assert.equal((gaveUp.cause as Error).message, 'no more');
    assert.equal((await h.settle(second)).healthyHosts, 2);
    assert.deepEqual(checks(h), [1, 1]);
    assert.equal(monitor.history.length, 1);
  });

  test('should end with the last of those who asked for it', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(CHECK, never());
    const monitor = monitorOf(h);
    const controller = new AbortController();
    const only = rejection(monitor.getClusterMetrics({ signal: controller.signal }));
    await h.clock.advance(5);
    controller.abort();
    assert.ok((await only) instanceof AbortError);
    assert.equal(h.session.state.inFlight, 0);
    h.servers.when(CHECK, rows({ host_id: t.uuid }, []));
    assert.equal((await h.settle(monitor.getClusterMetrics())).hosts.length, 1);
  });

  test('should be remembered, within a bound', async () => {
    await using h = await SessionHarness.start();
    const monitor = monitorOf(h, { historySize: 3 });
    assert.deepEqual([monitor.lastMetrics, monitor.history], [null, []]);
    const all: ClusterMetrics[] = [];
    for (let i = 0; i < 5; i++) all.push(await h.settle(monitor.getClusterMetrics()));
    assert.deepEqual(monitor.history, all.slice(2));
    assert.equal(monitor.lastMetrics, all[4]);
    const forgetful = monitorOf(h, { historySize: 0 });
    await h.settle(forgetful.getClusterMetrics());
    assert.deepEqual(forgetful.history, []);
  });
});

describe('callbacks of a monitor', () => {
  test('should be told of each round, and harm nothing by what they throw', async () => {
    await using h = await SessionHarness.start();
    const warnings: string[] = [];
    const logger = {
      warn: (message: unknown) => {
        warnings.push(String(message));
        throw new Error('the logger throws too');
      },
    };
    const monitor = monitorOf(h, { logger });
    const told: ClusterMetrics[] = [];
    monitor.addCallback(() => {
      throw new Error('first');
    });
    monitor.addCallback(() => Promise.reject(new Error('second')));
    const remove = monitor.addCallback((metrics) => told.push(metrics));
    const metrics = await h.settle(monitor.getClusterMetrics());
    assert.deepEqual(told, [metrics]);
    assert.deepEqual(
      warnings.map((warning) => /first|second/.exec(warning)?.[0]),
      ['first', 'second'],
    );
    remove();
    remove();
    await h.settle(monitor.getClusterMetrics());
    assert.equal(told.length, 1);
    assert.throws(() => monitor.addCallback('no function' as never), ConfigurationError);
  });

  test('should be joined by metrics, which are told how each node is', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    const metrics = new MetricsMiddleware();
    const monitor = monitorOf(h, { metrics, checkTimeoutMs: 200 });
    const healthy = (): Record<string, number> => {
      const family = metrics.collect().find(({ definition }) => definition.name === 'cassandra_connection_healthy');
      return Object.fromEntries((family?.samples ?? []).map(({ labels, value }) => [labels['host'] ?? '', value]));
    };
    const [first, second] = h.servers.contactPoints as [string, string];
    await h.settle(monitor.getClusterMetrics());
    assert.deepEqual(healthy(), { [first]: 1, [second]: 1 });
    h.node(1).when(CHECK, never());
    await h.settle(monitor.getClusterMetrics());
    assert.deepEqual(healthy(), { [first]: 1, [second]: 0 });
  });

  test('should each be taken away by itself, also when the same function was added twice', async () => {
    await using h = await SessionHarness.start();
    const monitor = monitorOf(h);
    let calls = 0;
    const count = () => calls++;
    const remove = monitor.addCallback(count);
    monitor.addCallback(count);
    remove();
    await h.settle(monitor.getClusterMetrics());
    assert.equal(calls, 1);
  });
});

describe('monitoring', () => {
  test('should check at once, then after each pause, without rounds that overlap', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    h.servers.when(CHECK, delayed(400, rows({ host_id: t.uuid }, [])));
    const monitor = monitorOf(h, { intervalMs: 100 });
    const endedAt: number[] = [];
    monitor.addCallback(() => endedAt.push(h.clock.now()));
    const from = h.clock.now();
    h.clearLogs();
    monitor.startMonitoring();
    monitor.startMonitoring();
    assert.ok(monitor.isMonitoring);
    await h.clock.runUntil(() => endedAt.length === 3, 10_000);
    assert.deepEqual(checks(h), [3, 3]);
    const gaps = endedAt.map((at, i) => at - (endedAt[i - 1] ?? from));
    assert.ok((gaps[0] as number) >= 400 && (gaps[0] as number) < 420, `${gaps}`);
    assert.ok(
      gaps.slice(1).every((gap) => gap >= 500 && gap < 520),
      `${gaps}`,
    );
    await h.settle(monitor.stopMonitoring());
    assert.equal(monitor.isMonitoring, false);
    await h.clock.advance(5_000);
    assert.deepEqual(checks(h), [3, 3]);
  });

  test('should stop in the middle of a round, leave nothing, and be able to begin again', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    const rule = h.servers.when(CHECK, never());
    const monitor = monitorOf(h, { intervalMs: 100 });
    const pending = h.clock.pending;
    monitor.startMonitoring();
    await h.clock.advance(20);
    const stopped = monitor.stopMonitoring();
    const again = monitor.stopMonitoring();
    await h.settle(Promise.all([stopped, again]));
    assert.equal(h.session.state.inFlight, 0);
    assert.equal(monitor.history.length, 0);
    assert.ok(h.clock.pending <= pending + 1, 'timers are left');
    rule.remove();
    monitor.startMonitoring();
    await h.clock.runUntil(() => monitor.history.length === 2, 10_000);
    await h.settle(monitor.stopMonitoring());
  });

  test('should let go of the process while it pauses', async () => {
    await using h = await SessionHarness.start();
    const monitor = monitorOf(h, { intervalMs: 60_000 });
    const timers: { ms: number; isRef: boolean }[] = [];
    const set = h.clock.setTimeout.bind(h.clock);
    h.clock.setTimeout = (callback, ms) => {
      const handle = set(callback, ms);
      const entry = { ms, isRef: true };
      timers.push(entry);
      return { ...handle, unref: () => ((entry.isRef = false), handle.unref?.()) };
    };
    monitor.startMonitoring();
    await h.clock.runUntil(() => timers.some(({ ms }) => ms === 60_000), 10_000);
    assert.deepEqual(
      timers.filter(({ ms }) => ms === 60_000),
      [{ ms: 60_000, isRef: false }],
    );
    h.clock.setTimeout = set;
    await h.settle(monitor.stopMonitoring());
  });

  test('should end by itself when the session closes', async () => {
    await using h = await SessionHarness.start();
    const monitor = monitorOf(h, { intervalMs: 100 });
    monitor.startMonitoring();
    await h.clock.runUntil(() => monitor.history.length === 1, 1_000);
    await h.settle(h.session.close());
    await h.clock.advance(200);
    assert.equal(monitor.isMonitoring, false);
    assert.throws(() => monitor.startMonitoring(), SessionClosedError);
    await assert.rejects(monitor.getClusterMetrics(), SessionClosedError);
    assert.equal(monitor.getConnectionSummary().lifecycle, 'closed');
  });

  test('should go on when nodes fail, and see them come back', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    const monitor = monitorOf(h, { intervalMs: 1_000, checkTimeoutMs: 500 });
    const healthy = () => monitor.lastMetrics?.healthyHosts;
    monitor.startMonitoring();
    await h.clock.runUntil(() => healthy() === 2, 5_000);
    await h.settle(h.servers.stopNode(h.node(1)));
    await h.clock.runUntil(() => healthy() === 1, 10_000);
    await h.settle(h.servers.startNode(h.node(1)));
    await h.clock.runUntil(() => healthy() === 2, 120_000);
    await h.settle(monitor.stopMonitoring());
  });

  test('should pass by decorators, whose limits are not for it', async () => {
    await using h = await SessionHarness.start();
    const limited = new RateLimitedSession(
      h.session,
      { maxConcurrent: 1, requestsPerSecond: 0.001, burst: 1 },
      h.clock,
    );
    const monitor = new ConnectionMonitor(limited, {}, h.clock);
    for (let i = 0; i < 3; i++) await h.settle(monitor.getClusterMetrics());
    assert.equal(limited.stats.admitted, 0);
    assert.throws(() => new ConnectionMonitor(new FakeSession()), ConfigurationError);
  });

  test('should refuse options that are unknown or not possible, by name', async () => {
    await using h = await SessionHarness.start();
    const wrong: [string, object][] = [
      ['intervalMs', { intervalMs: 0 }],
      ['checkTimeoutMs', { checkTimeoutMs: '5' }],
      ['maxConcurrentChecks', { maxConcurrentChecks: 0 }],
      ['historySize', { historySize: -1 }],
      ['interval', { interval: 1 }],
    ];
    for (const [path, options] of wrong)
      assert.throws(
        () => monitorOf(h, options),
        (failure) => failure instanceof ConfigurationError && failure.path === path,
      );
  });
});

describe('the summary of connections', () => {
  test('should tell what the session holds, with what was last found out', async () => {
    await using h = await SessionHarness.start({ nodes: 2, cluster: { pooling: { connectionsPerNode: 2 } } });
    const monitor = monitorOf(h);
    await h.settle(monitor.warmupConnections());
    const before = monitor.getConnectionSummary();
    assert.deepEqual([before.totalHosts, before.upHosts, before.totalConnections], [2, 2, 4]);
    assert.deepEqual([before.lastCheck, before.isMonitoring], [null, false]);
    assert.ok(before.hosts.every(({ status }) => status === 'unknown'));
    const metrics = await h.settle(monitor.getClusterMetrics());
    const after = monitor.getConnectionSummary();
    assert.equal(after.lastCheck, metrics.timestamp);
    assert.ok(
      after.hosts.every(
        ({ status, latencyMs, connectionCount }) => status === 'up' && latencyMs !== null && connectionCount === 2,
      ),
    );
  });
});
