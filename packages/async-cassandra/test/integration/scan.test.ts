import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { before, it } from 'node:test';
import {
  type AsyncTableScan,
  ConfigurationError,
  InvalidQueryError,
  type Row,
  type ScanCheckpoint,
} from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';

const SCHEMA = [
  'CREATE TABLE events (id int, n int, label text, owner text static, PRIMARY KEY (id, n)) WITH CLUSTERING ORDER BY (n DESC)',
  'CREATE TABLE "Case" ("Key" int, "select" text, "Value ""x""" bigint, PRIMARY KEY (("Key", "select")))',
  'CREATE TABLE empty (id int PRIMARY KEY)',
  `CREATE MATERIALIZED VIEW by_label AS SELECT id, n, label FROM events WHERE label IS NOT NULL AND id IS NOT NULL AND n IS NOT NULL
     PRIMARY KEY (label, id, n)`,
];

/** Rows of each partition: one is wide, some have nothing but their static column. */
const LENGTHS = [...Array.from({ length: 300 }, (_, id) => id % 5), 1_000];
const EXPECTED = LENGTHS.flatMap((length, id) =>
  length === 0 ? [`${id}/null`] : Array.from({ length }, (_, n) => `${id}/${n}`),
).sort();

const idOf = (row: Row): string => `${String(row['id'])}/${String(row['n'])}`;

async function collect(scan: AsyncTableScan, limit = Infinity, into: string[] = []): Promise<string[]> {
  const end = into.length + limit;
  for await (const row of scan) if (into.push(idOf(row)) >= end) break;
  return into;
}

describeOnEveryPair('Scans', SCHEMA, (context) => {
  before(async () => {
    const { session } = context;
    const rows = LENGTHS.flatMap((length, id) => Array.from({ length }, (_, n) => [id, n, `label ${n % 10}`]));
    await session.executeConcurrent('INSERT INTO events (id, n, label) VALUES (?, ?, ?)', rows);
    const owners = LENGTHS.map((_, id) => [id, `owner ${id}`]);
    await session.executeConcurrent('INSERT INTO events (id, owner) VALUES (?, ?)', owners);
    const cased = Array.from({ length: 50 }, (_, i) => [i % 7, `é ${i}`, i]);
    await session.executeConcurrent('INSERT INTO "Case" ("Key", "select", "Value ""x""") VALUES (?, ?, ?)', cased);
  });

  it('should give every row once, row by row and page by page', async () => {
    for (const fetchSize of [10_000, 60]) {
      const scan = context.session.scan('events', { fetchSize });
      assert.deepEqual((await collect(scan)).sort(), EXPECTED);
      assert.equal(scan.progress.fraction, 1);
      const seen: string[] = [];
      for await (const page of context.session.scan('events', { fetchSize, concurrency: 2 }).pages()) {
        assert.ok(page.length > 0 && page.length <= fetchSize);
        seen.push(...page.map(idOf));
      }
      assert.deepEqual(seen.sort(), EXPECTED);
    }
    assert.equal(context.session.state.openStreams, 0);
  });

  it('should give what a SELECT gives', async () => {
    const expected = await (await context.session.execute('SELECT * FROM events')).all();
    const found: Row[] = [];
    for await (const row of context.session.scan('events')) found.push(row);
    const byId = (a: Row, b: Row): number => (idOf(a) < idOf(b) ? -1 : 1);
    assert.deepEqual(found.sort(byId), expected.sort(byId));
  });

  it('should read names as they are, and keys of several columns', async () => {
    const values: unknown[] = [];
    const scan = context.session.scan('Case', { columns: ['Value "x"'], splits: 30, fetchSize: 3 });
    for await (const row of scan) {
      assert.deepEqual(Object.keys(row), ['Value "x"']);
      values.push(row['Value "x"']);
    }
    assert.deepEqual(
      values.map(Number).sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i),
    );
    await assert.rejects(collect(context.session.scan('case')), ConfigurationError);
  });

  it('should read views', async () => {
    const seen = await collect(context.session.scan('by_label', { keyspace: context.keyspace, fetchSize: 50 }));
    assert.deepEqual(
      seen.sort(),
      EXPECTED.filter((id) => !id.endsWith('null')),
    );
  });

  it('should read what fits a condition', async () => {
    const expected = EXPECTED.filter((id) => /[37]$/.test(id));
    const cql = 'label IN (?, ?) ALLOW FILTERING';
    const positional = context.session.scan('events', {
      where: { cql, params: ['label 3', 'label 7'] },
      fetchSize: 20,
    });
    assert.deepEqual((await collect(positional)).sort(), expected);
    const where = { cql: 'label IN (:a, :b) ALLOW FILTERING', params: { a: 'label 3', b: 'label 7' } };
    assert.deepEqual((await collect(context.session.scan('events', { where }))).sort(), expected);
    const one = { cql: 'label = ? PER PARTITION LIMIT 1 ALLOW FILTERING', params: ['label 3'] };
    const firsts = await collect(context.session.scan('events', { where: one, fetchSize: 10 }));
    assert.equal(firsts.length, LENGTHS.filter((length) => length > 3).length);
    const wrong = context.session.scan('events', { where: { cql: 'label = ?', params: ['x'] } });
    await assert.rejects(collect(wrong), InvalidQueryError);
  });

  it('should go on from its checkpoint in another client, of another version, in the middle of pages', async () => {
    const other = await context
      .client({ protocolVersion: context.isV5 ? 4 : 5, compression: 'none' })
      .connect(context.keyspace);
    const seen: string[] = [];
    let checkpoint: ScanCheckpoint | undefined;
    for (let round = 0; checkpoint === undefined || checkpoint.ranges.length > 0; round++) {
      const session = round % 2 === 0 ? context.session : other;
      const scan = session.scan(`${context.keyspace}.events`, {
        fetchSize: 100 + 13 * (round % 3),
        concurrency: 1 + (round % 4),
        ...(checkpoint === undefined ? {} : { resumeFrom: JSON.stringify(checkpoint) }),
      });
      await collect(scan, 130, seen);
      checkpoint = scan.checkpoint;
      assert.equal(checkpoint.rows, seen.length);
    }
    assert.deepEqual(seen.sort(), EXPECTED);
  });

  it('should be the source of streams', async () => {
    const seen = await Readable.from(context.session.scan('events', { fetchSize: 200 }))
      .map((row: Row) => idOf(row))
      .toArray();
    assert.deepEqual(seen.sort(), EXPECTED);
  });

  it('should give nothing for an empty table, and refuse tables of single nodes', async () => {
    assert.deepEqual(await collect(context.session.scan('empty')), []);
    await assert.rejects(collect(context.session.scan('system.local')), ConfigurationError);
    await assert.rejects(collect(context.session.scan('system_views.settings')), ConfigurationError);
    await assert.rejects(collect(context.session.scan('nothing')), ConfigurationError);
  });
});
