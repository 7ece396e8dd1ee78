import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AsyncTableScan, Compression, Row } from '../../../src/index.ts';
import { chunked, generatedRows, SchemaModel, SeededRandom, t } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';
import { TokenTable } from '../../support/session/token-table.ts';

// The memory of a large page is used for another one when it was decoded. What was read from it must not change then.

const ROWS = 3_000;
const PAGE_ROWS = 600;
const COLUMNS = { id: t.int, text: t.text, blob: t.blob, list: t.list(t.text), at: t.timestamp } as const;

/** Rows of some 400 bytes that differ in every column, and from table to table. */
function row(table: number, index: number): [number, string, Buffer, string[], Date] {
  const text = `${table}:${index} `.repeat(20);
  return [index, text, Buffer.from(text), [text, `${index}`], new Date(1e12 + table * ROWS + index)];
}

function expected(table: number): Row[] {
  return Array.from({ length: ROWS }, (_, index) => {
    const [id, text, blob, list, at] = row(table, index);
    return { id, text, blob, list, at };
  });
}

const cqlOf = (table: number): string => `SELECT * FROM ks.t${table}`;
const TABLES = [0, 1, 2] as const;

const ways: Readonly<Record<string, (h: SessionHarness, table: number) => Promise<Row[]>>> = {
  'execute, page by page': async (h, table) => {
    const rows: Row[] = [];
    for (let pagingState: Buffer | undefined, isFirst = true; isFirst || pagingState !== undefined; isFirst = false) {
      const result = await h.session.execute(cqlOf(table), [], { fetchSize: PAGE_ROWS, pagingState });
      rows.push(...result.currentRows);
      pagingState = result.pagingState ?? undefined;
    }
    return rows;
  },
  'execute, small pages': async (h, table) => {
    const rows: Row[] = [];
    for (let pagingState: Buffer | undefined, isFirst = true; isFirst || pagingState !== undefined; isFirst = false) {
      const result = await h.session.execute(cqlOf(table), [], { fetchSize: PAGE_ROWS / 3, pagingState });
      rows.push(...result.currentRows);
      pagingState = result.pagingState ?? undefined;
    }
    return rows;
  },
  'pages()': async (h, table) => {
    const rows: Row[] = [];
    const stream = await h.session.executeStream(cqlOf(table), [], { fetchSize: PAGE_ROWS, prefetchPages: 2 });
    for await (const page of stream.pages()) rows.push(...page);
    return rows;
  },
  'for await': async (h, table) => {
    const rows: Row[] = [];
    for await (const each of await h.session.executeStream(cqlOf(table), [], { fetchSize: PAGE_ROWS })) rows.push(each);
    return rows;
  },
};

const wires: readonly { readonly protocolVersion: 4 | 5; readonly compression: Compression }[] = [
  { protocolVersion: 4, compression: 'none' },
  { protocolVersion: 4, compression: 'lz4' },
  { protocolVersion: 5, compression: 'none' },
  { protocolVersion: 5, compression: 'lz4' },
];

describe('rows of large pages, many of them at a time', () => {
  for (const wire of wires)
    for (const [way, read] of Object.entries(ways))
      it(`should be what was sent, by ${way} on version ${wire.protocolVersion}, compression ${wire.compression}`, async () => {
        await using h = await SessionHarness.start({ cluster: wire });
        for (const table of TABLES) {
          const reply = generatedRows(COLUMNS, ROWS, (index) => row(table, index));
          h.servers.when(cqlOf(table), chunked(reply, 50_000));
        }
        const all = await h.settle(Promise.all(TABLES.map((table) => read(h, table))));
        for (const table of TABLES) assert.deepEqual(all[table], expected(table));
      });
});

describe('a checkpoint within a large page', () => {
  const rows = Array.from({ length: 1_500 }, (_, p) => ({ p, c: 1, v: `${p}`.repeat(200).slice(0, 400) }));

  /** Takes so many rows, has other pages come, and goes on from the checkpoint. */
  async function interrupted(h: SessionHarness, taken: number): Promise<string[]> {
    const ids: string[] = [];
    const options = { fetchSize: 600, splits: 1, concurrency: 2 };
    const first: AsyncTableScan = h.session.scan('ks.wide', options);
    const iterator = first[Symbol.asyncIterator]();
    for (let i = 0; i < taken; i++) ids.push(String((await iterator.next()).value?.['p']));
    for await (const _ of await h.session.executeStream(cqlOf(0), [], { fetchSize: PAGE_ROWS }));
    const resumeFrom = first.checkpoint;
    await first.cancel();
    for await (const each of h.session.scan('ks.wide', { ...options, resumeFrom })) ids.push(String(each['p']));
    return ids;
  }

  for (const taken of [1, 255, 300, 450, 599, 600, 601, 1_000])
    it(`should tell which ${taken} rows were read, while the memory of other pages is used again`, async () => {
      const table = new TokenTable(rows);
      const schema = new SchemaModel();
      table.describe(schema, 1);
      await using h = await SessionHarness.start({ servers: { schema }, seed: new SeededRandom(taken).int(1, 1e6) });
      table.serve(h.servers);
      const reply = generatedRows(COLUMNS, ROWS, (index) => row(0, index));
      h.servers.when(cqlOf(0), chunked(reply, 50_000));
      const ids = await h.settle(interrupted(h, taken));
      assert.equal(ids.length, rows.length);
      assert.equal(new Set(ids).size, rows.length);
    });
});
