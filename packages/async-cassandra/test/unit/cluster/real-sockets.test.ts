import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterWatch } from '../../../src/cluster/cluster-watch.ts';
import { ConnectLimiter } from '../../../src/cluster/connect-limiter.ts';
import { SessionPools } from '../../../src/cluster/session-pools.ts';
import { createSystemSeams, DeadlineTicker, openConnection } from '../../../src/connection/index.ts';
import { ConstantReconnectionPolicy } from '../../../src/policies/index.ts';
import { eventually, ScriptedCluster } from '../../support/index.ts';

describe('ClusterWatch on real sockets and real time', () => {
  it('should connect, follow a node that goes and returns, and leave nothing open', async () => {
    await using cluster = await ScriptedCluster.start({ nodes: 3 });
    const seams = createSystemSeams();
    const config = {
      seams,
      ticker: new DeadlineTicker(seams.timers),
      compression: 'none' as const,
      authProvider: undefined,
      tls: (): undefined => undefined,
      connectTimeoutMs: 5000,
      heartbeatIntervalMs: 30_000,
      heartbeatTimeoutMs: 5000,
      maxRequestsPerConnection: 1024,
      maxEnvelopeBytes: 2 ** 28,
      maxBufferedWriteBytes: 2 ** 24,
      maxOrphaned: 256,
      startupOptions: new Map([['CQL_VERSION', '3.0.0']]),
      logger: {},
    };
    const events: string[] = [];
    const reconnectionPolicy = new ConstantReconnectionPolicy({ delayMs: 20 });
    const { host, port } = cluster.node(0);
    const watch = new ClusterWatch({
      seams,
      logger: {},
      listener: {
        nodeUp: (node) => events.push(`up ${node.address}`),
        nodeDown: (node) => events.push(`down ${node.address}`),
      },
      connection: config,
      contactPoints: [{ host, port }],
      port,
      protocolVersion: undefined,
      localDataCenter: undefined,
      localRack: undefined,
      keptKeyspaces: 'all',
      loadBalancingPolicies: [],
      reconnectionPolicy,
      addressTranslator: undefined,
    });
    await watch.start();
    const pools = new SessionPools({
      state: watch.state,
      connectionsPerNode: 2,
      open: (endPoint, options) => openConnection({ ...config, protocolVersion: 5 }, endPoint, options),
      connectionsUseKeyspace: false,
      keyspace: undefined,
      reconnectionPolicy,
      limiter: new ConnectLimiter(),
      seams,
      logger: {},
      onAvailable: () => undefined,
    });
    await pools.start();
    await eventually(() => [...pools].every((pool) => pool.openCount === 2));
    const server = cluster.node(1);
    await cluster.stopNode(server);
    await eventually(() => events.includes(`down ${server.host}`));
    await cluster.startNode(server);
    await eventually(() => events.includes(`up ${server.host}`));
    await pools.close(0);
    await watch.close();
    await eventually(() => cluster.nodes.every((node) => node.connections.size === 0));
    assert.deepEqual(cluster.faults, []);
  });
});
