import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  AsyncCluster,
  ConfigurationError,
  NoHostAvailableError,
  SessionClosedError,
  type SessionState,
} from 'async-cassandra';
import { delay, eventually } from '../support/index.ts';
import { describeOnEveryPair } from './support/every-pair.ts';
import { clusterOptions } from './support/test-cluster.ts';
import { openThroughProxy } from './support/through-proxy.ts';

const SCHEMA = ['CREATE TABLE lives (id text PRIMARY KEY, n int)'];
const INSERT = 'INSERT INTO lives (id, n) VALUES (?, ?)';
const SELECT = 'SELECT n FROM lives WHERE id = ?';

describeOnEveryPair('From connecting to closing', SCHEMA, (context) => {
  it('should speak the version and compression that were asked for', async () => {
    await using cluster = context.client({ applicationName: 'integration', applicationVersion: '1.2.3' });
    const session = await cluster.connect();
    const clients = await session.execute('SELECT * FROM system_views.clients');
    const own = (await clients.all()).filter((row) => {
      const options = row['client_options'] as ReadonlyMap<string, string> | null;
      return options?.get('APPLICATION_NAME') === 'integration';
    });
    assert.ok(own.length >= 2, `${own.length} connections`);
    for (const row of own) {
      const options = row['client_options'] as ReadonlyMap<string, string>;
      assert.equal(row['protocol_version'], context.pair.protocolVersion);
      assert.equal(options.get('COMPRESSION') ?? 'none', context.pair.compression);
      assert.equal(options.get('APPLICATION_VERSION'), '1.2.3');
      assert.match(String(row['driver_name']), /^async-cassandra/);
    }
  });

  it('should say what it holds at the moment', async () => {
    const session = await context.anotherSession();
    const { nodes, limits } = session.state;
    const idle: SessionState = {
      lifecycle: 'open',
      activeOperations: 0,
      inFlight: 0,
      queued: 0,
      openStreams: 0,
      preparedStatements: 0,
      openConnections: nodes.reduce((sum, node) => sum + node.openConnections, 0),
      nodes,
      limits,
    };
    assert.deepEqual(session.state, idle);
    for (const node of nodes) {
      assert.equal(node.isUp, true);
      assert.deepEqual([node.inFlight, node.orphaned, node.bufferedBytes], [0, 0, 0]);
    }
    assert.ok(idle.openConnections >= 1);
    await session.prepare(SELECT);
    const work = Array.from({ length: 10 }, () => session.execute(SELECT, ['nobody']));
    assert.equal(session.state.activeOperations, 10);
    assert.equal(session.state.inFlight, 10);
    assert.equal(session.activeOperations, 10);
    await Promise.all(work);
    assert.deepEqual(session.state, { ...idle, preparedStatements: 1 });
  });

  it('should let what is under way finish when it closes, and take nothing new', async () => {
    await using proxied = await openThroughProxy(context);
    const { session, proxy } = proxied;
    const insert = await session.prepare(INSERT);
    proxy.when({ direction: 'toClient', opcode: 'RESULT' }, delay(200));
    const keys = Array.from({ length: 20 }, () => context.key());
    const work = Promise.all(keys.map((key, n) => session.execute(insert, [key, n])));
    const closing = session.close();
    assert.equal(session.closed, false);
    for (const refused of [session.execute(insert, ['x', 1]), session.prepare(SELECT), session.executeStream(SELECT)]) {
      await assert.rejects(refused, (error: unknown) => {
        assert.ok(error instanceof SessionClosedError, String(error));
        assert.equal(error.outcome, 'notSent');
        return true;
      });
    }
    assert.equal((await work).length, 20);
    await closing;
    assert.equal(session.closed, true);
    assert.equal(session.state.openConnections, 0);
    assert.equal(session.state.lifecycle, 'closed');
    await session.close();
    await assert.rejects(session.setKeyspace(context.keyspace), SessionClosedError);
  });

  it('should fail what is not finished when the drain time is over', async () => {
    await using proxied = await openThroughProxy(context);
    const { session, proxy } = proxied;
    const [insert, select] = [await session.prepare(INSERT), await session.prepare(SELECT)];
    proxy.when({ direction: 'toClient', opcode: 'RESULT' }, delay(3_000));
    const before = proxy.count('toServer', 'EXECUTE');
    const [write, read] = [session.execute(insert, [context.key(), 1]), session.execute(select, ['nobody'])];
    await eventually(() => proxy.count('toServer', 'EXECUTE') - before === 2);
    const startedAt = performance.now();
    const closing = session.close({ drainTimeoutMs: 100 });
    const outcomes = await Promise.allSettled([write, read]);
    await closing;
    const elapsed = performance.now() - startedAt;
    assert.ok(elapsed >= 95 && elapsed < 2_000, `${elapsed} ms`);
    for (const [index, result] of outcomes.entries()) {
      assert.ok(result.status === 'rejected' && result.reason instanceof SessionClosedError);
      assert.equal(result.reason.outcome, index === 0 ? 'unknown' : 'rejected');
    }
  });

  it('should close its sessions with the cluster', async () => {
    const cluster = context.client();
    const sessions = [await cluster.connect(), await cluster.connect(context.keyspace)];
    assert.equal(cluster.closed, false);
    await cluster.shutdown();
    assert.equal(cluster.closed, true);
    for (const session of sessions) {
      assert.equal(session.closed, true);
      await assert.rejects(session.execute(SELECT, ['a']), SessionClosedError);
    }
    await assert.rejects(cluster.connect(), SessionClosedError);
    await cluster.shutdown();
  });

  it('should close with its block', async () => {
    let left;
    {
      await using cluster = context.client();
      await using session = await cluster.connect(context.keyspace);
      assert.equal((await session.execute(SELECT, ['nobody'])).one(), null);
      left = [cluster, session];
    }
    assert.deepEqual(
      left.map((each) => each.closed),
      [true, true],
    );
  });

  it('should open many sessions of one cluster at once', async () => {
    await using cluster = context.client();
    const sessions = await Promise.all(Array.from({ length: 8 }, () => cluster.connect(context.keyspace)));
    const rows = await Promise.all(sessions.map((session) => session.execute('SELECT key FROM system.local')));
    for (const row of rows) assert.deepEqual(row.one(), { key: 'local' });
    await sessions[0]?.close();
    assert.equal((await sessions[1]?.execute('SELECT key FROM system.local'))?.one()?.['key'], 'local');
  });

  it('should stop connecting when it is shut down', async () => {
    const cluster = context.client();
    const connecting = cluster.connect();
    await cluster.shutdown();
    await assert.rejects(connecting, SessionClosedError);
  });

  it('should say that nobody is there', async () => {
    const options = { ...clusterOptions(context.pair), contactPoints: ['127.0.0.1:1'], connectTimeoutMs: 2_000 };
    await using cluster = new AsyncCluster(options);
    await assert.rejects(cluster.connect(), (error: unknown) => {
      assert.ok(error instanceof NoHostAvailableError, String(error));
      assert.deepEqual(Object.keys(error.errors), ['127.0.0.1:1']);
      assert.equal(error.outcome, 'notSent');
      return true;
    });
  });

  it('should connect through the contact points that work', async () => {
    const { contactPoints = [] } = clusterOptions();
    await using cluster = context.client({ contactPoints: ['127.0.0.1:1', ...contactPoints] });
    const session = await cluster.connect(context.keyspace);
    assert.equal((await session.execute(SELECT, ['nobody'])).one(), null);
  });

  it('should refuse a local data centre that is not there', async () => {
    await using cluster = context.client({ localDataCenter: 'no_such_dc' });
    await assert.rejects(cluster.connect(), (error: unknown) => {
      assert.ok(error instanceof ConfigurationError || error instanceof NoHostAvailableError, String(error));
      assert.match(error.message, /no_such_dc/);
      return true;
    });
  });

  it('should come back after its connections were cut', async () => {
    await using proxied = await openThroughProxy(context, {
      reconnectionPolicy: {
        *schedule() {
          for (;;) yield 50;
        },
      },
    });
    const { session, proxy } = proxied;
    const select = await session.prepare(SELECT);
    proxy.cut();
    await eventually(async () => (await session.execute(select, ['nobody'])).one() === null, 10_000, 20);
    assert.ok(proxy.connectionsAccepted > 2);
  });
});
