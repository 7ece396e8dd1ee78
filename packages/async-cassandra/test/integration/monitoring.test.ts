import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type AsyncCassandraSession,
  type AsyncCluster,
  ConnectionMonitor,
  createMonitoredSession,
  RateLimitedSession,
} from 'async-cassandra';
import { CircuitBreakerSession } from 'async-cassandra/circuit-breaker';
import { openCluster, TestKeyspace } from './support/test-cluster.ts';

describe('monitoring and decorators on a real node', () => {
  const keyspace = new TestKeyspace(['CREATE TABLE numbers (p int, k int, PRIMARY KEY (p, k))']);
  let cluster: AsyncCluster;
  let session: AsyncCassandraSession;
  before(async () => {
    await keyspace.create();
    cluster = openCluster({ pooling: { connectionsPerNode: 3 } });
    session = await cluster.connect(keyspace.name);
    const insert = await session.prepare('INSERT INTO numbers (p, k) VALUES (1, ?)', { idempotent: true });
    await session.executeConcurrent(
      insert,
      Array.from({ length: 1_000 }, (_, k) => [k]),
    );
  });
  after(async () => {
    await cluster.shutdown();
    await keyspace.drop();
  });

  it('should check each node by itself, as what the server says it is', async () => {
    const monitor = new ConnectionMonitor(session);
    for (const [hostId, node] of cluster.metadata.nodes) {
      const host = await monitor.checkHostHealth(node);
      assert.deepEqual([host.hostId, host.address, host.status], [hostId, node.endPoint, 'up']);
      assert.match(host.releaseVersion ?? '', /^\d+\.\d+/);
      assert.ok(host.latencyMs !== null && host.latencyMs > 0);
      // The server's own word on who was asked, by its trace.
      const traced = await session.execute('SELECT host_id FROM system.local', [], { node: hostId, trace: true });
      assert.equal(traced.one()?.['host_id'], hostId);
    }
    const metrics = await monitor.getClusterMetrics();
    assert.equal(metrics.healthyHosts, cluster.metadata.nodes.size);
    assert.ok(metrics.clusterName !== null);
  });

  it('should warm up connections and statements', async () => {
    const other = await cluster.connect(keyspace.name);
    await using monitored = await createMonitoredSession(other, {
      warmup: { statements: ['SELECT k FROM numbers WHERE p = ?'] },
    });
    assert.ok(monitored.warmup?.isComplete);
    const { openConnections, nodes } = other.state;
    assert.equal(openConnections, 3 * nodes.length);
    assert.equal((await (await monitored.execute('SELECT k FROM numbers WHERE p = ?', [1])).all()).length, 1_000);
  });

  it('should give every row through all decorators, page by page', async () => {
    const limited = new RateLimitedSession(session, { maxConcurrent: 2 });
    const guarded = new CircuitBreakerSession(limited);
    const read = async (): Promise<number> => {
      let sum = 0;
      const stream = await guarded.executeStream('SELECT k FROM numbers WHERE p = 1', [], { fetchSize: 50 });
      for await (const row of stream) sum += row['k'] as number;
      return sum;
    };
    const sums = await Promise.all([1, 2, 3, 4, 5].map(read));
    assert.deepEqual(
      sums,
      sums.map(() => 499_500),
    );
    assert.ok(limited.stats.admitted >= 100, `${limited.stats.admitted}`);
    assert.ok(limited.stats.waited > 0);
    assert.deepEqual([limited.stats.inFlight, limited.stats.queued, limited.activeOperations], [0, 0, 0]);
    assert.equal(guarded.stats.succeeded, limited.stats.admitted);
  });
});
