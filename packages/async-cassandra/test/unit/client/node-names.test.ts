import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { beforeEach, describe, it } from 'node:test';
import type { AsyncCluster } from '../../../src/client/index.ts';
import { type AsyncCassandraError, NoHostAvailableError, QueryError } from '../../../src/errors/index.ts';
import type { AsyncCassandraSession } from '../../../src/session/index.ts';
import { closeConnection, error, rows, t } from '../../support/index.ts';
import { ClusterHarness, nothing } from './cluster-harness.ts';

const QUERY = 'SELECT name FROM shop.users';

/** Nodes that this client reaches at other addresses than they advertise: `192.168.0.n` at `public-n`. */
describe('the name of a node', () => {
  let h: ClusterHarness;
  let cluster: AsyncCluster;
  let session: AsyncCassandraSession;
  let endPoints: string[];

  beforeEach(async () => {
    h = await ClusterHarness.start({ firstAddress: '192.168.0.1' });
    for (const n of [1, 2, 3]) h.network.name(`public-${n}`, [`192.168.0.${n}`]);
    h.servers.when(QUERY, rows({ name: t.text }, [['Ada']]));
    cluster = h.cluster({
      contactPoints: ['public-1'],
      addressTranslator: { translate: async ({ address, port }) => ({ host: `public-${address.at(-1)}`, port }) },
    });
    session = await h.settle(cluster.connect());
    endPoints = [...cluster.metadata.nodes.values()].map(({ endPoint }) => endPoint).sort();
    assert.deepEqual(endPoints, ['192.168.0.1:9042', '192.168.0.2:9042', '192.168.0.3:9042']);
    for (const { endPoint } of session.state.nodes) assert.ok(endPoints.includes(endPoint));
  });

  async function end(): Promise<void> {
    await h.settle(cluster.close());
    assert.deepEqual(await h.leftovers(), nothing);
  }

  async function failure(): Promise<AsyncCassandraError> {
    return await h.settle(
      session.execute(QUERY, undefined, { idempotent: true }).then(
        () => assert.fail('It should fail'),
        (reason: unknown) => reason as AsyncCassandraError,
      ),
    );
  }

  it('should be that of its metadata, in results and in what a server answers', async () => {
    const names = new Set<string | undefined>();
    for (let i = 0; i < 30; i++) names.add((await h.settle(session.execute(QUERY))).executionInfo.coordinator);
    assert.deepEqual([...names].sort(), endPoints);
    h.servers.when(QUERY, error('invalid', { message: 'no' }));
    const refusal = await failure();
    assert.ok(refusal instanceof QueryError && endPoints.includes(refusal.node ?? ''), refusal.node);
    await end();
  });

  it('should be the same for nodes that were tried, passed over and down', async () => {
    h.servers.when(QUERY, closeConnection('reset'));
    const tried = await failure();
    assert.ok(tried instanceof NoHostAvailableError);
    assert.deepEqual(Object.keys(tried.errors).sort(), endPoints, 'tried');
    for (const [name, { node, message }] of Object.entries(tried.errors)) {
      assert.equal(node, name);
      assert.ok(message.includes(name), message);
    }
    // Not one of them is connected now, and some are known to be down.
    const passedOver = await failure();
    assert.ok(passedOver instanceof NoHostAvailableError);
    for (const name of Object.keys(passedOver.errors)) assert.ok(endPoints.includes(name), name);
    for (const node of h.servers.nodes) await h.servers.stopNode(node, { silently: true });
    await h.clock.advance(5_000);
    const down = await failure();
    assert.ok(down instanceof NoHostAvailableError);
    assert.deepEqual(Object.keys(down.errors).sort(), endPoints, 'down');
    for (const [name, { node }] of Object.entries(down.errors)) assert.equal(node, name);
    await end();
  });

  it('should stand in executionInfo.triedNodes as well', async () => {
    const [bad, other] = h.servers.nodes;
    bad?.when(QUERY, error('overloaded'));
    other?.when(QUERY, closeConnection('reset'));
    const names = new Set<string>();
    for (let i = 0; i < 10; i++) {
      const { executionInfo } = await h.settle(session.execute(QUERY, undefined, { idempotent: true }));
      for (const { node } of executionInfo.triedNodes) names.add(node);
      await h.clock.advance(500);
    }
    assert.deepEqual([...names].sort(), endPoints.slice(0, 2));
    await end();
  });

  it('should come with the address that was connected to, where that failed', async () => {
    const [, node] = h.servers.nodes;
    assert.ok(node);
    await h.servers.stopNode(node, { silently: true });
    await h.clock.advance(5_000);
    const line = h.lines.find(({ message }) => message === 'Could not open a connection; trying again');
    const fields = line?.fields as { readonly node: string; readonly error: string };
    assert.equal(fields.node, '192.168.0.2:9042');
    assert.ok(fields.error.includes('192.168.0.2:9042 (at public-2:9042)'), fields.error);
    await end();
  });

  it('should be told of a control connection that is lost', async () => {
    const told: unknown[] = [];
    const follow = (message: unknown): void => void told.push((message as { readonly node: string }).node);
    const lost = channel('async-cassandra:control-connection:lost');
    lost.subscribe(follow);
    for (const node of h.servers.nodes) node.closeConnections();
    await h.clock.advance(1_000);
    lost.unsubscribe(follow);
    assert.deepEqual(told, ['192.168.0.1:9042']);
    await end();
  });

  it('should be the contact point only as long as nothing else is known', async () => {
    for (const node of h.servers.nodes) await h.servers.stopNode(node, { silently: true });
    await h.clock.advance(1_000);
    const stranger = h.cluster({ contactPoints: ['public-3'] });
    const first = await h.settle(stranger.connect().catch((reason: unknown) => reason));
    assert.ok(first instanceof NoHostAvailableError);
    assert.deepEqual(Object.keys(first.errors), ['192.168.0.3:9042'], 'as it was looked up');
    await h.settle(stranger.close());
    const another = await h.settle(cluster.connect().catch((reason: unknown) => reason));
    assert.ok(another instanceof NoHostAvailableError);
    assert.deepEqual(Object.keys(another.errors).sort(), endPoints);
    for (const [name, { node }] of Object.entries(another.errors)) assert.equal(node, name);
    await end();
  });
});
