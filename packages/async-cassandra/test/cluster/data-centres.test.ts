import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type AsyncCassandraSession,
  AsyncCluster,
  ConfigurationError,
  type Consistency,
  ConstantReconnectionPolicy,
  DefaultLoadBalancingPolicy,
  type DefaultLoadBalancingPolicyOptions,
  NoHostAvailableError,
} from 'async-cassandra';
import type { EmbeddedCluster, EmbeddedNode } from 'embedded-cassandra';
import { eventually } from '../support/index.ts';
import { createSchema, startNodes } from './support/real-cluster.ts';
import { type CountsOfNodes, countOf, ServerCounters } from './support/server-counters.ts';

const KEYSPACE = 'two_places';
const REQUESTS = 200;
/** How long after the return of its data centre a client may still go elsewhere. */
const COMES_BACK_WITHIN_MS = 10_000;

/** What the load balancing policies of the clients are given. */
const remoteNodes = {
  /** By default nodes of other data centres take nothing. */
  atHome: undefined,
  /** They take requests that do not ask for their own data centre's replicas. */
  abroad: true,
  /** They take all. */
  anywhere: { allowLocalConsistencies: true },
} satisfies Record<string, DefaultLoadBalancingPolicyOptions['remoteNodes']>;

type Client = keyof typeof remoteNodes;

describe('Two data centres', () => {
  const clusters: AsyncCluster[] = [];
  const sessions = new Map<Client, AsyncCassandraSession>();
  let nodes: EmbeddedCluster;
  let counters: ServerCounters;
  let near: readonly EmbeddedNode[];
  let far: readonly EmbeddedNode[];

  before(async () => {
    nodes = await startNodes({ dataCenters: { dc1: 2, dc2: 2 } });
    near = nodes.nodes.filter(({ dataCenter }) => dataCenter === 'dc1');
    far = nodes.nodes.filter(({ dataCenter }) => dataCenter === 'dc2');
    counters = new ServerCounters(nodes, KEYSPACE);
    const replication = "{'class': 'NetworkTopologyStrategy', 'dc1': 2, 'dc2': 2}";
    await createSchema(nodes, [
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = ${replication}`,
      `CREATE TABLE ${KEYSPACE}.t (k int PRIMARY KEY, v text)`,
    ]);
    for (const name of Object.keys(remoteNodes) as Client[]) {
      const cluster = new AsyncCluster({
        contactPoints: near.map(String),
        localDataCenter: 'dc1',
        applicationName: name,
        loadBalancingPolicy: new DefaultLoadBalancingPolicy({ remoteNodes: remoteNodes[name] }),
        reconnectionPolicy: new ConstantReconnectionPolicy({ delayMs: 1_000 }),
      });
      clusters.push(cluster);
      sessions.set(name, await cluster.connect(KEYSPACE));
    }
  });
  after(async () => {
    await Promise.all(clusters.map((cluster) => cluster.shutdown()));
    await nodes?.stop();
  });

  function sessionOf(name: Client): AsyncCassandraSession {
    return sessions.get(name) ?? assert.fail(`No session ${name}`);
  }

  /** Writes and reads. */
  async function send(name: Client, consistency: Consistency, requests = REQUESTS): Promise<void> {
    const session = sessionOf(name);
    const options = { consistency, idempotent: true };
    const keys = Array.from({ length: requests / 2 }, (_, k) => k);
    await Promise.all(keys.map((k) => session.execute('INSERT INTO t (k, v) VALUES (?, ?)', [k, 'v'], options)));
    await Promise.all(keys.map((k) => session.execute('SELECT v FROM t WHERE k = ?', [k], options)));
  }

  function coordinated(counts: CountsOfNodes, members: readonly EmbeddedNode[]): readonly number[] {
    return members.map(
      (node) => countOf(counts, node, 'coordinatedReads') + countOf(counts, node, 'coordinatedWrites'),
    );
  }

  function sum(numbers: readonly number[]): number {
    return numbers.reduce((total, each) => total + each, 0);
  }

  /** All requests arrive here, shared by all members, and none there. */
  function onlyAt(here: readonly EmbeddedNode[], there: readonly EmbeddedNode[], counts: CountsOfNodes): void {
    const found = `here ${coordinated(counts, here).join(' and ')}, there ${coordinated(counts, there).join(' and ')}`;
    assert.equal(sum(coordinated(counts, here)), REQUESTS, found);
    assert.equal(sum(coordinated(counts, there)), 0, found);
    for (const count of coordinated(counts, here)) assert.ok(count > REQUESTS / 8, found);
  }

  it('should keep LOCAL_QUORUM at home, whatever the policy allows', async () => {
    for (const name of sessions.keys()) {
      const counts = await counters.during(() => send(name, 'LOCAL_QUORUM'));
      onlyAt(near, far, counts);
      // The other data centre is told of writes, by the servers, and never asked for reads.
      assert.equal(sum(far.map((node) => countOf(counts, node, 'localReads'))), 0);
    }
  });

  it('should have connections abroad only where the policy allows requests there', async () => {
    for (const [name, isExpected] of [
      ['atHome', false],
      ['abroad', true],
      ['anywhere', true],
    ] as const) {
      for (const node of far) {
        const count = await counters.connectionsOf(String(node), name);
        assert.equal(count > 0, isExpected, `${name} has ${count} connections to ${String(node)}`);
      }
    }
  });

  it('should ask for the local data centre when the contact points are in both', async () => {
    await using cluster = new AsyncCluster({ contactPoints: nodes.contactPoints });
    await assert.rejects(cluster.connect(), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /dc1.*dc2/);
      return true;
    });
  });

  it('should fail over when the data centre is lost, only as far as the policy allows', async () => {
    await Promise.all(near.map((node) => node.kill()));
    for (const [name, consistency] of [
      ['atHome', 'LOCAL_QUORUM'],
      ['atHome', 'ONE'],
      ['abroad', 'LOCAL_QUORUM'],
      ['abroad', 'LOCAL_ONE'],
    ] as const) {
      const counts = await counters.during(async () => {
        const startedAt = performance.now();
        await assert.rejects(send(name, consistency, 20), NoHostAvailableError, `${name} ${consistency}`);
        assert.ok(performance.now() - startedAt < 5_000, `${name} ${consistency} took long to fail`);
      });
      assert.equal(sum(coordinated(counts, far)), 0, `${name} ${consistency}`);
    }
    for (const [name, consistency] of [
      ['abroad', 'TWO'],
      ['anywhere', 'LOCAL_QUORUM'],
    ] as const) {
      await send(name, consistency, 20);
      const counts = await counters.during(() => send(name, consistency));
      assert.equal(sum(coordinated(counts, far)), REQUESTS, `${name} ${consistency}`);
    }
  });

  it('should come back when the data centre does', async () => {
    await Promise.all(near.map((node) => node.restart()));
    const startedAt = performance.now();
    for (const name of sessions.keys()) {
      await eventually(
        async () => onlyAt(near, far, await counters.during(() => send(name, 'LOCAL_QUORUM'))),
        COMES_BACK_WITHIN_MS,
        200,
      );
      process.stdout.write(`${name} was back ${(performance.now() - startedAt).toFixed(0)} ms after the data centre\n`);
    }
  });
});
