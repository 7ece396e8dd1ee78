import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import {
  type ElementScope,
  type Keyspaces,
  refreshElement,
  refreshKeyspace,
  refreshSchema,
  type SchemaRows,
  scopeOfChange,
} from '../../../src/metadata/index.ts';
import type { SchemaChange } from '../../../src/protocol/index.ts';
import { CountedTurns } from '../../support/metadata/index.ts';
import { SchemaBuilder } from '../../support/metadata/schema.ts';
import { propertyRuns } from '../../support/property-runs.ts';

const turns = new CountedTurns();
const name = fc.constantFrom('a', 'b', 'c');
const type = fc.constantFrom('int', 'text', 'frozen<a>');
const columns = fc.dictionary(
  fc.constantFrom('x', 'y', 'z'),
  type.map((text) => [text] as const),
  { minKeys: 1 },
);

/** A schema of one or two keyspaces with a few things of each kind. */
const schema: fc.Arbitrary<SchemaRows> = fc
  .uniqueArray(
    fc.record({
      keyspace: fc.constantFrom('k', 'l'),
      factor: fc.constantFrom('1', '3'),
      tables: fc.dictionary(name, columns),
      views: fc.dictionary(fc.constantFrom('v', 'w'), columns),
      types: fc.dictionary(name, fc.dictionary(fc.constantFrom('f', 'g'), type, { minKeys: 1 })),
      functions: fc.uniqueArray(fc.tuple(name, fc.array(type, { maxLength: 2 })), { selector: String }),
      aggregates: fc.uniqueArray(fc.tuple(name, fc.array(type, { maxLength: 2 })), { selector: String }),
    }),
    { selector: (keyspace) => keyspace.keyspace, maxLength: 2 },
  )
  .map((keyspaces) => {
    const builders = keyspaces.map((given) => {
      const builder = new SchemaBuilder(given.keyspace, { class: 'SimpleStrategy', replication_factor: given.factor });
      for (const [table, content] of Object.entries(given.tables)) builder.table(table, content);
      for (const [view, content] of Object.entries(given.views)) builder.view(view, 'a', content);
      for (const [udt, fields] of Object.entries(given.types)) builder.type(udt, fields);
      for (const [fn, argumentTypes] of given.functions) builder.function(fn, argumentTypes);
      for (const [fn, argumentTypes] of given.aggregates) builder.aggregate(fn, argumentTypes);
      return builder;
    });
    const [first, ...others] = builders;
    return first === undefined ? {} : first.build(...others);
  });

/** What the queries of a scope would answer. */
function answer(rows: SchemaRows, change: SchemaChange): SchemaRows {
  const columnsOf = {
    TABLE: ['table_name', 'view_name'],
    TYPE: ['type_name'],
    FUNCTION: ['function_name'],
    AGGREGATE: ['aggregate_name'],
  };
  const named = change.target === 'KEYSPACE' ? null : columnsOf[change.target];
  const found = Object.entries(rows).map(([table, all]) => [
    table,
    all.filter((row) => {
      const isInKeyspace = row['keyspace_name'] === change.keyspace;
      return isInKeyspace && (named === null || named.some((column) => row[column] === change.name));
    }),
  ]);
  return Object.fromEntries(found) as SchemaRows;
}

async function read(
  rows: SchemaRows,
  before: Keyspaces = new Map(),
): Promise<Awaited<ReturnType<typeof refreshSchema>>> {
  return refreshSchema(before, { schema: rows }, turns);
}

describe('schema refreshes, whatever changes', () => {
  const runs = { numRuns: propertyRuns(500) };

  it('should find nothing changed when the same is read again', async () => {
    await fc.assert(
      fc.asyncProperty(schema, async (rows) => {
        const { keyspaces } = await read(rows);
        assert.deepEqual((await read(structuredClone(rows), keyspaces)).changes, []);
      }),
      runs,
    );
  });

  it('should come to the same by what each change tells to read as by reading everything', async () => {
    await fc.assert(
      fc.asyncProperty(schema, schema, async (one, other) => {
        const after = await read(other, (await read(one)).keyspaces);
        let { keyspaces } = await read(one);
        for (const change of after.changes) {
          const scope = scopeOfChange(change);
          const rows = answer(other, change);
          const refreshed =
            scope.part === 'keyspace'
              ? await refreshKeyspace(keyspaces, scope.keyspace, rows, turns)
              : await refreshElement(keyspaces, scope as ElementScope, rows, turns);
          keyspaces = refreshed.keyspaces;
        }
        assert.deepEqual([...keyspaces.keys()].toSorted(), [...after.keyspaces.keys()].toSorted());
        assert.deepEqual((await read(other, keyspaces)).changes, []);
      }),
      runs,
    );
  });

  it('should tell the opposite changes on the way back', async () => {
    const opposite = { CREATED: 'DROPPED', DROPPED: 'CREATED', UPDATED: 'UPDATED' } as const;
    const key = (change: SchemaChange): string => JSON.stringify(change);
    await fc.assert(
      fc.asyncProperty(schema, schema, async (one, other) => {
        const there = await read(other, (await read(one)).keyspaces);
        const back = await read(one, there.keyspaces);
        const turned = there.changes.map((change) => ({ ...change, changeType: opposite[change.changeType] }));
        assert.deepEqual(turned.map(key).toSorted(), back.changes.map(key).toSorted());
      }),
      runs,
    );
  });
});
