import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Row } from 'async-cassandra';
import { fc } from '../../support/fast-check.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { setUpEveryWay, type Way } from './support/every-way.ts';
import { type RandomTable, randomTable, type TableShape } from './support/random-table.ts';

const shape: TableShape = {
  columns: 12,
  rows: 30,
  depth: 4,
  oddNames: true,
  vectorsOf: 'any',
  minElements: 0,
  nullComponents: true,
  unsetValues: true,
};

describe('Rows of random nested types on a real server', () => {
  const { keyspace, ways } = setUpEveryWay();

  it('should be read as they were written, whichever version and way of coding writes and reads', async () => {
    await fc.assert(
      fc.asyncProperty(randomTable(keyspace.name, shape), async (table) => {
        const [first] = ways as readonly [Way];
        await table.create(first.session);
        await Promise.all(
          table.rows.map((values, id) =>
            (ways[id % ways.length] as Way).session.execute(table.insert, [id, ...values]),
          ),
        );
        for (const way of ways) {
          await checkPrepared(table, way);
          await checkSimple(table, way);
        }
      }),
      // Each run is a table on a server: shrinking would take longer than reading what failed.
      { numRuns: propertyRuns(10), endOnFailure: true },
    );
  });
});

async function checkPrepared(table: RandomTable, { name, session }: Way): Promise<void> {
  const results = await Promise.all(table.rows.map((_, id) => session.execute(table.selectOne, [id])));
  for (const [id, result] of results.entries()) checkRow(table, id, result.one(), `prepared, ${name}`);
}

async function checkSimple(table: RandomTable, { name, session }: Way): Promise<void> {
  const rows = await (await session.execute(table.selectAll)).all();
  assert.equal(rows.length, table.rows.length);
  for (const row of rows) {
    const { id, ...columns } = row;
    checkRow(table, id as number, columns, `simple, ${name}`);
  }
}

function checkRow(table: RandomTable, id: number, actual: Row | null, way: string): void {
  assert.ok(actual !== null, `Row ${id} is missing (${way})`);
  const expected = table.expected(id);
  assert.deepEqual(Object.keys(actual).toSorted(), Object.keys(expected).toSorted());
  for (const { name, type } of table.columns) {
    assert.deepStrictEqual(actual[name], expected[name], `Row ${id}, ${way}, type ${JSON.stringify(type)}`);
  }
}
