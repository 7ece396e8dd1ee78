import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Row } from '../../../../src/index.ts';
import type { AsyncTableScan, ScanOptions } from '../../../../src/session/index.ts';
import { SchemaModel } from '../../../support/index.ts';
import { CountingText, mostInOneTurn } from '../../../support/session/counting-text.ts';
import { SessionHarness } from '../../../support/session/session-harness.ts';
import { TokenTable } from '../../../support/session/token-table.ts';

const SLICE_BYTES = 256 * 1024;
const ROWS = 200;
const ROW_BYTES = 10_000;

/** Reads a scan to its end, from its second item on without waiting for a server. */
async function readScan(
  options: ScanOptions,
  read: (scan: AsyncTableScan) => AsyncIterator<Row | Row[], undefined>,
): Promise<{ most: number; rows: number }> {
  const codec = new CountingText();
  const rows = Array.from({ length: ROWS }, (_, p) => ({ p, c: 1, v: 'x'.repeat(ROW_BYTES) }));
  const table = new TokenTable(rows);
  const schema = new SchemaModel();
  table.describe(schema);
  await using h = await SessionHarness.start({ cluster: { encoding: { codecs: [codec] } }, servers: { schema } });
  table.serve(h.servers);
  let seen = 0;
  const most = await mostInOneTurn(codec, async () => {
    const items = read(h.session.scan('ks.wide', options));
    const first = await h.settle(items.next());
    await h.clock.advance(1_000);
    const { length } = h.statements;
    const reading = (async (): Promise<void> => {
      for (let item = first; item.done !== true; item = await items.next())
        seen += Array.isArray(item.value) ? item.value.length : 1;
    })();
    await h.settle(reading);
    assert.equal(h.statements.length, length, 'all pages had come');
  });
  return { most, rows: seen };
}

describe('what a scan decodes in one turn of the event loop', () => {
  const ways = {
    'for await': (scan: AsyncTableScan) => scan[Symbol.asyncIterator](),
    'pages()': (scan: AsyncTableScan) => scan.pages(),
  };
  const pages = {
    'one large page': { concurrency: 1, splits: 1 },
    'many pages that have come': { concurrency: 40, splits: 40 },
  };
  for (const [way, read] of Object.entries(ways))
    for (const [kind, options] of Object.entries(pages))
      it(`should be no more than a slice, by ${way}, of ${kind}`, async (test) => {
        const { most, rows } = await readScan(options, read);
        test.diagnostic(`${most} bytes`);
        assert.equal(rows, ROWS);
        assert.ok(most > 0, 'the measure sees nothing');
        assert.ok(most <= SLICE_BYTES, `${most} bytes in one turn`);
      });
});
