import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError, codecs, Decimal, InvalidValueError, type Row } from '../../../../src/index.ts';
import { hashOf } from '../../../../src/session/scan/scan-query.ts';
import type { ScanCheckpoint, ScanOptions } from '../../../../src/session/index.ts';
import { generatedRows, rows, SchemaModel, t } from '../../../support/index.ts';
import { SessionHarness, type HarnessOptions } from '../../../support/session/session-harness.ts';
import { TokenTable } from '../../../support/session/token-table.ts';

const NETWORK = { class: 'NetworkTopologyStrategy', datacenter1: '1' };

function schemaOf(): SchemaModel {
  const schema = new SchemaModel();
  schema.addKeyspace('Shop', NETWORK).addKeyspace('own', { class: 'LocalStrategy' }).addKeyspace('virt', {}, true);
  const columns = { 'Key "A"': t.int, b: t.text, n: t.int, v: t.text };
  schema.addTable('Shop', 'My Events'.replace(' ', '_'), columns, {
    partitionKey: ['Key "A"', 'b'],
    clusteringKey: ['n'],
  });
  schema.addTable('own', 'local_table', { p: t.int });
  return schema;
}

async function start(options: HarnessOptions = {}): Promise<SessionHarness> {
  return SessionHarness.start({ servers: { schema: schemaOf() }, ...options });
}

const TOKEN = 'token("Key ""A""", "b")';
const FROM = 'FROM "Shop"."My_Events"';
const RANGE = `WHERE ${TOKEN} > ? AND ${TOKEN} <= ?`;
const BOTH = { start: t.bigint, end: t.bigint };

async function all(scan: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of scan) found.push(row);
  return found;
}

describe('the statement of a scan', () => {
  it('should quote names as they are, and take the whole partition key', async () => {
    await using h = await start({ keyspace: 'Shop' });
    const one = rows({ 'Key "A"': t.int, b: t.text, n: t.int, v: t.text }, [[1, 'x', 2, 'y']]);
    h.servers.when(`SELECT "Key ""A""", "b", "n", "v" ${FROM} ${RANGE}`, one, { bind: BOTH });
    const expected = [{ 'Key "A"': 1, b: 'x', n: 2, v: 'y' }];
    for (const scan of [
      h.session.scan('My_Events', { splits: 1 }),
      h.session.scan('Shop.My_Events', { splits: 1 }),
      h.session.scan('My_Events', { keyspace: 'Shop', splits: 1 }),
    ]) {
      assert.deepEqual([scan.keyspace, scan.table], ['Shop', 'My_Events']);
      assert.deepEqual(await h.settle(all(scan)), expected);
    }
  });

  it('should also read the primary key when it is not asked for, and not give it', async () => {
    await using h = await start();
    const cql = `SELECT "v", "b", "Key ""A""", "n" ${FROM} ${RANGE}`;
    h.servers.when(
      cql,
      rows({ v: t.text, b: t.text, 'Key "A"': t.int, n: t.int }, [
        ['y', 'x', 1, 2],
        ['z', 'x', 1, 3],
      ]),
      { bind: BOTH },
    );
    const scan = h.session.scan('Shop.My_Events', { columns: ['v', 'b'], splits: 1 });
    const iterator = scan[Symbol.asyncIterator]();
    assert.deepEqual((await h.settle(iterator.next())).value, { v: 'y', b: 'x' });
    const resumed = h.session.scan('Shop.My_Events', { columns: ['b', 'v'], resumeFrom: scan.checkpoint });
    h.servers.when(
      cql.replace('"v", "b"', '"b", "v"'),
      rows({ b: t.text, v: t.text, 'Key "A"': t.int, n: t.int }, [
        ['x', 'y', 1, 2],
        ['x', 'z', 1, 3],
      ]),
      { bind: BOTH },
    );
    assert.deepEqual(await h.settle(all(resumed)), [{ b: 'x', v: 'z' }]);
    await iterator.return?.();
  });

  it('should join the condition with AND, its values by position or by name', async () => {
    await using h = await start();
    const columns = { 'Key "A"': t.int, b: t.text, n: t.int, v: t.text };
    const select = `SELECT "Key ""A""", "b", "n", "v" ${FROM}`;
    const condition = 'v = ? AND n IN (?, ?) ALLOW FILTERING';
    h.servers.when(`${select} ${RANGE} AND ${condition}`, rows(columns), {
      bind: { ...BOTH, v: t.text, n: t.int, m: t.int },
    });
    await h.settle(
      all(h.session.scan('Shop.My_Events', { where: { cql: condition, params: ['x', 1, 2] }, splits: 1 })),
    );
    const { values } = h.statements.at(-1) as { values: readonly (Buffer | null)[] };
    assert.deepEqual(
      values.map((value) => value?.toString('hex')),
      ['8000000000000000', '7fffffffffffffff', '78', '00000001', '00000002'],
    );
    const named = `${select} WHERE ${TOKEN} > :scan_start AND ${TOKEN} <= :scan_end AND v = :v ALLOW FILTERING`;
    h.servers.when(named, rows(columns), { bind: { ':scan_start': t.bigint, ':scan_end': t.bigint, v: t.text } });
    const where = { cql: 'v = :v ALLOW FILTERING', params: { V: 'x' } };
    await h.settle(all(h.session.scan('Shop.My_Events', { where, splits: 1 })));
    assert.equal(h.statements.at(-1)?.cql, named);
    const missing = h.session.scan('Shop.My_Events', { where: { cql: condition, params: ['x', 1] } });
    assert.ok((await h.failure(all(missing))) instanceof InvalidValueError);
  });

  it('should bind tokens whatever codec there is for bigint', async () => {
    await using h = await start({ cluster: { encoding: { codecs: [codecs.bigintAsString] } } });
    h.servers.when(
      `SELECT "v", "Key ""A""", "b", "n" ${FROM} ${RANGE}`,
      rows({ v: t.text, 'Key "A"': t.int, b: t.text, n: t.int }),
      { bind: BOTH },
    );
    await h.settle(all(h.session.scan('Shop.My_Events', { columns: ['v'] })));
  });
});

