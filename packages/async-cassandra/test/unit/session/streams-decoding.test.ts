import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generatedRows, t } from '../../support/index.ts';
import { CountingText, mostInOneTurn } from '../../support/session/counting-text.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const CQL = 'SELECT v FROM ks.t';

async function start(rowCount: number, bytesPerRow: number): Promise<{ h: SessionHarness; codec: CountingText }> {
  const codec = new CountingText();
  const h = await SessionHarness.start({ cluster: { encoding: { codecs: [codec] } } });
  const text = 'x'.repeat(bytesPerRow);
  h.servers.when(
    CQL,
    generatedRows({ v: t.text }, rowCount, () => [text]),
  );
  return { h, codec };
}

describe('the rows of a stream', () => {
  test('should be decoded as they are asked for, some hundreds at a time', async () => {
    const { h, codec } = await start(5000, 10);
    await using _ = h;
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 2500 }));
    const iterator = stream[Symbol.asyncIterator]();
    assert.equal(codec.decoded, 0);
    for (let read = 1; read <= 5000; read++) {
      await h.settle(iterator.next());
      assert.ok(codec.decoded >= read && codec.decoded < read + 500, `${codec.decoded} decoded, ${read} read`);
    }
  });

  test('should be decoded a few at a time when they are large', async () => {
    const { h, codec } = await start(60, 100_000);
    await using _ = h;
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 60 }));
    const iterator = stream[Symbol.asyncIterator]();
    for (let read = 1; read <= 60; read++) {
      await h.settle(iterator.next());
      assert.ok(codec.decoded >= read && codec.decoded < read + 4, `${codec.decoded} decoded, ${read} read`);
    }
  });

  test('should not be decoded when nobody reads them', async () => {
    const { h, codec } = await start(1000, 10);
    await using _ = h;
    const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 100, prefetchPages: 3 }));
    const iterator = stream[Symbol.asyncIterator]();
    await h.settle(iterator.next());
    await h.clock.advance(100);
    await stream.cancel();
    await h.settle(iterator.next());
    assert.equal(codec.decoded, 100);
  });

  for (const way of ['for await', 'pages()'])
    test(`should be no more than a slice in one turn when many pages have come, by ${way}`, async () => {
      const { h, codec } = await start(200, 10_000);
      await using _ = h;
      const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 5, prefetchPages: 40 }));
      const items: AsyncIterator<unknown> = way === 'pages()' ? stream.pages() : stream[Symbol.asyncIterator]();
      await h.settle(items.next());
      await h.clock.advance(1_000);
      const { length } = h.statements;
      const most = await mostInOneTurn(codec, async () => {
        await h.settle(
          (async (): Promise<void> => {
            while ((await items.next()).done !== true);
          })(),
        );
      });
      assert.equal(codec.decoded, 200);
      assert.deepEqual([stream.pageNumber, h.statements.length], [40, length], 'all pages had come');
      assert.ok(most > 50_000, 'the measure sees nothing');
      assert.ok(most <= 256 * 1024, `${most} bytes in one turn`);
    });
});

test('a pageCallback that returns a rejected promise should harm nobody', async () => {
  const warnings: unknown[][] = [];
  await using h = await SessionHarness.start({
    cluster: { logger: { error: (...line: unknown[]) => void warnings.push(line) } },
  });
  h.servers.when(
    CQL,
    generatedRows({ v: t.int }, 20, (i) => [i]),
  );
  const rejecting = (page: number): Promise<void> => Promise.reject(new Error(`page ${page}`));
  // As JavaScript, and an option of another type, let it through.
  const pageCallback = rejecting as (page: number) => void;
  const stream = await h.settle(h.session.executeStream(CQL, [], { fetchSize: 10, pageCallback }));
  let seen = 0;
  const reading = (async (): Promise<void> => {
    for await (const _ of stream) seen++;
  })();
  await h.settle(reading);
  assert.equal(seen, 20);
  assert.equal(warnings.length, 2);
});
