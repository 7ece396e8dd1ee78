import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import type { UserBody } from '../../src/shapes.ts';
import { eventually, TestShop } from '../support/shop.ts';

const ROWS = 10_000;
const RANGE = 'from=2025-03-01T00:00:00Z&to=2025-03-02T00:00:00Z';

describe('Exports and live orders', () => {
  let shop: TestShop;
  let user: UserBody;
  before(async () => {
    shop = await TestShop.open();
    user = await shop.addUser();
    await shop.fillHour(new Date(Date.UTC(2025, 2, 1, 10)), ROWS / 2, user.id);
    await shop.fillHour(new Date(Date.UTC(2025, 2, 1, 12)), ROWS / 2, user.id);
  });
  after(() => shop?.[Symbol.asyncDispose]());

  const open = async (path: string): Promise<IncomingMessage> => {
    const [response] = (await once(get(`${shop.base}${path}`, { agent: false }), 'response')) as [IncomingMessage];
    return response;
  };

  it('should export 10,000 orders as NDJSON in pieces, each order once', async () => {
    const response = await open(`/exports/orders.ndjson?${RANGE}`);
    assert.equal(response.headers['transfer-encoding'], 'chunked');
    assert.equal(response.headers['content-type'], 'application/x-ndjson');
    const ids = new Set<string>();
    let lines = 0;
    for await (const line of createInterface({ input: response })) {
      ids.add((JSON.parse(line) as { id: string }).id);
      lines++;
    }
    assert.deepEqual([lines, ids.size], [ROWS, ROWS]);
    await shop.idle();
  });

  it('should export them as CSV', async () => {
    const response = await shop.get(`/exports/orders.csv?${RANGE}`);
    const lines = (await response.text()).split('\r\n');
    assert.equal(lines[0], 'id,userId,created,status,total,items');
    assert.equal(lines.length, ROWS + 2);
    assert.match(
      lines[1] ?? '',
      /^[0-9a-f-]{36},[0-9a-f-]{36},2025-03-01T12:00:04\.999Z,new,4999\.00,"\{""tea"":1\}"$/,
    );
  });

  it('should read no further than its client does', async () => {
    // 20 MB: more than the sockets' own buffers hold.
    const items = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`${n}`.padEnd(60, '-'), n]));
    await shop.fillHour(new Date(Date.UTC(2025, 3, 1, 10)), 6_000, user.id, items);
    const response = await open('/exports/orders.ndjson?from=2025-04-01T10:00:00Z&to=2025-04-01T11:00:00Z');
    response.pause();
    let quietFor = 0;
    await eventually(() => {
      quietFor = shop.state.inFlight === 0 ? quietFor + 1 : 0;
      assert.ok(quietFor > 25, 'Pages are still being fetched');
    });
    assert.equal(shop.state.openStreams, 1, 'It waits in the middle');
    response.destroy();
    await shop.idle();
  });

  it('should end an export whose client leaves in the middle', async () => {
    const responses = await Promise.all(Array.from({ length: 10 }, () => open(`/exports/orders.csv?${RANGE}`)));
    for (const response of responses) {
      await once(response, 'readable');
      response.destroy();
    }
    await shop.idle();
    assert.equal((await shop.get(`/users/${user.id}`)).status, 200);
  });

  it('should let exports run side by side without disturbing each other', async () => {
    const [left, ...kept] = await Promise.all(Array.from({ length: 4 }, () => open(`/exports/orders.ndjson?${RANGE}`)));
    left?.destroy();
    for (const response of kept) {
      let lines = 0;
      for await (const _line of createInterface({ input: response })) lines++;
      assert.equal(lines, ROWS);
    }
    await shop.idle();
  });

  it('should stay within its memory when many export at once', async () => {
    const rssBefore = process.memoryUsage.rss();
    const responses = await Promise.all(Array.from({ length: 12 }, () => shop.get(`/exports/orders.ndjson?${RANGE}`)));
    for (const response of responses) {
      let bytes = 0;
      for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).length;
      assert.ok(bytes > ROWS * 150);
    }
    const grownMb = (process.memoryUsage.rss() - rssBefore) / 2 ** 20;
    // All together are 24 MB of text, and several times that as rows.
    assert.ok(grownMb < 250, `${grownMb.toFixed(0)} MB more`);
    await shop.idle();
  });

  it('should tell of new orders as they come, until the client leaves', async () => {
    const response = await open('/orders/live');
    const lines = createInterface({ input: response });
    const events = lines[Symbol.asyncIterator]();
    await events.next();
    const made = [(await shop.addOrder(user.id)).id, (await shop.addOrder(user.id)).id];
    const told: string[] = [];
    while (told.length < 2) {
      const next = await events.next();
      assert.ok(!next.done);
      if (next.value.startsWith('id: ')) told.push(next.value.slice(4));
    }
    assert.deepEqual(told.sort(), made.sort());
    // Other requests have 8 s.
    await sleep(8_500);
    assert.equal(response.readableEnded, false);
    lines.close();
    response.destroy();
    await shop.idle();
  });
});
