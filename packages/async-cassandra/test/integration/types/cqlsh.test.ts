import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CqlType, Decimal } from 'async-cassandra';
import { fc } from '../../support/fast-check.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import type { ColumnKind } from './support/boundary-values.ts';
import { cqlLiteral } from './support/cql-literal.ts';
import { copyTo, cqlsh, installCqlsh, unescape } from './support/cqlsh.ts';
import { fromCqlshText } from './support/cqlsh-text.ts';
import { setUpEveryWay, type Way } from './support/every-way.ts';
import { type Neutral, neutral } from './support/neutral.ts';
import { type RandomTable, randomTable, type TableShape } from './support/random-table.ts';
import { fromServerJson } from './support/server-json.ts';

const shape: TableShape = {
  columns: 12,
  rows: 20,
  depth: 3,
  vectorsOf: 'any',
  minElements: 0,
  nullComponents: true,
  unsetValues: true,
};

const missing = await installCqlsh();

// The runner prints why a test is skipped, not why a group of tests is.
if (missing !== undefined) it('should share rows on a real server with cqlsh', { skip: missing });
else describe('Rows on a real server, shared with cqlsh', defineTests);

function defineTests(): void {
  const { keyspace, ways } = setUpEveryWay();
  const runs = { numRuns: propertyRuns(10), endOnFailure: true };

  it('should read there as they were written here, exported as CSV', async () => {
    const csv: TableShape = {
      ...shape,
      // cqlsh fails at null in tuples, at keys that it cannot sort, and at vectors of anything but native types.
      nullComponents: false,
      nativeKeys: true,
      vectorsOf: 'native',
      accepts: isKnownToPython,
    };
    await fc.assert(
      fc.asyncProperty(randomTable(keyspace.name, csv), async (table) => {
        await write(table);
        const rows = await copyTo(keyspace.name, table.name, ['id', ...table.columns.map(({ name }) => name)]);
        assert.equal(rows.length, table.rows.length);
        for (const [id, ...texts] of rows)
          checkRow(table, Number(id), (type, i) => fromCqlshText(type, texts[i] as string | null));
      }),
      runs,
    );
  });

  it('should read there as they were written here, shown as JSON', async () => {
    await fc.assert(
      fc.asyncProperty(randomTable(keyspace.name, { ...shape, accepts: isKnownToJson }), async (table) => {
        await write(table);
        const output = await cqlsh(keyspace.name, `PAGING OFF;\nSELECT JSON * FROM ${table.name};\n`);
        const rows = output.split('\n').filter((line) => line.trim().startsWith('{'));
        assert.equal(rows.length, table.rows.length);
        for (const row of rows) {
          const [id, ...values] = fromServerJson(
            [{ name: 'id', type: { kind: 'int' } }, ...table.columns],
            unescape(row.trim()),
          );
          checkRow(table, Number(id), (_, i) => values[i] as Neutral);
        }
      }),
      runs,
    );
  });

  it('should read here as they were written there', async () => {
    await fc.assert(
      fc.asyncProperty(randomTable(keyspace.name, { ...shape, accepts: isLiteral }), async (table) => {
        await table.create((ways[0] as Way).session);
        const names = table.columns.map(({ name }) => name).join(', ');
        const inserts = table.rows.map((values, id) => {
          const literals = table.columns.map(({ type }, i) => cqlLiteral(type, values[i]));
          return `INSERT INTO ${table.name} (id, ${names}) VALUES (${id}, ${literals.join(', ')});\n`;
        });
        await cqlsh(keyspace.name, inserts.join(''));
        for (const { session } of ways) {
          const rows = await (await session.execute(table.selectAll)).all();
          assert.equal(rows.length, table.rows.length);
          for (const row of rows)
            checkRow(table, row['id'] as number, (type, i) => neutral(type, row[table.columns[i]?.name as string]));
        }
      }),
      runs,
    );
  });

  async function write(table: RandomTable): Promise<void> {
    await table.create((ways[0] as Way).session);
    await Promise.all(
      table.rows.map((values, id) => (ways[id % ways.length] as Way).session.execute(table.insert, [id, ...values])),
    );
  }
}

function checkRow(table: RandomTable, id: number, read: (type: CqlType, column: number) => Neutral): void {
  const expected = table.expected(id);
  for (const [i, { name, type }] of table.columns.entries()) {
    assert.deepEqual(read(type, i), neutral(type, expected[name]), `Row ${id}, type ${JSON.stringify(type)}`);
  }
}

/**
 * Python's dates and times are those of the years 1 to 9999. Cqlsh reads timestamps as floating-point seconds, which hold
 * milliseconds exactly up to 2^32 seconds only; it fails at decimals at the ends of the range of scales, and writes nothing
 * for a duration of zero.
 */
function isKnownToPython(kind: ColumnKind, value: unknown): boolean {
  if (kind === 'decimal') return Math.abs((value as Decimal).scale) < 2 ** 30;
  if (kind === 'duration') return String(value) !== '0s';
  if (kind !== 'timestamp') return true;
  const ms = (value as Date).getTime();
  return isFourDigitYear(value as Date) && (Math.abs(ms) < 2 ** 32 * 1000 || ms % 125 === 0);
}

/** JSON has no infinities and no NaN; the years of timestamps are written without their era. */
function isKnownToJson(kind: ColumnKind, value: unknown): boolean {
  if (kind === 'float' || kind === 'double') return Number.isFinite(value);
  return kind !== 'timestamp' || isFourDigitYear(value as Date);
}

/** What a script for cqlsh holds unchanged. */
function isLiteral(kind: ColumnKind, value: unknown): boolean {
  if (kind === 'text' || kind === 'ascii') return !/[\0\r]/.test(value as string);
  // The server takes literals with an exponent for doubles first, and refuses those that are none.
  return kind !== 'decimal' || Math.abs((value as Decimal).scale) < 250;
}

function isFourDigitYear(date: Date): boolean {
  return date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999;
}
