import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codecs, Decimal, Duration, InvalidValueError, LocalDate, LocalTime, unset } from 'async-cassandra';
import { openCluster } from '../support/test-cluster.ts';
import { boundaryValues, columnKinds } from './support/boundary-values.ts';
import { setUpEveryWay } from './support/every-way.ts';

const MEGABYTE = 2 ** 20;

/** Other forms that a type takes when it is written, and what is read then. */
const otherForms: readonly (readonly [column: string, written: unknown, read: unknown])[] = [
  ['ct_tinyint', 127n, 127],
  ['ct_smallint', -32_768n, -32_768],
  ['ct_int', 2_147_483_647n, 2_147_483_647],
  ['ct_bigint', -9_007_199_254_740_991, -9_007_199_254_740_991n],
  ['ct_varint', 42, 42n],
  ['ct_float', 0.1, Math.fround(0.1)],
  ['ct_float', 16_777_216n, 16_777_216],
  ['ct_double', 2n ** 60n, 2 ** 60],
  ['ct_decimal', '-12.50', new Decimal(-1250n, 2)],
  ['ct_decimal', 0.1, new Decimal(1n, 1)],
  ['ct_blob', Uint8Array.of(1, 2), Buffer.of(1, 2)],
  ['ct_uuid', Uint8Array.from({ length: 16 }, (_, i) => i), '00010203-0405-0607-0809-0a0b0c0d0e0f'],
  ['ct_uuid', '123E4567-E89B-42D3-A456-426614174000', '123e4567-e89b-42d3-a456-426614174000'],
  ['ct_timestamp', -1, new Date(-1)],
  ['ct_timestamp', 86_400_000n, new Date(86_400_000)],
  ['ct_date', '-0043-03-15', new LocalDate(-43, 3, 15)],
  ['ct_date', new Date(-1), new LocalDate(1969, 12, 31)],
  ['ct_time', '23:59:59.999999999', new LocalTime(23, 59, 59, 999_999_999)],
  ['ct_duration', '-1y2mo3d4h', new Duration(-14, -3, -14_400_000_000_000n)],
  ['ct_inet', '2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['numbers', new Set([1, 2]), [1, 2]],
  ['numbers', Int32Array.of(1, 2), [1, 2]],
  ['labels', { a: 1, b: 2 }, new Map([['a', 1], ['b', 2]])], // biome-ignore format: one line a form
  ['labels', [['a', 1]], new Map([['a', 1]])],
  ['embedding', [0.5, 0.1], Float32Array.of(0.5, 0.1)],
];

describe('Boundary values of native types on a real server', () => {
  const { keyspace, ways } = setUpEveryWay([
    `CREATE TABLE natives (id text PRIMARY KEY, ${columnKinds.map((kind) => `ct_${kind} ${kind}`).join(', ')},
       numbers list<int>, labels map<text, int>, embedding vector<float, 2>)`,
    'CREATE TABLE counters (id text PRIMARY KEY, c counter)',
  ]);

  async function check(id: string, column: string, written: unknown, read: unknown, hint?: string): Promise<void> {
    for (const { name, session } of ways) {
      const key = `${id} ${name}`;
      await session.execute(`INSERT INTO natives (id, ${column}) VALUES (?, ?)`, [key, written]);
      if (hint !== undefined) {
        const options = { prepare: false, hints: ['text', hint] } as const;
        await session.execute(`INSERT INTO natives (id, ${column}) VALUES (?, ?)`, [`${key} simple`, written], options);
      }
    }
    for (const { name, session } of ways) {
      for (const writer of ways) {
        const keys = [`${id} ${writer.name}`, ...(hint === undefined ? [] : [`${id} ${writer.name} simple`])];
        for (const key of keys) {
          const result = await session.execute(`SELECT ${column} FROM natives WHERE id = ?`, [key]);
          assert.deepStrictEqual(result.one(), { [column]: read }, `${column} of ${key}, read by ${name}`);
        }
      }
    }
  }

  for (const kind of columnKinds) {
    it(`should be read as they were written: ${kind}`, async () => {
      for (const [i, value] of boundaryValues[kind].entries())
        await check(`${kind} ${i}`, `ct_${kind}`, value, value, kind);
    });
  }

  it('should be taken in every form that the type accepts', async () => {
    for (const [i, [column, written, read]] of otherForms.entries()) await check(`form ${i}`, column, written, read);
  });

  it('should be null, and be left alone when unset', async () => {
    for (const { name, session } of ways) {
      for (const kind of columnKinds) {
        const column = `ct_${kind}`;
        const value = boundaryValues[kind].at(-1);
        const key = `null ${kind} ${name}`;
        const insert = `INSERT INTO natives (id, ${column}) VALUES (?, ?)`;
        const read = async (): Promise<unknown> =>
          (await session.execute(`SELECT ${column} FROM natives WHERE id = ?`, [key])).one()?.[column];
        await session.execute(insert, [key, value]);
        await session.execute(insert, [key, unset]);
        assert.deepStrictEqual(await read(), value, `${kind} after unset, ${name}`);
        await session.execute(insert, [key, null]);
        assert.equal(await read(), null, `${kind} after null, ${name}`);
      }
    }
  });

  it('should be large: a varint, a decimal, a text and a blob of a megabyte', async () => {
    const digits = 2n ** BigInt(8 * MEGABYTE - 1);
    await check('large', 'ct_varint', -digits, -digits, 'varint');
    await check('large', 'ct_varint', digits - 1n, digits - 1n, 'varint');
    const decimal = new Decimal(digits - 1n, -5);
    await check('large', 'ct_decimal', decimal, decimal, 'decimal');
    await check('large', 'ct_text', 'é'.repeat(MEGABYTE / 2), 'é'.repeat(MEGABYTE / 2), 'text');
    await check('large', 'ct_blob', Buffer.alloc(MEGABYTE, 0xa5), Buffer.alloc(MEGABYTE, 0xa5), 'blob');
  });

  it('should be counted from one end of a counter to the other', async () => {
    for (const { name, session } of ways) {
      const count = async (by: bigint | number): Promise<unknown> => {
        await session.execute('UPDATE counters SET c = c + ? WHERE id = ?', [by, name]);
        return (await session.execute('SELECT c FROM counters WHERE id = ?', [name])).one()?.['c'];
      };
      assert.equal(await count(2n ** 63n - 1n), 2n ** 63n - 1n);
      assert.equal(await count(-(2n ** 63n)), -1n);
      assert.equal(await count(-(2n ** 63n) + 1n), -(2n ** 63n));
      assert.equal(await count(5), -(2n ** 63n) + 5n);
    }
  });

  it('should be timestamps beyond what a Date holds, with a codec for them, and else an error that names the column', async () => {
    const moments = [2n ** 63n - 1n, -(2n ** 63n), 8_640_000_000_000_001n];
    for (const protocolVersion of [5, 4] as const) {
      await using cluster = openCluster({ protocolVersion, encoding: { codecs: [codecs.timestampAsBigint] } });
      const session = await cluster.connect(keyspace.name);
      for (const [i, moment] of moments.entries()) {
        const key = `moment ${i}`;
        await session.execute('INSERT INTO natives (id, ct_timestamp) VALUES (?, ?)', [key, moment]);
        const select = 'SELECT ct_timestamp FROM natives WHERE id = ?';
        assert.deepStrictEqual((await session.execute(select, [key])).one(), { ct_timestamp: moment });
        for (const way of ways) {
          await assert.rejects(way.session.execute(select, [key]), (error: unknown) => {
            assert.ok(error instanceof InvalidValueError);
            assert.match(error.message, /ct_timestamp/);
            return true;
          });
        }
      }
    }
  });
});
