import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { executeAll, uniqueName } from '../support/test-cluster.ts';
import { boundaryValues, columnKinds } from './support/boundary-values.ts';
import { setUpEveryWay, type Way } from './support/every-way.ts';
import { RandomTable } from './support/random-table.ts';
import { keyType, type TypeShape } from './support/random-types.ts';
import { valueOf } from './support/random-values.ts';

const shape: TypeShape = { depth: 2, vectorsOf: 'any' };
const KEYS = ['p', 'q', 'r', 's'] as const;
const ROWS = 20;

describe('Keys of random types on a real server', () => {
  const { keyspace, ways } = setUpEveryWay();

  it('should find the row that they were written with, in either order of clustering', async () => {
    const table = fc.array(keyType(shape), { minLength: KEYS.length, maxLength: KEYS.length }).chain((types) => {
      const values = types.map((type) => valueOf(type, { minElements: 0, nullComponents: true }));
      const rows = fc.array(fc.tuple(...values), { minLength: ROWS, maxLength: ROWS });
      return rows.map((made) => new RandomTable(keyspace.name, types, made));
    });
    await fc.assert(
      fc.asyncProperty(table, async (made) => {
        const [first] = ways as readonly [Way];
        const { name } = made;
        await made.create(
          first.session,
          KEYS,
          'PRIMARY KEY ((id, p, q), r, s)) WITH CLUSTERING ORDER BY (r DESC, s ASC)',
        );
        const insert = `INSERT INTO ${name} (id, p, q, r, s) VALUES (?, ?, ?, ?, ?)`;
        await Promise.all(
          made.rows.map((row, id) => (ways[id % ways.length] as Way).session.execute(insert, [id, ...row])),
        );
        const select = `SELECT p, q, r, s FROM ${name} WHERE id = ? AND p = ? AND q = ? AND r = ? AND s = ?`;
        for (const way of ways) {
          for (const [id, row] of made.rows.entries()) {
            const expected = Object.fromEntries(KEYS.map((key, i) => [key, row[i]]));
            const found = (await way.session.execute(select, [id, ...row])).one();
            assert.deepStrictEqual(found, expected, `Row ${id}, ${way.name}`);
          }
        }
      }),
      { numRuns: propertyRuns(10), endOnFailure: true },
    );
  });

  for (const kind of columnKinds.filter((each) => each !== 'duration')) {
    it(`should be partitions of one value: ${kind}`, async () => {
      const name = uniqueName('single');
      const [{ session: setup }] = ways as readonly [Way];
      await executeAll(setup, [`CREATE TABLE ${name} (k ${kind} PRIMARY KEY, n int)`]);
      // The server refuses partition keys of no bytes at all.
      const keys = boundaryValues[kind].filter((value) => (value as { length?: number }).length !== 0);
      for (const [n, key] of keys.entries()) {
        await (ways[n % ways.length] as Way).session.execute(`INSERT INTO ${name} (k, n) VALUES (?, ?)`, [key, n]);
        for (const way of ways) {
          const result = await way.session.execute(`SELECT k, n FROM ${name} WHERE k = ?`, [key]);
          assert.deepStrictEqual(result.one(), { k: key, n }, `Key ${n}, ${way.name}`);
        }
      }
    });
  }
});
