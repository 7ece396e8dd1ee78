import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BatchStatement, InvalidValueError } from 'async-cassandra';
import { setUpEveryWay, type Way } from './support/every-way.ts';

const schema: Readonly<Record<string, string>> = {
  c_ascii: 'ascii',
  c_bigint: 'bigint',
  c_blob: 'blob',
  c_boolean: 'boolean',
  c_date: 'date',
  c_decimal: 'decimal',
  c_double: 'double',
  c_duration: 'duration',
  c_float: 'float',
  c_inet: 'inet',
  c_int: 'int',
  c_list: 'list<int>',
  c_map: 'map<text, tinyint>',
  c_pair: 'frozen<pair>',
  c_set: 'set<smallint>',
  c_smallint: 'smallint',
  c_text: 'text',
  c_time: 'time',
  c_timestamp: 'timestamp',
  c_timeuuid: 'timeuuid',
  c_tinyint: 'tinyint',
  c_tuple: 'frozen<tuple<int, text>>',
  c_uuid: 'uuid',
  c_varint: 'varint',
  c_vector: 'vector<float, 3>',
  c_words: 'vector<text, 2>',
};

/** What each column refuses. */
const refused: Readonly<Record<string, readonly unknown[]>> = {
  c_ascii: ['é', 5, Buffer.of(65)],
  c_bigint: [2n ** 63n, -(2n ** 63n) - 1n, 2 ** 53, 1.5, NaN, '1'],
  c_blob: ['text', 5, [1, 2]],
  c_boolean: ['true', 1, 0],
  c_date: ['2024-02-30', '+5881580-07-12', '-5877641-06-22', 'today', 5, new Date(NaN)],
  c_decimal: ['1e99999999999', 'one', NaN, Infinity, true],
  c_double: ['1', 2n ** 53n + 1n, true],
  c_duration: ['1d-2h', '1x', 5],
  c_float: ['1', 2n ** 24n + 1n, 3.5e38, true],
  c_inet: ['1.2.3', '1.2.3.256', ':::', 'localhost', 'fe80::1%eth0', 5],
  c_int: [2 ** 31, -(2 ** 31) - 1, 2n ** 31n, 0.5, NaN, Infinity, '1', true],
  c_list: [5, '12', [1, 2 ** 31], [1, undefined], { a: 1 }],
  c_map: [[1, 2], new Map([['a', 128]]), new Map([['a', null]]), { a: -129 }, new Map([[1, 1]])],
  c_pair: [{ a: 2 ** 31, b: '' }, { a: 1, c: 1 }, [1, ''], 'x'],
  c_set: [new Set([40_000]), new Set([null]), 7],
  c_smallint: [0x8000, -0x8001, 0x8000n, 1.5],
  c_text: [5, 5n, true, Buffer.of(65), new Date(0)],
  c_time: ['24:00:00', '12:60', '12:00:00.1234567890', 5],
  c_timestamp: [2n ** 63n, 2 ** 53, 1.5, NaN, new Date(NaN), '2024-01-01'],
  c_timeuuid: ['123e4567', Buffer.alloc(15), 5],
  c_tinyint: [128, -129, 128n, 0.1],
  c_tuple: [[1], [1, 'a', 2], [2 ** 31, 'a'], 'ab'],
  c_uuid: ['123e4567-e89b-12d3-a456-42661417400', '123e4567-e89b-12d3-a456-42661417400g', Buffer.alloc(17)],
  c_varint: [1.5, NaN, '1', 2 ** 53],
  c_vector: [[1, 2], [1, 2, 3, 4], [1, 2, null], [1, 2, '3'], 'abc', Buffer.alloc(12)],
  c_words: [['a'], ['a', 5], ['a', null]],
};

describe('Values that a type does not hold', () => {
  const columns = Object.entries(schema).map(([name, type]) => `${name} ${type}`);
  const { ways } = setUpEveryWay([
    'CREATE TYPE pair (a int, b text)',
    `CREATE TABLE refused (id text PRIMARY KEY, ${columns.join(', ')})`,
  ]);

  async function checkNothingWritten(): Promise<void> {
    const [{ session }] = ways as readonly [Way];
    assert.deepEqual(await (await session.execute('SELECT id FROM refused', [], { consistency: 'ALL' })).all(), []);
  }

  for (const [column, values] of Object.entries(refused)) {
    it(`should be refused before anything is sent: ${schema[column]}`, async () => {
      const insert = `INSERT INTO refused (id, ${column}) VALUES (?, ?)`;
      for (const { name, session } of ways) {
        const prepared = await session.prepare(insert);
        for (const [i, value] of values.entries()) {
          const key = `${name} ${column} ${i}`;
          const isRefusal = refusalOf(column, value, `${name}, ${column}, value ${i}`);
          await assert.rejects(session.execute(prepared, [key, value]), isRefusal);
          const batch = new BatchStatement('unlogged').add(insert, [`${key} first`, null]).add(prepared, [key, value]);
          await assert.rejects(session.executeBatch(batch), isRefusal);
        }
      }
      await checkNothingWritten();
    });
  }

  it('should be refused as keys too', async () => {
    for (const { session } of ways) {
      const missing = { message: /id/, outcome: 'notSent', name: 'InvalidValueError' };
      for (const key of [5, undefined, Buffer.of(1)])
        await assert.rejects(session.execute('INSERT INTO refused (id, c_int) VALUES (?, ?)', [key, 1]), missing);
    }
    await checkNothingWritten();
  });
});

/** An error that names the column and its type, and does not tell the value. */
function refusalOf(column: string, value: unknown, what: string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof InvalidValueError, `${what}: ${String(error)}`);
    assert.equal(error.outcome, 'notSent', what);
    assert.match(error.message, new RegExp(column), what);
    if (typeof value === 'string' && value.length > 3) assert.ok(!error.message.includes(value), what);
    return true;
  };
}
