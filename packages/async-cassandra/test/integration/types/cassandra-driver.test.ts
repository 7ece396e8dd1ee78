import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { unset } from 'async-cassandra';
import type { Client } from 'cassandra-driver';
import { fc } from '../../support/fast-check.ts';
import { fromDriver, toDriver } from '../../property/codecs/other-forms.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { setUpEveryWay, type Way } from './support/every-way.ts';
import { neutral } from './support/neutral.ts';
import { openDriver } from './support/open-driver.ts';
import { type RandomTable, randomTable, type TableShape } from './support/random-table.ts';

/** cassandra-driver does not understand user-defined types within vectors. */
const read: TableShape = {
  columns: 12,
  rows: 20,
  depth: 3,
  vectorsOf: 'unnamed',
  minElements: 0,
  nullComponents: true,
  unsetValues: true,
};
/** cassandra-driver writes empty collections as null. */
const written: TableShape = { ...read, minElements: 1 };

describe('Rows on a real server, shared with cassandra-driver', () => {
  const runs = { numRuns: propertyRuns(10), endOnFailure: true };
  let driver: Client;
  // Hooks run in the order of their calls: the driver leaves before its keyspace is dropped.
  after(() => driver.shutdown());
  const { keyspace, ways } = setUpEveryWay();
  before(async () => {
    driver = openDriver(keyspace.name);
    await driver.connect();
  });

  it('should read there as they were written here', async () => {
    await fc.assert(
      fc.asyncProperty(randomTable(keyspace.name, read), async (table) => {
        await table.create((ways[0] as Way).session);
        await Promise.all(
          table.rows.map((values, id) =>
            (ways[id % ways.length] as Way).session.execute(table.insert, [id, ...values]),
          ),
        );
        for (const id of table.rows.keys()) {
          const { rows } = await driver.execute(table.selectOne, [id], { prepare: true });
          const row = rows[0] as unknown as Record<string, unknown>;
          checkRow(table, id, (name, type) => fromDriver(type, row[name]));
        }
      }),
      runs,
    );
  });

  it('should read here as they were written there', async () => {
    await fc.assert(
      fc.asyncProperty(randomTable(keyspace.name, written), async (table) => {
        await table.create((ways[0] as Way).session);
        for (const [id, values] of table.rows.entries()) {
          const theirs = table.columns.map(({ type }, i) => (values[i] === unset ? null : toDriver(type, values[i])));
          await driver.execute(table.insert, [id, ...theirs], { prepare: true });
        }
        for (const { session } of ways) {
          const rows = await (await session.execute(table.selectAll)).all();
          assert.equal(rows.length, table.rows.length);
          for (const row of rows) checkRow(table, row['id'] as number, (name) => row[name]);
        }
      }),
      runs,
    );
  });
});

type Reader = (name: string, type: RandomTable['columns'][number]['type']) => unknown;

function checkRow(table: RandomTable, id: number, read: Reader): void {
  const expected = table.expected(id);
  for (const { name, type } of table.columns) {
    assert.deepEqual(
      neutral(type, read(name, type)),
      neutral(type, expected[name]),
      `Row ${id}, type ${JSON.stringify(type)}`,
    );
  }
}
