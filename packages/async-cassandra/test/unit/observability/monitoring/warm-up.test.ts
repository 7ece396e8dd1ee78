import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AbortError, ConfigurationError, SessionClosedError } from '../../../../src/errors/index.ts';
import { ConnectionMonitor, createMonitoredSession } from '../../../../src/observability/index.ts';
import { error, never, pages, t, voidResult } from '../../../support/index.ts';
import { rejection, SessionHarness } from '../../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (?)';
const SELECT = 'SELECT k FROM ks.t WHERE k = ?';

async function start(nodes: number, connectionsPerNode = 1): Promise<SessionHarness> {
  const h = await SessionHarness.start({ nodes, cluster: { pooling: { connectionsPerNode } } });
  h.servers.when(INSERT, voidResult(), { bind: { k: t.int } });
  h.servers.when(SELECT, pages({ k: t.int }, [[[1]]]), { bind: { k: t.int } });
  return h;
}

/** How often each node was asked to prepare a text. */
function preparesBy(h: SessionHarness, cql: string): number[] {
  return h.servers.nodes.map((node) => node.log.ofOpcode('PREPARE').filter((request) => request.cql === cql).length);
}

describe('warming up', () => {
  test('should wait for all connections of all nodes, and prepare each statement once on each node', async () => {
    await using h = await start(3, 4);
    const monitor = new ConnectionMonitor(h.session, {}, h.clock);
    const report = await h.settle(monitor.warmupConnections({ statements: [INSERT, SELECT, INSERT] }));
    assert.equal(h.session.state.openConnections, 12);
    assert.deepEqual(
      [preparesBy(h, INSERT), preparesBy(h, SELECT)],
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
    );
    const { durationMs, warmNodes, ...rest } = report;
    assert.deepEqual(rest, { isComplete: true, openConnections: 12, coldNodes: [], prepared: 6, failures: [] });
    assert.deepEqual([...warmNodes].sort(), [...h.servers.contactPoints].sort());
    assert.ok(durationMs > 0);
    // What was prepared is what requests use: none of the nodes is asked again.
    h.clearLogs();
    const insert = await h.settle(h.session.prepare(INSERT));
    for (let i = 0; i < 9; i++) await h.settle(h.session.execute(insert, [i]));
    assert.equal(h.prepares(), 0);
    assert.ok(h.servers.nodes.every((node) => node.log.ofOpcode('EXECUTE').length > 0));
  });

  test('should not wait for a node that is down, and say so', async () => {
    await using h = await start(3);
    await h.settle(h.servers.stopNode(h.node(1)));
    await h.clock.advance(100);
    const from = h.clock.now();
    const monitor = new ConnectionMonitor(h.session, {}, h.clock);
    const report = await h.settle(monitor.warmupConnections({ statements: [INSERT] }));
    assert.ok(h.clock.now() - from < 1_000);
    assert.deepEqual([report.isComplete, report.prepared], [false, 2]);
    assert.deepEqual(report.coldNodes, [h.node(1).contactPoint]);
  });

  test('should prepare no more at a time than it may', async () => {
    await using h = await start(3);
    const statements = Array.from({ length: 6 }, (_, i) => `SELECT k FROM ks.t WHERE k = ${i}`);
    let atOnce = 0;
    const monitor = new ConnectionMonitor(h.session, {}, h.clock);
    const warm = monitor.warmupConnections({ statements, concurrency: 2 });
    const watch = h.clock.runUntil(() => {
      atOnce = Math.max(atOnce, h.session.state.inFlight);
      return h.prepares() === 18;
    });
    await watch;
    assert.equal((await h.settle(warm)).prepared, 18);
    assert.equal(atOnce, 2);
  });

  test('should end at its deadline with what it has', async () => {
    await using h = await start(2);
    h.node(1).when({ opcode: 'PREPARE' }, never());
    const monitor = new ConnectionMonitor(h.session, {}, h.clock);
    const from = h.clock.now();
    const report = await h.settle(
      monitor.warmupConnections({ statements: [INSERT, SELECT], timeoutMs: 300, concurrency: 1 }),
    );
    assert.ok(h.clock.now() - from <= 320, `${h.clock.now() - from}`);
    assert.deepEqual([report.isComplete, report.prepared], [false, 1]);
    assert.equal(h.session.activeOperations, 0);
  });

  test('should tell what could not be prepared, and where', async () => {
    await using h = await start(2);
    h.node(0).when({ opcode: 'PREPARE', cql: SELECT }, error('invalid'));
    const monitor = new ConnectionMonitor(h.session, {}, h.clock);
    const report = await h.settle(monitor.warmupConnections({ statements: [INSERT, SELECT] }));
    assert.deepEqual([report.isComplete, report.prepared], [false, 3]);
    assert.deepEqual(
      report.failures.map(({ node, statement, code }) => [node, statement, code]),
      [[h.node(0).contactPoint, SELECT, 'CASS_ERR_INVALID_QUERY']],
    );
  });

  test('should obey its signal and the closing of its session, and leave nothing', async () => {
    await using h = await start(2);
    h.servers.when({ opcode: 'PREPARE' }, never());
    const monitor = new ConnectionMonitor(h.session, {}, h.clock);
    const pending = h.clock.pending;
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = rejection(monitor.warmupConnections({ statements: [INSERT], signal }));
    await h.clock.advance(20);
    controller.abort(new Error('enough'));
    const failure = await h.settle(aborted);
    assert.ok(failure instanceof AbortError);
    assert.equal((failure.cause as Error).message, 'enough');
    assert.ok(h.clock.pending <= pending + 1);
    assert.ok((await rejection(monitor.warmupConnections({ signal }))) instanceof AbortError);
    const closed = rejection(monitor.warmupConnections({ statements: [INSERT] }));
    await h.clock.advance(20);
    await h.settle(h.session.close({ drainTimeoutMs: 0 }));
    assert.ok((await h.settle(closed)) instanceof SessionClosedError);
    assert.ok((await rejection(monitor.warmupConnections())) instanceof SessionClosedError);
  });

  test('should refuse options that are unknown or not possible', async () => {
    await using h = await start(1);
    const monitor = new ConnectionMonitor(h.session, {}, h.clock);
    for (const options of [{ statements: 'SELECT' }, { concurrency: 0 }, { timeoutMs: -1 }, { queries: [] }])
      assert.ok((await rejection(monitor.warmupConnections(options as object))) instanceof ConfigurationError);
  });
});

