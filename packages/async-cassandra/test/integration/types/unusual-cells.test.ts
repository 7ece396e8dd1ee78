import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Codec, InvalidQueryError, InvalidValueError, type Row } from 'async-cassandra';
import { types } from 'cassandra-driver';
import { eventually } from '../../support/eventually.ts';
import { executeAll, openCluster } from '../support/test-cluster.ts';
import { type ColumnKind, columnKinds } from './support/boundary-values.ts';
import { openDriver } from './support/open-driver.ts';
import { setUpEveryWay, type Way } from './support/every-way.ts';

/** Types of which no bytes are a value of their own. */
const emptyValues: Partial<Record<ColumnKind, unknown>> = { ascii: '', text: '', blob: Buffer.alloc(0) };

/** Writes bytes as they are, whatever the type. */
function rawCodec(cqlType: string): Codec<unknown> {
  return { cqlType, encode: (value) => value as Uint8Array, decode: (bytes) => bytes };
}

/** A value with its length, as elements of collections and fields have it. */
function cell(bytes: Uint8Array | null): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes === null ? -1 : bytes.length);
  return Buffer.concat([length, bytes ?? Buffer.alloc(0)]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

describe('Cells that are shorter than their type', () => {
  const { keyspace, ways } = setUpEveryWay([
    `CREATE TABLE empty (id int PRIMARY KEY, ${columnKinds.map((kind) => `c_${kind} ${kind}`).join(', ')})`,
    'CREATE TYPE trio (a int, b text, c int)',
    `CREATE TABLE short (id int PRIMARY KEY, t frozen<tuple<int, text, int>>, u frozen<trio>,
       l frozen<list<int>>, w list<text>, m map<int, int>, s set<text>, tl frozen<list<frozen<tuple<int, text, int>>>>)`,
  ]);

  async function checkRow(select: string, expected: Row): Promise<void> {
    for (const { name, session } of ways) {
      assert.deepStrictEqual((await session.execute(select)).one(), expected, `simple, ${name}`);
      assert.deepStrictEqual((await session.execute(select, [])).one(), expected, `prepared, ${name}`);
    }
  }

  it('should be null without any bytes, but for text, ascii and blob', async () => {
    const [{ session }] = ways as readonly [Way];
    const written: ColumnKind[] = [];
    for (const kind of columnKinds) {
      const literal = kind === 'blob' ? '0x' : kind === 'text' || kind === 'ascii' ? "''" : `blobAs${kind}(0x)`;
      try {
        await session.execute(`INSERT INTO empty (id, c_${kind}) VALUES (1, ${literal})`);
        written.push(kind);
      } catch (error) {
        // Types that came later do not have it; nobody can write it then.
        assert.ok(error instanceof InvalidQueryError, String(error));
        assert.ok(['date', 'time', 'smallint', 'tinyint', 'duration'].includes(kind), `${kind}: ${error.message}`);
      }
    }
    assert.ok(written.length >= 14, `Only ${written.join(', ')} could be written`);
    const columns = written.map((kind) => `c_${kind}`);
    const expected = written.map((kind) => [`c_${kind}`, emptyValues[kind] ?? null] as const);
    await checkRow(`SELECT ${columns.join(', ')} FROM empty WHERE id = 1`, Object.fromEntries(expected));
  });

  it('should be null for elements, keys and fields without any bytes', async () => {
    const raw = [
      'list<int>',
      'list<text>',
      'map<int, int>',
      'tuple<int, text, int>',
      `${keyspace.name}.trio`,
      'set<text>',
    ];
    await using cluster = openCluster({ encoding: { codecs: raw.map(rawCodec) } });
    const session = await cluster.connect(keyspace.name);
    const none = Buffer.alloc(0);
    const components = Buffer.concat([cell(none), cell(none), cell(int(7))]);
    await session.execute('INSERT INTO short (id, t, u, l, w, m, s) VALUES (?, ?, ?, ?, ?, ?, ?)', [
      1,
      components,
      components,
      Buffer.concat([int(2), cell(none), cell(int(7))]),
      Buffer.concat([int(2), cell(none), cell(Buffer.from('x'))]),
      Buffer.concat([int(1), cell(none), cell(none)]),
      Buffer.concat([int(1), cell(none)]),
    ]);
    await checkRow('SELECT t, u, l, w, m, s FROM short WHERE id = 1', {
      t: [null, '', 7],
      u: { a: null, b: '', c: 7 },
      l: [null, 7],
      w: ['', 'x'],
      m: new Map([[null, null]]),
      s: new Set(['']),
    });
  });

  it('should be null where a tuple or user-defined type ends early', async () => {
    await using cluster = openCluster({
      encoding: { codecs: [rawCodec('tuple<int, text, int>'), rawCodec(`${keyspace.name}.trio`)] },
    });
    const session = await cluster.connect(keyspace.name);
    const shorter = [
      cell(int(5)),
      Buffer.concat([cell(int(5)), cell(Buffer.from('x'))]),
      Buffer.concat([cell(null), cell(null)]),
    ];
    const values = [[5, null, null], [5, 'x', null], [null, null, null]]; // biome-ignore format: beside what was written
    for (const [i, bytes] of shorter.entries()) {
      await session.execute('INSERT INTO short (id, t, u, tl) VALUES (?, ?, ?, ?)', [10 + i, bytes, bytes, [bytes]]);
      const [a, b, c] = values[i] as unknown[];
      await checkRow(`SELECT t, u, tl FROM short WHERE id = ${10 + i}`, {
        t: [a, b, c],
        u: { a, b, c },
        tl: [[a, b, c]],
      });
    }
  });

  it('should be null where a tuple of cassandra-driver ends early', async () => {
    const driver = openDriver(keyspace.name);
    try {
      const tuple = new types.Tuple(5, 'x');
      await driver.execute('INSERT INTO short (id, t) VALUES (?, ?)', [20, tuple], { prepare: true });
    } finally {
      await driver.shutdown();
    }
    await checkRow('SELECT t FROM short WHERE id = 20', { t: [5, 'x', null] });
  });

  it('should be read through fields that are added while statements are prepared', async () => {
    const [{ session: setup }] = ways as readonly [Way];
    for (const [i, { name, session }] of ways.entries()) {
      const table = `grows_${i}`;
      await executeAll(setup, [
        `CREATE TYPE ${table}_t (a int)`,
        `CREATE TABLE ${table} (id int PRIMARY KEY, u frozen<${table}_t>, l list<frozen<${table}_t>>, v ${table}_t)`,
      ]);
      const insert = await session.prepare(`INSERT INTO ${table} (id, u, l, v) VALUES (?, ?, ?, ?)`);
      const select = await session.prepare(`SELECT u, l, v FROM ${table} WHERE id = ?`);
      const read = async (id: number): Promise<Row | null> => (await session.execute(select, [id])).one();
      const old = { a: 1 };
      await session.execute(insert, [1, old, [old], old]);
      assert.deepStrictEqual(await read(1), { u: old, l: [old], v: old }, name);

      await executeAll(setup, [`ALTER TYPE ${table}_t ADD b text`]);
      const longer = { a: 2, b: 'new' };
      await using other = openCluster();
      const writer = await other.connect(keyspace.name);
      const grown = { a: 1, b: null };
      await writer.execute(`INSERT INTO ${table} (id, u, l, v) VALUES (?, ?, ?, ?)`, [2, longer, [longer], longer]);

      // Prepared before: the server says that it has forgotten the statements, which are then prepared again.
      assert.deepStrictEqual(await read(1), { u: grown, l: [grown], v: grown }, name);
      assert.deepStrictEqual(await read(2), { u: longer, l: [longer], v: longer }, name);
      const three = { a: 3, b: null };
      await session.execute(insert, [3, { a: 3 }, [{ a: 3 }], { a: 3 }]);
      // Its markers are known anew once the event has come that tells of the change.
      await eventually(async () => {
        await session.execute(insert, [4, longer, [longer], longer]);
      });

      // Prepared now, or not at all: all of it.
      for (const [id, value] of [grown, longer, three, longer].entries()) {
        const expected = { u: value, l: [value], v: value };
        const text = `SELECT u, l, v FROM ${table} WHERE id = `;
        assert.deepStrictEqual((await session.execute(`${text}${id + 1}`)).one(), expected, `simple, ${name}`);
        assert.deepStrictEqual((await session.execute(`${text}? `, [id + 1])).one(), expected, `prepared, ${name}`);
      }
      await assert.rejects(
        session.execute(`INSERT INTO ${table} (id, u) VALUES (?, ?)`, [5, { a: 1, c: 1 }]),
        InvalidValueError,
      );
    }
  });
});
