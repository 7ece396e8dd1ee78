import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { OrderBody, UserBody } from '../../src/shapes.ts';
import { eventually, TestShop } from '../support/shop.ts';

interface Page {
  readonly orders: readonly OrderBody[];
  readonly next: string | null;
}

describe('The shop', () => {
  let shop: TestShop;
  let user: UserBody;
  before(async () => {
    shop = await TestShop.open();
    user = await shop.addUser();
  });
  after(() => shop?.[Symbol.asyncDispose]());

  const page = async (path: string): Promise<Page> => (await (await shop.get(path)).json()) as Page;

  it('should answer with a user', async () => {
    const response = await shop.get(`/users/${user.id}`);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), user);
    assert.equal((await shop.get(`/users/${randomUUID()}`)).status, 404);
  });

  it('should refuse what is not as the interface says, before it reaches the database', async () => {
    const before = shop.state.preparedStatements;
    assert.equal((await shop.get("/users/x'; DROP TABLE users")).status, 400);
    assert.equal((await shop.send('POST', '/users', { name: '', email: 'x' })).status, 400);
    assert.equal((await shop.send('POST', '/orders', { userId: user.id, total: '1e9', items: {} })).status, 400);
    assert.equal((await shop.get('/orders?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z')).status, 400);
    assert.equal(shop.state.preparedStatements, before);
  });

  it('should serve 100 searches at once, on the connections that it has', async () => {
    const hour = new Date(Date.UTC(2025, 5, 1, 10));
    await shop.fillHour(hour, 200, user.id);
    const { openConnections } = shop.state;
    const path = `/orders?from=2025-06-01T08:00:00Z&to=2025-06-01T12:00:00Z&limit=50`;
    const answers = await Promise.all(Array.from({ length: 100 }, () => shop.get(path)));
    const pages = (await Promise.all(answers.map((answer) => answer.json()))) as Page[];
    for (const found of pages) assert.equal(found.orders.length, 50);
    assert.equal(shop.state.openConnections, openConnections);
    await shop.idle();
  });

  it('should page through a search by cursor, in several readers at once, each order once', async () => {
    const start = Date.UTC(2025, 6, 1, 10);
    for (const offset of [0, 1, 3]) await shop.fillHour(new Date(start + offset * 3_600_000), 30, user.id);
    const readAll = async (limit: number): Promise<string[]> => {
      const ids: string[] = [];
      for (let cursor = ''; ; ) {
        const found = await page(`/orders?from=2025-07-01T00:00:00Z&to=2025-07-02T00:00:00Z&limit=${limit}${cursor}`);
        ids.push(...found.orders.map(({ id }) => id));
        if (found.next === null) return ids;
        assert.equal(found.orders.length, limit);
        cursor = `&cursor=${found.next}`;
      }
    };
    const [first, ...others] = await Promise.all([20, 7, 30, 90, 1].map(readAll));
    assert.equal(new Set(first).size, 90);
    for (const ids of others) assert.deepEqual(ids, first);
  });

  it('should page through the orders of a user, newest first', async () => {
    const buyer = await shop.addUser('Grace');
    const made: string[] = [];
    for (let n = 0; n < 5; n++) made.push((await shop.addOrder(buyer.id)).id);
    const first = await page(`/users/${buyer.id}/orders?limit=3`);
    const second = await page(`/users/${buyer.id}/orders?limit=3&cursor=${first.next}`);
    const read = [...first.orders, ...second.orders].map(({ id }) => id);
    assert.deepEqual([...read].sort(), [...made].sort());
    assert.deepEqual([first.orders.length, second.orders.length, second.next], [3, 2, null]);
    const single = await shop.get(`/orders/${made[0]}`);
    assert.deepEqual([single.status, ((await single.json()) as OrderBody).total], [200, '12.50']);
  });

  it('should read a user once for many, again after a change, and again after a while', async () => {
    const { id } = await shop.addUser('Edsger');
    const nameOf = async (): Promise<string> => ((await (await shop.get(`/users/${id}`)).json()) as UserBody).name;
    const rename = (name: string): Promise<unknown> =>
      shop.session.execute('UPDATE users SET name = ? WHERE id = ?', [name, id]);
    assert.equal(await nameOf(), 'Edsger');
    await rename('behind its back');
    assert.equal(await nameOf(), 'Edsger');
    const changed = await shop.send('PUT', `/users/${id}`, { name: 'Barbara', email: 'b@example.org' });
    assert.equal(changed.status, 204);
    assert.equal(await nameOf(), 'Barbara');
    await shop.session.execute('DELETE FROM users WHERE id = ?', [id]);
    await eventually(async () => assert.equal((await shop.get(`/users/${id}`)).status, 404));
  });

  it('should accept an import at once and write it in the background', async () => {
    const buyer = await shop.addUser('Radia');
    const orders = Array.from({ length: 200 }, (_, n) => ({ userId: buyer.id, total: `${n}`, items: { lamp: 1 } }));
    const response = await shop.send('POST', '/orders/import', orders);
    assert.deepEqual([response.status, await response.json()], [202, { accepted: 200 }]);
    await eventually(async () => {
      assert.equal((await page(`/users/${buyer.id}/orders?limit=500`)).orders.length, 200);
    });
    await shop.idle();
  });

  it('should describe itself by OpenAPI, without what is not for its users', async () => {
    const document = (await (await shop.get('/openapi.json')).json()) as { paths: Record<string, unknown> };
    assert.ok('/orders/{id}' in document.paths && '/exports/orders.csv' in document.paths);
    assert.ok(
      !('/metrics' in document.paths) && !('/status' in document.paths) && !('/health/ready' in document.paths),
    );
  });

  it('should show what it does with its cluster', async () => {
    const page = await shop.get('/status');
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(await page.text(), /<h1>Shop: /);
    const { nodes } = (await (await shop.get('/status?format=json')).json()) as { nodes: { condition: string }[] };
    assert.ok(nodes.some(({ condition }) => condition === 'up'));
  });

  it('should count and time requests by route, and what they asked of the database', async () => {
    await page(`/users/${user.id}/orders`);
    const text = await (await shop.get('/metrics')).text();
    assert.match(text, /^http_request_duration_seconds_count\{method="GET",route="\/users\/:id",status="200"\} [1-9]/m);
    assert.match(text, /^http_request_duration_seconds_count\{method="GET",route="\/users\/:id",status="404"\} [1-9]/m);
    const operations =
      /^http_request_cassandra_operations_(sum|count)\{method="GET",route="\/users\/:id\/orders"\} (\d+)/gm;
    const [sum, count] = [...text.matchAll(operations)].map(([, , value]) => value);
    assert.equal(sum, count, 'one operation a request');
    assert.match(text, /^cassandra_node_open_connections\{node="[^"]+",datacenter="[^"]+"\} [1-9]/m);
    assert.match(text, /^cassandra_in_flight_requests \d/m);
    assert.match(text, /^cassandra_queries_total\{query_type="prepared",success="success"\} [1-9]/m);
  });
});
