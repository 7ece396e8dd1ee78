import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AsyncCassandraSession, AsyncCluster, ExponentialReconnectionPolicy } from 'async-cassandra';
import type { EmbeddedCluster, EmbeddedNode } from 'embedded-cassandra';
import { eventually } from '../support/index.ts';
import { createSchema, startNodes } from './support/real-cluster.ts';
import { ServerCounters } from './support/server-counters.ts';
import { Traffic } from './support/traffic.ts';

const KEYSPACE = 'moving';
const HOST_NAME = 'cassandra.test';
const APPLICATION = 'does not restart';
/** How long after their return nodes may be unused. */
const RECOVERS_WITHIN_MS = 10_000;

describe('Nodes that come back at new addresses behind one host name', () => {
  const events: string[] = [];
  let lookups = 0;
  let nodes: EmbeddedCluster;
  let counters: ServerCounters;
  let cluster: AsyncCluster;
  let session: AsyncCassandraSession;
  let hostIds: readonly string[];

  before(async () => {
    nodes = await startNodes({ nodes: 3 });
    counters = new ServerCounters(nodes, KEYSPACE);
    const replication = "{'class': 'NetworkTopologyStrategy', 'dc1': 3}";
    await createSchema(nodes, [
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = ${replication}`,
      `CREATE TABLE ${KEYSPACE}.t (k int PRIMARY KEY, v int)`,
    ]);
    cluster = new AsyncCluster({
      contactPoints: [HOST_NAME],
      port: nodes.nodes[0]?.port,
      lookup: (host) => {
        assert.equal(host, HOST_NAME);
        lookups++;
        return Promise.resolve(nodes.nodes.map(({ address }) => address));
      },
      applicationName: APPLICATION,
      attemptTimeoutMs: 2_000,
      reconnectionPolicy: new ExponentialReconnectionPolicy({ baseDelayMs: 500, maxDelayMs: 5_000 }),
    });
    session = await cluster.connect(KEYSPACE);
    hostIds = [...cluster.metadata.nodes.keys()].sort();
    for (const event of ['nodeAdded', 'nodeRemoved'] as const) {
      cluster.on(event, (node) => events.push(`${event} ${node.endPoint}`));
    }
  });
  after(async () => {
    await cluster?.shutdown();
    await nodes?.stop();
  });

  /** A write or a read that the loss of one node must not fail. */
  function request(n: number): Promise<unknown> {
    const options = { consistency: 'QUORUM', idempotent: true } as const;
    return n % 2 === 0
      ? session.execute('INSERT INTO t (k, v) VALUES (?, ?)', [n % 100, n], options)
      : session.execute('SELECT v FROM t WHERE k = ?', [n % 100], options);
  }

  /** The client knows the nodes where they are now, by the ids they always had, and the servers see it there. */
  async function isConnectedEverywhere(): Promise<void> {
    const known = [...cluster.metadata.nodes.values()];
    assert.deepEqual(known.map(({ hostId }) => hostId).sort(), hostIds);
    assert.deepEqual(known.map(({ endPoint }) => endPoint).sort(), [...nodes.contactPoints].sort());
    for (const node of nodes.nodes) {
      assert.ok((await counters.connectionsOf(String(node), APPLICATION)) > 0, `No connection to ${String(node)}`);
      const { executionInfo } = await session.execute('SELECT host_id FROM system.local', [], {
        node: known.find(({ address }) => address === node.address),
      });
      assert.equal(executionInfo.coordinator, String(node));
    }
  }

  function move(node: EmbeddedNode, i: number, network: number): Promise<void> {
    return node.restart({ address: `127.0.${network}.${i + 1}` });
  }

  it('should be used on without a failed request when they move one by one', async () => {
    const traffic = new Traffic(request);
    for (const [i, node] of nodes.nodes.entries()) {
      await move(node, i, 1);
      const movedAt = performance.now();
      await eventually(isConnectedEverywhere, RECOVERS_WITHIN_MS, 100);
      process.stdout.write(
        `${String(node)} was in use ${(performance.now() - movedAt).toFixed(0)} ms after its return\n`,
      );
    }
    await traffic.end();
    assert.ok(traffic.failures.length === 0 && traffic.succeeded > 100, traffic.describe());
    assert.deepEqual(events, [], 'They are the same nodes');
  });

  it('should be found by the host name when all have moved at once', async () => {
    await Promise.all(nodes.nodes.map((node) => node.stop()));
    const before = lookups;
    const lost = await session.execute('SELECT v FROM t WHERE k = 1').then(
      () => null,
      (error: unknown) => error,
    );
    assert.ok(lost instanceof Error, 'Nobody is there');
    await Promise.all(nodes.nodes.map((node, i) => move(node, i, 2)));
    const movedAt = performance.now();
    await eventually(isConnectedEverywhere, RECOVERS_WITHIN_MS, 100);
    process.stdout.write(`All were in use ${(performance.now() - movedAt).toFixed(0)} ms after their return\n`);
    assert.ok(lookups > before, 'The name was not looked up again');
    await Promise.all(Array.from({ length: 100 }, (_, n) => request(n)));
    assert.deepEqual(events, [], 'They are the same nodes');
  });
});
