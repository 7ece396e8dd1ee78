import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AsyncCassandraSession, type AsyncCluster, type ClusterMetrics, ConnectionMonitor } from 'async-cassandra';
import type { EmbeddedCluster, EmbeddedNode } from 'embedded-cassandra';
import { clientOf, startNodes } from './support/real-cluster.ts';

const WITHIN_MS = 60_000;

describe('A monitor of two real nodes', () => {
  let nodes: EmbeddedCluster;
  let cluster: AsyncCluster;
  let session: AsyncCassandraSession;

  before(async () => {
    nodes = await startNodes({ nodes: 2, jvmArgs: ['-XX:TieredStopAtLevel=1'] });
    cluster = clientOf(nodes);
    session = await cluster.connect();
  });
  after(async () => {
    await cluster?.shutdown();
    await nodes?.stop();
  });

  function statusOf(metrics: ClusterMetrics, node: EmbeddedNode): string | undefined {
    return metrics.hosts.find(({ address }) => address === String(node))?.status;
  }

  it('should hear from each node that it is the one that was asked', async () => {
    const monitor = new ConnectionMonitor(session);
    for (const [hostId, { endPoint }] of cluster.metadata.nodes) {
      // A check whose answer has another host id says that the node is down.
      const host = await monitor.checkHostHealth(hostId);
      assert.deepEqual([host.hostId, host.address, host.status, host.lastError], [hostId, endPoint, 'up', null]);
    }
  });

  it('should warm up all connections and prepare a statement on each node', async () => {
    const text = 'SELECT release_version FROM system.local';
    const report = await new ConnectionMonitor(session).warmupConnections({ statements: [text], timeoutMs: 30_000 });
    assert.deepEqual([report.isComplete, report.prepared, report.coldNodes], [true, 2, []]);
    for (const node of nodes.nodes) {
      const hostId = [...cluster.metadata.nodes.values()].find(({ endPoint }) => endPoint === String(node))?.hostId;
      const known = await session.execute('SELECT query_string FROM system.prepared_statements', [], { node: hostId });
      const texts = (await known.all()).map((row) => row['query_string']);
      assert.ok(texts.includes(text), `${String(node)} does not know the statement`);
    }
  });

  it('should see a node that hangs, comes back, dies and is started again, and the other one all the time', async () => {
    const [steady, troubled] = nodes.nodes;
    assert.ok(steady !== undefined && troubled !== undefined);
    const monitor = new ConnectionMonitor(session, { intervalMs: 100, checkTimeoutMs: 2_000 });
    const seen = async (status: string): Promise<void> => {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`Not seen ${status} in time`)), WITHIN_MS);
        const remove = monitor.addCallback((metrics) => {
          if (statusOf(metrics, troubled) !== status) return;
          clearTimeout(timer);
          remove();
          resolve();
        });
      });
      const last = monitor.lastMetrics;
      assert.equal(last === null ? null : statusOf(last, steady), 'up');
    };
    monitor.startMonitoring();
    await seen('up');
    troubled.pause();
    await seen('down');
    troubled.resume();
    await seen('up');
    await troubled.kill();
    await seen('down');
    await troubled.restart();
    await seen('up');
    await monitor.stopMonitoring();
    assert.equal(monitor.isMonitoring, false);
    assert.ok(monitor.history.every(({ durationMs }) => durationMs < 10_000));
  });
});
