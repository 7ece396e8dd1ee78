import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AsyncCluster } from 'async-cassandra';
import { cassandraPlugin } from 'async-cassandra/fastify';
import { fastify } from 'fastify';
import type { OrderBody, UserBody } from '../../src/shapes.ts';
import { suiteCluster, TestShop, uniqueKeyspace } from '../support/shop.ts';

describe('The life of the service', () => {
  it('should be connected when it listens, and have closed everything when it is closed', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const shop = await TestShop.open();
    assert.deepEqual([shop.state.lifecycle, shop.state.openConnections], ['open', 1]);
    assert.equal((await shop.get('/health/ready')).status, 200);
    await shop.addUser();
    const { session } = shop;
    await shop[Symbol.asyncDispose]();
    assert.deepEqual([session.closed, session.state.openConnections, session.state.activeOperations], [true, 0, 0]);
    await assert.rejects(shop.get('/health/live'), TypeError);
    process.off('warning', onWarning);
    assert.deepEqual(warnings, []);
  });

  it('should complete what is under way when it closes under load, and take nothing new', async () => {
    const shop = await TestShop.open();
    const user = await shop.addUser();
    const orders = Array.from({ length: 300 }, () =>
      shop.send('POST', '/orders', { userId: user.id, total: '1', items: { tea: 1 } }).then(
        async (response) => ({ status: response.status, order: (await response.json()) as OrderBody }),
        (error: unknown) => ({ status: 0, order: null, error }),
      ),
    );
    await orders[0];
    const began = performance.now();
    const disposing = shop[Symbol.asyncDispose]();
    const answers = await Promise.all(orders);
    await assert.rejects(shop.get(`/users/${user.id}`));
    await disposing;
    assert.ok(performance.now() - began < 30_000);
    const counts = countBy(answers);
    // Whole replies, or none of the request: refused at the door (0: the connection), or told so (503).
    assert.deepEqual(
      [...counts.keys()].filter((status) => ![201, 503, 0].includes(status)),
      [],
    );
    assert.ok((counts.get(201) ?? 0) > 0);
  });

  function countBy(answers: readonly { readonly status: number }[]): Map<number, number> {
    const counts = new Map<number, number>();
    for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
    return counts;
  }
});

describe('The session of the service', () => {
  let shop: TestShop;
  let user: UserBody;
  before(async () => {
    shop = await TestShop.open();
    user = await shop.addUser();
  });
  after(() => shop?.[Symbol.asyncDispose]());

  it('should be one for all routes, on connections made once', async () => {
    const { openConnections } = shop.state;
    const hostIds = shop.state.nodes.map(({ hostId }) => hostId);
    for (let n = 0; n < 50; n++) {
      const { id } = await shop.addOrder(user.id);
      assert.equal((await shop.get(`/orders/${id}`)).status, 200);
    }
    assert.equal(shop.state.openConnections, openConnections);
    assert.deepEqual(
      shop.state.nodes.map(({ hostId }) => hostId),
      hostIds,
    );
    await shop.idle();
  });

  it('should prepare each statement once for a thousand requests', async () => {
    const { id } = await shop.addOrder(user.id);
    const { preparedStatements } = shop.state;
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => shop.get(`/orders/${id}`)));
      for (const answer of answers) assert.equal(((await answer.json()) as OrderBody).id, id);
    }
    assert.equal(shop.state.preparedStatements, preparedStatements);
    const known = await shop.session.execute('SELECT query_string, logged_keyspace FROM system.prepared_statements');
    const ours = (await known.all()).filter(
      (row) =>
        row['logged_keyspace'] === shop.session.keyspace && /FROM orders WHERE id/.test(String(row['query_string'])),
    );
    assert.equal(ours.length, 1);
    await shop.idle();
  });

  it('should keep tenants apart, each on a keyspace and a session of its own', async () => {
    await using cluster = new AsyncCluster(suiteCluster());
    const setup = await cluster.connect();
    const tenants = ['left', 'right'].map((name) => ({ name, keyspace: uniqueKeyspace() }));
    const slow = { timeoutMs: 60_000 };
    const app = fastify();
    for (const { name, keyspace } of tenants) {
      const replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
      await setup.execute(`CREATE KEYSPACE ${keyspace} WITH replication = ${replication}`, undefined, slow);
      await setup.execute(`CREATE TABLE ${keyspace}.notes (id int PRIMARY KEY, text text)`, undefined, slow);
      await app.register(cassandraPlugin, { cluster, keyspace, name });
    }
    app.get<{ Params: { tenant: string; id: string } }>('/:tenant/notes/:id', async (request) => {
      const { tenant, id } = request.params;
      const session = request.cassandra.named(tenant);
      await session.execute('INSERT INTO notes (id, text) VALUES (?, ?)', [Number(id), `${tenant} ${id}`]);
      return (await session.execute('SELECT text FROM notes WHERE id = ?', [Number(id)])).one();
    });
    app.get('/', async (request) => (await request.cassandra.named('left').execute('SELECT * FROM notes')).all());
    const paths = Array.from({ length: 200 }, (_, n) => ({ tenant: n % 2 === 0 ? 'left' : 'right', id: `${n % 10}` }));
    const answers = await Promise.all(paths.map(({ tenant, id }) => app.inject(`/${tenant}/notes/${id}`)));
    for (const [n, answer] of answers.entries()) {
      assert.deepEqual(answer.json(), { text: `${paths[n]?.tenant} ${paths[n]?.id}` });
    }
    await app.close();
    for (const { keyspace } of tenants) await setup.execute(`DROP KEYSPACE ${keyspace}`, undefined, slow);
  });
});