describe('what a scan refuses', () => {
  const wrong: readonly [string, ScanOptions, string?][] = [
    ['columns', { columns: [] }],
    ['columns', { columns: ['v', 'v'] }],
    ['columns[1]', { columns: ['v', ''] }],
    ['concurrency', { concurrency: 0 }],
    ['concurrency', { concurrency: 1.5 }],
    ['splits', { splits: 0 }],
    ['pageRetries', { pageRetries: -1 }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['pageTimeoutMs', { pageTimeoutMs: -1 }],
    ['onProgress', { onProgress: 'x' as unknown as () => void }],
    ['where', { where: 'v = 1' as unknown as { cql: string } }],
    ['where.cql', { where: { cql: ' ' } }],
    ['where.cql', { where: { cql: 'WHERE v = 1' } }],
    ['where.cql', { where: { cql: 'v = 1;' } }],
    ['where.cql', { where: { cql: 'v = 1 LIMIT 5' } }],
    ['where.cql', { where: { cql: 'v = 1 ORDER  BY n' } }],
    ['where.cql', { where: { cql: 'v = 1 GROUP BY n' } }],
    ['where.param', { where: { cql: 'v = 1', param: [] } as unknown as { cql: string } }],
    ['where.params', { where: { cql: 'v = 1', params: 'x' as unknown as unknown[] } }],
    ['keyspace', { keyspace: '' }],
    ['keyspace', { keyspace: 'other' }],
    ['fetchSize', { fetchSize: 0 }],
    ['pagingState', { pagingState: Buffer.from('x') } as ScanOptions],
    ['node', { node: 'x' } as ScanOptions],
    ['idempotent', { idempotent: false } as ScanOptions],
    ['speed', { speed: 1 } as ScanOptions],
    ['table', {}, ''],
    ['table', {}, 'a.b.c'],
    ['table', {}, '.b'],
    ['keyspace', {}, 'events'],
    ['resumeFrom', { resumeFrom: 'no JSON' }],
    ['resumeFrom.version', { resumeFrom: {} as ScanCheckpoint }],
  ];
  it('should be told at once, by the path of the option', async () => {
    await using h = await start();
    for (const [path, options, table = 'Shop.My_Events'] of wrong)
      assert.throws(
        () => h.session.scan(table, options),
        (failure) => failure instanceof ConfigurationError && failure.path === path,
        path,
      );
    for (const cql of [
      'v = 1 PER PARTITION LIMIT 1',
      '"limit" = 1',
      "v = 'LIMIT 5'",
      '"order" = 1 AND by = 2',
      'v = $$;$$',
    ])
      h.session.scan('Shop.My_Events', { where: { cql } });
  });

  it('should be tables that are not there, or that each node has for itself', async () => {
    await using h = await start();
    for (const [table, options, path] of [
      ['Shop.my_events', {}, 'table'],
      ['shop.My_Events', {}, 'table'],
      ['own.local_table', {}, 'table'],
      ['virt.x', {}, 'table'],
      ['Shop.My_Events', { columns: ['V'] }, 'columns'],
    ] as const) {
      const failure = await h.failure(all(h.session.scan(table, options)));
      assert.ok(failure instanceof ConfigurationError, failure.stack);
      assert.equal(failure.path, path);
    }
    assert.equal(h.session.state.openStreams, 0);
  });

  it('should be partitioners whose tokens it does not know', async () => {
    await using h = await start({
      servers: { schema: schemaOf(), partitioner: 'org.apache.cassandra.dht.ByteOrderedPartitioner' },
    });
    const failure = await h.failure(all(h.session.scan('Shop.My_Events')));
    assert.ok(failure instanceof ConfigurationError && failure.message.includes('byteOrdered'));
  });

  it('should find tables of keyspaces that are not kept, and those made a moment ago', async () => {
    const schema = schemaOf();
    await using h = await start({ servers: { schema }, cluster: { schemaKeyspaces: [] } });
    const columns = { 'Key "A"': t.int, b: t.text, n: t.int, v: t.text };
    h.servers.when(
      /FROM "Shop"/,
      generatedRows(columns, 0, () => []),
      { bind: BOTH },
    );
    assert.deepEqual(await h.settle(all(h.session.scan('Shop.My_Events'))), []);
    schema.addTable('Shop', 'later', columns);
    assert.deepEqual(await h.settle(all(h.session.scan('Shop.later'))), []);
  });
});

describe('a checkpoint', () => {
  const table = new TokenTable([1, 2, 3].map((p) => ({ p, c: 0, v: 'x' })));

  async function stage(): Promise<SessionHarness> {
    const schema = new SchemaModel();
    table.describe(schema);
    const h = await SessionHarness.start({ servers: { schema } });
    table.serve(h.servers);
    return h;
  }

  it('should be refused by a scan of something else, or when it was tampered with', async () => {
    await using h = await stage();
    const scan = h.session.scan('ks.wide', { fetchSize: 1, concurrency: 1, splits: 1 });
    const iterator = scan[Symbol.asyncIterator]();
    await h.settle(iterator.next());
    await h.settle(iterator.next());
    const good = JSON.parse(JSON.stringify(scan.checkpoint)) as ScanCheckpoint;
    await scan.cancel();
    const range = good.ranges[0] as ScanCheckpoint['ranges'][0];
    const ranges = (change: object): object => ({ ...good, ranges: [{ ...range, ...change }] });
    const wrong: readonly [string, unknown, ScanOptions?][] = [
      ['resumeFrom', null],
      ['resumeFrom', 7],
      ['resumeFrom', '"text"'],
      ['resumeFrom.version', { ...good, version: 2 }],
      ['resumeFrom.table', { ...good, table: 'other' }],
      ['resumeFrom.keyspace', { ...good, keyspace: 'other' }],
      ['resumeFrom.columns', good, { columns: ['p'] }],
      ['resumeFrom.columns', { ...good, columns: ['p', 'v'] }],
      ['resumeFrom.where', good, { where: { cql: 'v = 1 ALLOW FILTERING' } }],
      ['resumeFrom.rows', { ...good, rows: -1 }],
      ['resumeFrom.tableId', { ...good, tableId: 5 }],
      ['resumeFrom.ranges', { ...good, ranges: {} }],
      ['resumeFrom.ranges[0]', { ...good, ranges: [null] }],
      ['resumeFrom.ranges[0]', ranges({ end: range.start })],
      ['resumeFrom.ranges', { ...good, ranges: [range, range] }],
      ['resumeFrom.ranges[0].start', ranges({ start: '-9223372036854775809' })],
      ['resumeFrom.ranges[0].end', ranges({ end: '1e3' })],
      ['resumeFrom.ranges[0].pagingState', ranges({ pagingState: '***' })],
      ['resumeFrom.ranges[0].delivered', ranges({ delivered: 1 })],
      ['resumeFrom.ranges[0].delivered.rows', ranges({ delivered: { token: '1', rows: 'short' } })],
      ['resumeFrom.ranges[0].delivered.token', ranges({ delivered: { token: 'x', rows: '' } })],
    ];
    for (const [path, resumeFrom, options = {}] of wrong)
      assert.throws(
        () => h.session.scan('ks.wide', { ...options, resumeFrom: resumeFrom as ScanCheckpoint }),
        (failure) => failure instanceof ConfigurationError && failure.path === path,
        path,
      );
    for (const [path, change] of [
      ['resumeFrom.tableId', { tableId: '5c8a0dd6-3f5e-3c4f-9f59-0a4f5d1f2b11' }],
      ['resumeFrom.partitioner', { partitioner: 'org.apache.cassandra.dht.RandomPartitioner' }],
    ] as const) {
      const failure = await h.failure(all(h.session.scan('ks.wide', { resumeFrom: { ...good, ...change } })));
      assert.ok(failure instanceof ConfigurationError);
      assert.equal(failure.path, path);
    }
    assert.equal((await h.settle(all(h.session.scan('ks.wide', { resumeFrom: good })))).length, 1);
  });

  it('should be there before anything was read', async () => {
    await using h = await stage();
    const { checkpoint, progress } = h.session.scan('ks.wide');
    assert.equal(progress.fraction, 0);
    assert.equal((await h.settle(all(h.session.scan('ks.wide', { resumeFrom: checkpoint })))).length, 3);
  });

  it('should not tell the parameters, only whether they are the same', () => {
    const different = [
      [],
      ['secret'],
      ['"secret"'],
      [1],
      [1.5],
      ['1'],
      [null],
      [true],
      [[1, 2]],
      [[12]],
      [new Date(1)],
      [Buffer.from([1])],
      [new Map([['a', 1]])],
      [{ a: 1 }],
      [{ a: '1' }],
      [Decimal.from('1.5')],
      { a: 1 },
    ];
    assert.equal(new Set(different.map((params) => hashOf(params as unknown[]))).size, different.length);
    assert.equal(hashOf([1]), hashOf([1n]));
    assert.equal(hashOf({ a: 1, b: 2 }), hashOf({ b: 2, a: 1 }));
    assert.ok(!hashOf(['secret']).includes('secret'));
  });
});
