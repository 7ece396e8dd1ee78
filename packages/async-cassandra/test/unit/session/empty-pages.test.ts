import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import type { Row } from '../../../src/codecs/index.ts';
import type { AsyncStreamingResultSet, StreamConfig } from '../../../src/session/index.ts';
import { pages, seeded, type SeededRandom, t } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const CQL = 'SELECT k FROM ks.t';

/** Pages of 0 rows in front of, between and behind those with rows. */
function randomPages(random: SeededRandom): number[][][] {
  const made: number[][][] = [];
  let next = 0;
  const count = random.int(1, 12);
  for (let i = 0; i < count; i++) {
    const rows = random.chance(0.5) ? 0 : random.int(1, 5);
    made.push(Array.from({ length: rows }, () => [next++]));
  }
  return made;
}

const layouts: Readonly<Record<string, number[][][]>> = {
  'between full pages': [[[0], [1]], [], [], [[2]], [], [[3], [4]]],
  'at both ends': [[], [], [[0], [1]], [[2]], [], []],
  'and no others': [[], [], []],
};

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

type Read = (h: SessionHarness) => Promise<readonly unknown[]>;
type ReadStream = (stream: AsyncStreamingResultSet) => Promise<readonly unknown[]>;

const streamReaders: Readonly<Record<string, ReadStream>> = {
  'for await': (stream) => collect(stream),
  'pages()': async (stream) => (await collect(stream.pages())).flat(),
  next: async (stream) => {
    const iterator = stream[Symbol.asyncIterator]();
    const rows: Row[] = [];
    for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) rows.push(step.value);
    return rows;
  },
  'Readable.from': (stream) => Readable.from(stream).toArray(),
  'Readable.from with map and filter': (stream) =>
    Readable.from(stream)
      .map((row: Row) => ({ k: row['k'] }))
      .filter(() => true)
      .toArray(),
  pipeline: async (stream) => {
    const rows: Row[] = [];
    const write = (row: Row, _encoding: unknown, done: () => void): void => {
      rows.push(row);
      done();
    };
    await pipeline(stream, new Writable({ objectMode: true, write }));
    return rows;
  },
  'ReadableStream.from': (stream) => collect(ReadableStream.from(stream) as unknown as AsyncIterable<Row>),
};

const readers: Record<string, Read> = {
  'execute and all()': async ({ session }) => (await session.execute(CQL)).all(),
  'execute and for await': async ({ session }) => collect(await session.execute(CQL)),
  'execute by paging states': async ({ session }) => {
    const rows: Row[] = [];
    for (let pagingState: Buffer | undefined; ; ) {
      const result = await session.execute(CQL, undefined, { pagingState });
      rows.push(...result.currentRows);
      if (result.pagingState === null) return rows;
      pagingState = result.pagingState;
    }
  },
};
for (const [name, read] of Object.entries(streamReaders)) {
  for (const prefetchPages of [0, 1, 3])
    readers[`executeStream, ${prefetchPages} ahead, ${name}`] = async ({ session }) =>
      read(await session.executeStream(CQL, [], { prefetchPages }));
}
for (const maxPages of [1, 2, 3]) {
  readers[`streams of ${maxPages} pages, one behind the other`] = async ({ session }) => {
    const rows: Row[] = [];
    for (let pagingState: StreamConfig['pagingState']; ; ) {
      const stream = await session.executeStream(CQL, [], { maxPages, pagingState });
      rows.push(...(await collect(stream)));
      assert.ok(stream.pageNumber <= maxPages);
      if (stream.pagingState === null) return rows;
      assert.equal(stream.pageNumber, maxPages, 'empty pages count as others do');
      pagingState = stream.pagingState;
    }
  };
}

async function assertAllRows(h: SessionHarness, content: readonly (readonly unknown[])[], read: Read): Promise<void> {
  h.servers.when(CQL, pages({ k: t.int }, content as number[][][]));
  const rows = await h.settle(read(h));
  assert.deepEqual(
    rows,
    content.flat().map((_, k) => ({ k })),
  );
  assert.equal(h.session.state.openStreams, 0);
  assert.equal(h.session.state.inFlight, 0);
}

for (const version of [4, 5]) {
  describe(`every row should come where pages are empty, protocol v${version}`, () => {
    for (const [way, read] of Object.entries(readers)) {
      test(way, async () => {
        await using h = await SessionHarness.start({ versions: [version] });
        for (const content of Object.values(layouts)) await assertAllRows(h, content, read);
      });
    }

    test(
      'in all these ways, wherever the empty pages are',
      seeded(async (random) => {
        await using h = await SessionHarness.start({ versions: [version] });
        for (let run = 0; run < 25; run++) {
          const content = randomPages(random);
          for (const read of Object.values(readers)) await assertAllRows(h, content, read);
        }
      }),
    );
  });
}
