import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type AsyncCassandraSession,
  type AsyncCluster,
  ConfigurationError,
  Ec2AddressTranslator,
  FixedAddressTranslator,
  NoHostAvailableError,
} from 'async-cassandra';
import type { EmbeddedCluster, EmbeddedNode } from 'embedded-cassandra';
import { eventually, FaultProxy } from '../support/index.ts';
import { clientOf, createSchema, executeAll, startNodes } from './support/real-cluster.ts';
import { countOf, ServerCounters } from './support/server-counters.ts';

const KEYSPACE = 'observed';
const REQUESTS = 50;
const EVENT_WITHIN_MS = 10_000;

describe('Two real nodes', () => {
  const events: string[] = [];
  let nodes: EmbeddedCluster;
  let counters: ServerCounters;
  let cluster: AsyncCluster;
  let session: AsyncCassandraSession;

  before(async () => {
    nodes = await startNodes({ nodes: 2 });
    counters = new ServerCounters(nodes, KEYSPACE);
    await createSchema(nodes, [
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 2}`,
      `CREATE TABLE ${KEYSPACE}.t (k int PRIMARY KEY, v int)`,
    ]);
    cluster = clientOf(nodes);
    session = await cluster.connect(KEYSPACE);
    listenTo(cluster, events);
  });
  after(async () => {
    await cluster?.shutdown();
    await nodes?.stop();
  });

  function node(index: number): EmbeddedNode {
    return nodes.nodes[index] ?? assert.fail(`No node ${index}`);
  }

  function hostIdOf(each: EmbeddedNode): string {
    const found = [...cluster.metadata.nodes.values()].find(({ endPoint }) => endPoint === String(each));
    return found?.hostId ?? assert.fail(`The client does not know ${String(each)}`);
  }

  async function sendMany(to: AsyncCassandraSession, options: { readonly node?: string } = {}): Promise<void> {
    const keys = Array.from({ length: REQUESTS }, (_, k) => k);
    await Promise.all(keys.map((k) => to.execute('SELECT v FROM t WHERE k = ?', [k], options)));
  }

  it('should get the requests that are meant for them, and those only', async () => {
    for (const target of nodes.nodes) {
      const counts = await counters.during(() => sendMany(session, { node: hostIdOf(target) }));
      for (const each of nodes.nodes) {
        assert.equal(countOf(counts, each, 'coordinatedReads', 't'), each === target ? REQUESTS : 0);
      }
      const info = cluster.metadata.nodes.get(hostIdOf(target));
      const row = (await session.execute('SELECT host_id FROM system.local', [], { node: info })).one();
      assert.equal(row?.['host_id'], hostIdOf(target));
    }
    await assert.rejects(
      session.execute('SELECT v FROM t', [], { node: '00000000-0000-4000-8000-000000000000' }),
      (error) => error instanceof ConfigurationError || error instanceof NoHostAvailableError,
    );
  });

  it('should be reached where a fixed map says, and nowhere else', async () => {
    await using proxies = await Proxies.start(nodes, () => ({}));
    const addresses = Object.fromEntries(nodes.nodes.map((each, i) => [String(each), proxies.contactPoint(i)]));
    await using translated = clientOf(nodes, {
      contactPoints: [proxies.contactPoint(0)],
      applicationName: 'fixed',
      addressTranslator: new FixedAddressTranslator({ addresses }),
    });
    await sendMany(await translated.connect(KEYSPACE));
    await proxies.carryAll(counters, 'fixed');
    assert.deepEqual(
      new Set([...translated.metadata.nodes.values()].map(({ endPoint }) => endPoint)),
      new Set(nodes.contactPoints),
    );
  });

  it('should be reached at the addresses that their public names have inside, as in EC2', async () => {
    // The private address of 127.0.0.n is 127.0.9.n, where a proxy stands with the same port.
    const inside = (address: string): string => address.replace(/^127\.0\.0\./, '127.0.9.');
    await using proxies = await Proxies.start(nodes, ({ address, port }) => ({ host: inside(address), port }));
    const nameOf = (address: string): string => `ec2-${address.replaceAll('.', '-')}.test`;
    await using translated = clientOf(nodes, {
      contactPoints: [proxies.contactPoint(1)],
      applicationName: 'ec2',
      addressTranslator: new Ec2AddressTranslator({
        reverseLookup: (address) => Promise.resolve([nameOf(address)]),
        lookup: (name) =>
          Promise.resolve(
            nodes.nodes.filter(({ address }) => nameOf(address) === name).map(({ address }) => inside(address)),
          ),
      }),
    });
    await sendMany(await translated.connect(KEYSPACE));
    await proxies.carryAll(counters, 'ec2');
  });

  it('should be told of schema changes to all listeners, though some throw', async () => {
    events.length = 0;
    await executeAll(session, ['CREATE TABLE other (k int PRIMARY KEY)', 'DROP TABLE other']);
    const wanted = [`schemaChange CREATED ${KEYSPACE}.other`, `schemaChange DROPPED ${KEYSPACE}.other`];
    await eventually(() => assert.deepEqual(events, wanted), EVENT_WITHIN_MS);
  });

  it('should be told of when they go down and come back', async () => {
    const gone = node(1);
    const hostId = hostIdOf(gone);
    events.length = 0;
    await gone.kill();
    await eventually(() => assert.deepEqual(events, [`nodeDown ${String(gone)}`]), EVENT_WITHIN_MS);
    await assert.rejects(session.execute('SELECT v FROM t WHERE k = 1', [], { node: hostId }), NoHostAvailableError);
    await sendMany(session);
    await gone.restart();
    await eventually(
      () => assert.deepEqual(events, [`nodeDown ${String(gone)}`, `nodeUp ${String(gone)}`]),
      EVENT_WITHIN_MS,
    );
    await sendMany(session, { node: hostId });
  });
});

/** A proxy in front of each node, for clients that must not reach them directly. */
class Proxies implements AsyncDisposable {
  readonly #nodes: EmbeddedCluster;
  readonly #proxies: readonly FaultProxy[];

  private constructor(nodes: EmbeddedCluster, proxies: readonly FaultProxy[]) {
    this.#nodes = nodes;
    this.#proxies = proxies;
  }

  static async start(
    nodes: EmbeddedCluster,
    place: (node: EmbeddedNode) => { readonly host?: string; readonly port?: number },
  ): Promise<Proxies> {
    const targets = nodes.nodes.map((node) => ({ target: { host: node.address, port: node.port }, ...place(node) }));
    return new Proxies(nodes, await Promise.all(targets.map((options) => FaultProxy.start(options))));
  }

  contactPoint(index: number): string {
    return this.#proxies[index]?.contactPoint ?? assert.fail(`No proxy ${index}`);
  }

  /** Each node has connections of this client, all of which came through its proxy. */
  async carryAll(counters: ServerCounters, applicationName: string): Promise<void> {
    for (const [i, node] of this.#nodes.nodes.entries()) {
      const found = await counters.connectionsOf(String(node), applicationName);
      assert.ok(found > 0, `No connection to ${String(node)}`);
      assert.equal(found, this.#proxies[i]?.connections.size, `Connections to ${String(node)} and through its proxy`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
  }
}

/** Notes what happens, behind listeners that fail. */
function listenTo(cluster: AsyncCluster, events: string[]): void {
  const fail = (): never => {
    throw new Error('A listener that throws');
  };
  for (const event of ['nodeUp', 'nodeDown', 'nodeAdded', 'nodeRemoved'] as const) {
    cluster.on(event, fail).on(event, (node) => events.push(`${event} ${node.endPoint}`));
  }
  cluster.on('schemaChange', fail).on('schemaChange', ({ changeType, keyspace, name }) => {
    events.push(`schemaChange ${changeType} ${keyspace}.${name}`);
  });
  cluster.on('topologyChange', fail).on('topologyChange', () => events.push('topologyChange'));
}
