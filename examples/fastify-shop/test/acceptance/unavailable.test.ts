import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { EmbeddedCluster } from 'embedded-cassandra';
import { eventually, TestShop } from '../support/shop.ts';

/** On a node of its own, which it may break. */
describe('When the database fails', () => {
  let nodes: EmbeddedCluster;
  let shop: TestShop;
  before(async () => {
    nodes = await EmbeddedCluster.start();
    const { contactPoints, localDataCenter } = nodes;
    shop = await TestShop.open({ cluster: { contactPoints, localDataCenter } });
    shop.app.log.error = () => undefined;
  });
  after(async () => {
    await shop?.[Symbol.asyncDispose]();
    await nodes?.stop();
  });

  it('should answer 503 while it is away, say so in words for users, and recover by itself', async () => {
    const user = await shop.addUser();
    const { id } = await shop.addOrder(user.id);
    await nodes.nodes[0]?.stop();
    await eventually(async () => assert.equal((await shop.get('/health/ready')).status, 503));
    const answer = await shop.get(`/orders/${id}`);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '1');
    const text = await answer.text();
    assert.match(text, /not available at the moment/);
    assert.doesNotMatch(text, /SELECT|orders|127\.0\.0\.1|node/);
    assert.equal((await shop.get('/health/live')).status, 200, 'A restart of the service would not help');
    assert.equal(((await (await shop.get('/health/ready')).json()) as { reason: string }).reason, 'noNodeUp');
    await nodes.nodes[0]?.restart();
    await eventually(async () => assert.equal((await shop.get('/health/ready')).status, 200), 60_000);
    assert.equal((await shop.get(`/orders/${id}`)).status, 200);
    await shop.idle();
  });

  it('should answer 500 to a statement that is wrong, without what is inside, and go on', async () => {
    const user = await shop.addUser();
    await shop.session.execute('ALTER TABLE orders DROP total', undefined, { timeoutMs: 60_000 });
    const answer = await shop.send('POST', '/orders', { userId: user.id, total: '1', items: { tea: 1 } });
    assert.deepEqual(await answer.json(), {
      statusCode: 500,
      code: 'CASS_ERR_INVALID_QUERY',
      error: 'Internal Server Error',
      message: 'The request could not be served',
    });
    assert.equal((await shop.get(`/users/${user.id}`)).status, 200);
    await shop.idle();
  });
});