describe('waiting for connections', () => {
  test('should follow connections that come, and nodes that cannot be reached or leave', async () => {
    await using h = await start(2, 2);
    assert.equal(await h.settle(h.session.awaitConnections()), true);
    assert.equal(h.session.state.openConnections, 4);
    assert.equal(await h.session.awaitConnections(AbortSignal.abort()), false);
    await h.settle(h.servers.stopNode(h.node(1)));
    await h.clock.advance(50);
    assert.equal(await h.settle(h.session.awaitConnections()), true);
    await h.settle(h.servers.startNode(h.node(1)));
    await h.clock.runUntil(() => h.session.state.openConnections === 3, 120_000);
    assert.equal(await h.settle(h.session.awaitConnections()), true);
    assert.equal(h.session.state.openConnections, 4);
    await h.settle(h.session.close());
    assert.equal(await h.session.awaitConnections(), false);
  });

  test('should end without connections when its signal fires or the session closes', async () => {
    await using h = await start(2, 2);
    await h.settle(h.session.awaitConnections());
    const [lost] = h.network.openLinks('10.0.0.1');
    h.servers.when({ opcode: 'STARTUP' }, never());
    lost?.cut();
    h.network.openLinks('10.0.0.1')[0]?.cut();
    await h.clock.advance(10);
    const controller = new AbortController();
    const aborted = h.session.awaitConnections(controller.signal);
    const closed = h.session.awaitConnections();
    controller.abort();
    assert.equal(await h.settle(aborted), false);
    await h.settle(h.session.close({ drainTimeoutMs: 0 }));
    assert.equal(await h.settle(closed), false);
  });
});

describe('preparing on one node', () => {
  test('should ask that node, though the statement is known, and give the same statement', async () => {
    await using h = await start(2);
    const known = await h.settle(h.session.prepare(INSERT));
    h.clearLogs();
    const node = h.node(1).node.hostId;
    const again = await h.settle(h.session.prepare(INSERT, { node }));
    assert.deepEqual(preparesBy(h, INSERT), [0, 1]);
    assert.equal(again.cql, known.cql);
    assert.equal(h.session.state.preparedStatements, 1);
    h.node(1).when({ opcode: 'PREPARE' }, never());
    const failure = await h.failure(h.session.prepare(INSERT, { node, timeoutMs: 50 }));
    assert.match(failure.message, /50 ms/);
  });
});

describe('a monitored session', () => {
  test('should be warm and watched when it is handed out, and count what passes', async () => {
    await using h = await start(2);
    const session = await h.settle(
      createMonitoredSession(h.session, { warmup: { statements: [SELECT] }, intervalMs: 1_000 }, h.clock),
    );
    assert.equal(session.warmup?.prepared, 2);
    assert.ok(session.monitor.isMonitoring);
    assert.deepEqual((await h.settle(session.execute(SELECT, [1]))).one(), { k: 1 });
    h.servers.when(INSERT, error('overloaded'), { bind: { k: t.int } });
    await h.failure(session.execute(INSERT, [1], { timeoutMs: 1_000 }));
    const { totalMs, ...stats } = session.stats;
    assert.deepEqual(stats, { inFlight: 0, succeeded: 1, failed: 1, errors: { CASS_ERR_OVERLOADED: 1 } });
    assert.ok(totalMs > 0);
    await h.clock.runUntil(() => session.monitor.history.length === 2, 10_000);
    await h.settle(session.close());
    assert.equal(session.monitor.isMonitoring, false);
    assert.ok(h.session.closed && session.closed);
  });

  test('should be cold and unwatched when that is wanted', async () => {
    await using h = await start(1);
    const session = await h.settle(
      createMonitoredSession(h.session, { warmup: false, startMonitoring: false }, h.clock),
    );
    assert.deepEqual([session.warmup, session.monitor.isMonitoring], [null, false]);
  });

  test('should fail without closing what it was given, nor watching it', async () => {
    await using h = await start(1);
    const wrong = [{ warmup: 1 }, { startMonitoring: 'yes' }, { interval: 5 }, { warmup: { timeoutMs: 0 } }];
    for (const options of wrong)
      assert.ok(
        (await rejection(createMonitoredSession(h.session, options as object, h.clock))) instanceof ConfigurationError,
      );
    assert.equal(h.session.closed, false);
  });
});
