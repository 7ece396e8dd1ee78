import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AsyncCluster, codecs, type EncodingOptions, Uuid } from 'async-cassandra';
import { fc } from '../../support/fast-check.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { executeAll, openCluster } from '../support/test-cluster.ts';
import type { ColumnKind } from './support/boundary-values.ts';
import { everyWay, setUpEveryWay, shutdownWays, type Way } from './support/every-way.ts';
import { mapLeaves } from './support/map-leaves.ts';
import { randomTable, type TableShape } from './support/random-table.ts';

/** Presets, and what they make of the values that are read without them. */
interface Presentation {
  readonly name: string;
  readonly encoding: EncodingOptions;
  readonly leaf: (kind: string, value: unknown) => unknown;
  readonly accepts?: (kind: ColumnKind, value: unknown) => boolean;
}

const presentations: readonly Presentation[] = [
  {
    name: 'text, bytes and bigints',
    encoding: {
      codecs: [
        codecs.bigintAsString,
        codecs.varintAsString,
        codecs.decimalAsString,
        codecs.timestampAsBigint,
        codecs.dateAsString,
        codecs.timeAsString,
        codecs.durationAsString,
        codecs.uuidAsBytes,
        codecs.timeuuidAsBytes,
      ],
    },
    leaf(kind, value) {
      if (kind === 'timestamp') return BigInt((value as Date).getTime());
      if (kind === 'uuid' || kind === 'timeuuid') return Buffer.from((value as string).replaceAll('-', ''), 'hex');
      return ['bigint', 'varint', 'decimal', 'date', 'time', 'duration'].includes(kind) ? String(value) : value;
    },
  },
  {
    name: 'numbers and objects',
    encoding: {
      codecs: [
        codecs.bigintAsNumber,
        codecs.varintAsNumber,
        codecs.timestampAsNumber,
        codecs.uuidAsObject,
        codecs.timeuuidAsObject,
      ],
    },
    leaf(kind, value) {
      if (kind === 'timestamp') return (value as Date).getTime();
      if (kind === 'uuid' || kind === 'timeuuid') return Uuid.fromString(value as string);
      return kind === 'bigint' || kind === 'varint' ? Number(value) : value;
    },
    accepts: (kind, value) => (kind !== 'bigint' && kind !== 'varint') || Number.isSafeInteger(Number(value)),
  },
];

const kinds: readonly ColumnKind[] = [
  'bigint',
  'varint',
  'decimal',
  'timestamp',
  'date',
  'time',
  'duration',
  'uuid',
  'timeuuid',
  'text',
];

/** A class of the application's. */
class Place {
  readonly name: unknown;
  readonly at: unknown;
  constructor(fields: Record<string, unknown>) {
    this.name = fields['name'];
    this.at = fields['at'];
  }
}

describe('Rows of random types in other forms on a real server', () => {
  const { keyspace, ways: plain } = setUpEveryWay();

  for (const { name, encoding, leaf, accepts = () => true } of presentations) {
    it(`should be written and read by presets: ${name}`, async () => {
      const ways = await everyWay(keyspace.name, { encoding });
      const shape: TableShape = {
        columns: 12,
        rows: 10,
        depth: 2,
        kinds,
        vectorsOf: 'any',
        minElements: 0,
        nullComponents: true,
        accepts,
      };
      try {
        await fc.assert(
          fc.asyncProperty(randomTable(keyspace.name, shape), async (table) => {
            const [first] = ways as readonly [Way];
            await table.create(first.session);
            for (const [id, values] of table.rows.entries()) {
              const presented = table.columns.map(({ type }, i) => mapLeaves(type, values[i], leaf));
              await (ways[id % ways.length] as Way).session.execute(table.insert, [id, ...presented]);
              const expected = table.expected(id);
              const row = Object.fromEntries(
                table.columns.map((column) => [column.name, mapLeaves(column.type, expected[column.name], leaf)]),
              );
              for (const way of ways) {
                const result = await way.session.execute(table.selectOne, [id]);
                assert.deepStrictEqual(result.one(), row, `Row ${id}, ${way.name}`);
              }
              const [{ session }] = plain as readonly [Way];
              assert.deepStrictEqual(
                (await session.execute(table.selectOne, [id])).one(),
                expected,
                `Row ${id}, plain`,
              );
            }
          }),
          { numRuns: propertyRuns(10), endOnFailure: true },
        );
      } finally {
        await shutdownWays(ways);
      }
    });
  }

  it('should be instances of registered classes, from the moment they are registered', async () => {
    const [{ session: setup }] = plain as readonly [Way];
    await executeAll(setup, [
      'CREATE TYPE place (name text, at frozen<tuple<double, double>>)',
      `CREATE TABLE places (id int PRIMARY KEY, one frozen<place>, loose place, some list<frozen<place>>,
         by_name map<text, frozen<place>>, pair frozen<tuple<frozen<place>, int>>)`,
    ]);
    const home = { name: 'home', at: [52.5, 13.4] };
    const nowhere = { name: null, at: null };
    const of = (make: (fields: Record<string, unknown>) => unknown): unknown[] => [
      make(home),
      make(home),
      [make(home), make(nowhere)],
      new Map([['h', make(home)]]),
      [make(home), 1],
    ];
    const insert = 'INSERT INTO places (id, one, loose, some, by_name, pair) VALUES (?, ?, ?, ?, ?, ?)';
    const select = 'SELECT one, loose, some, by_name, pair FROM places WHERE id = ?';
    for (const [id, way] of plain.entries()) {
      const read = async (cluster: AsyncCluster): Promise<unknown[]> => {
        const session = await cluster.connect(keyspace.name);
        return Object.values((await session.execute(select, [id])).one() ?? {});
      };
      await way.session.execute(insert, [id, ...of((fields) => fields)]);
      assert.deepStrictEqual(
        await read(way.cluster),
        of((fields) => fields),
        `plain, ${way.name}`,
      );

      way.cluster.registerUserType(keyspace.name, 'place', Place);
      assert.deepStrictEqual(
        await read(way.cluster),
        of((fields) => new Place(fields)),
        `registered, ${way.name}`,
      );
      const before = (await way.session.execute(select, [id])).one() ?? {};
      assert.deepStrictEqual(
        Object.values(before),
        of((fields) => new Place(fields)),
        `prepared before, ${way.name}`,
      );

      await way.session.execute(insert, [id + 100, ...of((fields) => new Place(fields))]);
      await using other = openCluster();
      const session = await other.connect(keyspace.name);
      const row = (await session.execute(select, [id + 100])).one() ?? {};
      assert.deepStrictEqual(
        Object.values(row),
        of((fields) => fields),
        `written as instances, ${way.name}`,
      );
    }
  });
});
