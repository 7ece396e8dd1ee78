import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ElementScope,
  type Keyspaces,
  refreshElement,
  refreshKeyspace,
  refreshSchema,
  type SchemaRefresh,
  type SchemaRows,
} from '../../../src/metadata/index.ts';
import { SLICE_LIMIT } from '../../../src/metadata/turns.ts';
import type { SchemaChange } from '../../../src/protocol/index.ts';
import { CountedTurns } from '../../support/metadata/index.ts';
import { SchemaBuilder } from '../../support/metadata/schema.ts';

const id = { id: ['int', 'partition_key', 0] } as const;
const turns = new CountedTurns();

/** A keyspace with one of everything. */
function full(): SchemaBuilder {
  return new SchemaBuilder()
    .table('t', { ...id, v: ['text'] })
    .index('t', 'by_v', { target: 'v' })
    .table('u', id)
    .view('w', 't', id)
    .type('p', { x: 'int' })
    .function('f', ['int'])
    .aggregate('g', ['int']);
}

async function read(...builders: [SchemaBuilder, ...SchemaBuilder[]]): Promise<Keyspaces> {
  const [first, ...others] = builders;
  return (await refreshSchema(new Map(), { schema: first.build(...others) }, turns)).keyspaces;
}

function tell(changes: readonly SchemaChange[]): string[] {
  return changes.map(({ changeType, target, keyspace, name, argumentTypes }) =>
    [changeType, target, keyspace, name, argumentTypes?.join()].filter((part) => part !== undefined).join(' '),
  );
}

describe('refreshSchema', () => {
  it('should tell nothing when nothing has changed', async () => {
    const before = await read(full());
    assert.deepEqual((await refreshSchema(before, { schema: full().build() }, turns)).changes, []);
  });

  it('should keep keyspaces that did not change, with all that was made of them', async () => {
    const before = await read(full(), new SchemaBuilder('a'));
    const { keyspaces } = await refreshSchema(
      before,
      { schema: full().build(new SchemaBuilder('a').table('t', id)) },
      turns,
    );
    assert.equal(keyspaces.get('shop'), before.get('shop'));
    assert.notEqual(keyspaces.get('a'), before.get('a'));
    const same = await refreshKeyspace(before, 'shop', full().build(), turns);
    assert.equal(same.keyspaces.get('shop'), before.get('shop'));
  });

  it('should see that a keyspace writes durably or not', async () => {
    const before = await read(full());
    const schema = full().build();
    const [row] = schema.keyspaces ?? [];
    const { keyspaces, changes } = await refreshSchema(
      before,
      { schema: { ...schema, keyspaces: [{ ...row, durable_writes: false }] } },
      turns,
    );
    assert.deepEqual(tell(changes), ['UPDATED KEYSPACE shop']);
    assert.equal(keyspaces.get('shop')?.hasDurableWrites, false);
  });

  it('should tell which keyspaces came, went and changed', async () => {
    const before = await read(full(), new SchemaBuilder('a'), new SchemaBuilder('b'));
    const changed = new SchemaBuilder('b', { class: 'SimpleStrategy', replication_factor: '1' });
    const { keyspaces, changes } = await refreshSchema(
      before,
      { schema: full().build(changed, new SchemaBuilder('c')) },
      turns,
    );
    assert.deepEqual(tell(changes), ['DROPPED KEYSPACE a', 'UPDATED KEYSPACE b', 'CREATED KEYSPACE c']);
    assert.deepEqual([...keyspaces.keys()], ['shop', 'b', 'c']);
  });

  for (const [what, builder, expected] of [
    ['a column that was added', full().columns('t', { w: ['int'] }), ['UPDATED TABLE shop t']],
    [
      'an option of a table',
      new SchemaBuilder().table('t', { ...id, v: ['text'] }, { default_time_to_live: 5 }),
      undefined,
    ],
    ['an index', full().index('u', 'by_id', { target: 'id' }), ['UPDATED TABLE shop u']],
    ['a table that was added', full().table('n', id), ['CREATED TABLE shop n']],
    ['a view', full().view('n', 't', id), ['CREATED TABLE shop n']],
    ['a type', full().type('q', { x: 'int' }), ['CREATED TYPE shop q']],
    ['a function with other arguments', full().function('f', ['text']), ['CREATED FUNCTION shop f text']],
    ['an aggregate', full().aggregate('g', ['int', 'int']), ['CREATED AGGREGATE shop g int,int']],
  ] as const) {
    it(`should tell of ${what}, and back`, async () => {
      const there = await refreshSchema(await read(full()), { schema: builder.build() }, turns);
      const back = await refreshSchema(there.keyspaces, { schema: full().build() }, turns);
      if (expected !== undefined) {
        assert.deepEqual(tell(there.changes), expected);
        assert.deepEqual(
          tell(back.changes),
          expected.map((text) => text.replace('CREATED', 'DROPPED')),
        );
      } else {
        assert.ok(tell(there.changes).includes('UPDATED TABLE shop t'));
        assert.ok(tell(there.changes).includes('DROPPED TABLE shop u'));
        assert.ok(tell(back.changes).includes('CREATED FUNCTION shop f int'));
      }
    });
  }

  it('should know no more than the replication when no more was read', async () => {
    const rows = { keyspaces: full().build().keyspaces ?? [] };
    const { keyspaces, changes } = await refreshSchema(new Map(), { schema: rows, isReplicationOnly: true }, turns);
    assert.deepEqual(tell(changes), ['CREATED KEYSPACE shop']);
    const shop = keyspaces.get('shop');
    assert.equal(shop?.isComplete, false);
    assert.equal(shop?.tables.size, 0);
    const later = await refreshSchema(keyspaces, { schema: full().build() }, turns);
    assert.deepEqual(later.changes, []);
    assert.equal(later.keyspaces.get('shop')?.tables.size, 2);
  });

  it('should leave out rows about keyspaces that are not there', async () => {
    const rows = full().build();
    const { keyspaces } = await refreshSchema(new Map(), { schema: { ...rows, keyspaces: [] } }, turns);
    assert.equal(keyspaces.size, 0);
  });

  it('should leave the old snapshot as it was', async () => {
    const before = await read(full());
    const shop = before.get('shop');
    await refreshSchema(before, { schema: full().table('n', id).build(new SchemaBuilder('c')) }, turns);
    assert.equal(before.size, 1);
    assert.equal(before.get('shop'), shop);
    assert.deepEqual([...(shop?.tables.keys() ?? [])], ['t', 'u']);
  });

  it('should take in thousands of tables a slice at a time', async () => {
    const make = (): SchemaRows => {
      const columns = Array.from({ length: 40_000 }, (_, i) => ({
        keyspace_name: 'shop',
        table_name: `t${Math.floor(i / 10)}`,
        column_name: `c${i % 10}`,
        kind: i % 10 === 0 ? 'partition_key' : 'regular',
        position: 0,
        type: 'int',
        clustering_order: 'none',
      }));
      const tables = Array.from({ length: 4_000 }, (_, i) => ({ keyspace_name: 'shop', table_name: `t${i}` }));
      return { ...new SchemaBuilder().build(), tables, columns };
    };
    const counted = new CountedTurns();
    const first = await refreshSchema(new Map(), { schema: make() }, counted);
    assert.ok(counted.yields >= Math.floor(44_000 / SLICE_LIMIT));
    const again = new CountedTurns();
    const { changes } = await refreshSchema(first.keyspaces, { schema: make() }, again);
    assert.deepEqual(changes, []);
    // Sorted again, and compared with what is known.
    assert.ok(again.yields >= Math.floor((44_000 * 2) / SLICE_LIMIT), `yields: ${again.yields}`);
    assert.equal(first.keyspaces.get('shop')?.tables.get('t3999')?.columns.size, 10);
  });
});

describe('refreshKeyspace', () => {
  it('should replace one keyspace', async () => {
    const before = await read(full(), new SchemaBuilder('a'));
    const { keyspaces, changes } = await refreshKeyspace(before, 'shop', full().table('n', id).build(), turns);
    assert.deepEqual(tell(changes), ['CREATED TABLE shop n']);
    assert.equal(keyspaces.get('a'), before.get('a'));
  });

  it('should add a keyspace, and remove one that is gone', async () => {
    const before = await read(full());
    const added = await refreshKeyspace(before, 'a', new SchemaBuilder('a').build(), turns);
    assert.deepEqual(tell(added.changes), ['CREATED KEYSPACE a']);
    const removed = await refreshKeyspace(added.keyspaces, 'shop', {}, turns);
    assert.deepEqual(tell(removed.changes), ['DROPPED KEYSPACE shop']);
    assert.deepEqual([...removed.keyspaces.keys()], ['a']);
  });
});

describe('refreshElement', () => {
  async function refresh(
    before: Keyspaces,
    scope: Omit<ElementScope, 'keyspace'>,
    builder: SchemaBuilder | null,
  ): Promise<SchemaRefresh> {
    const { keyspaces: _, ...rows } = builder?.build() ?? {};
    return refreshElement(before, { ...scope, keyspace: 'shop' }, rows, turns);
  }

  it('should replace one table with its columns and indexes', async () => {
    const before = await read(full());
    const { keyspaces, changes } = await refresh(
      before,
      { part: 'table', name: 't' },
      new SchemaBuilder().table('t', { ...id, n: ['int'] }),
    );
    assert.deepEqual(tell(changes), ['UPDATED TABLE shop t']);
    const tables = keyspaces.get('shop')?.tables;
    assert.deepEqual([...(tables?.get('t')?.columns.keys() ?? [])], ['id', 'n']);
    assert.equal(tables?.get('t')?.indexes.size, 0);
    assert.equal(tables?.get('u')?.columns.size, 1);
    assert.equal(keyspaces.get('shop')?.functions.size, 1);
    assert.deepEqual([...(before.get('shop')?.tables.get('t')?.columns.keys() ?? [])], ['id', 'v']);
  });

  it('should add and drop tables, views, types, functions and aggregates', async () => {
    const cases: [Omit<ElementScope, 'keyspace'>, SchemaBuilder, string][] = [
      [{ part: 'table', name: 'n' }, new SchemaBuilder().table('n', id), 'TABLE shop n'],
      [{ part: 'table', name: 'n' }, new SchemaBuilder().view('n', 't', id), 'TABLE shop n'],
      [{ part: 'type', name: 'n' }, new SchemaBuilder().type('n', { x: 'int' }), 'TYPE shop n'],
      [{ part: 'function', name: 'n' }, new SchemaBuilder().function('n', ['int']), 'FUNCTION shop n int'],
      [{ part: 'aggregate', name: 'n' }, new SchemaBuilder().aggregate('n', ['int']), 'AGGREGATE shop n int'],
    ];
    for (const [scope, builder, told] of cases) {
      const added = await refresh(await read(full()), scope, builder);
      assert.deepEqual(tell(added.changes), [`CREATED ${told}`]);
      const dropped = await refresh(added.keyspaces, scope, null);
      assert.deepEqual(tell(dropped.changes), [`DROPPED ${told}`]);
    }
  });

  it('should be the same when what was read is', async () => {
    const before = await read(full());
    const rows = new SchemaBuilder().table('t', { ...id, v: ['text'] }).index('t', 'by_v', { target: 'v' });
    assert.equal((await refresh(before, { part: 'table', name: 't' }, rows)).keyspaces, before);
  });

  it('should see one change of several functions of a name', async () => {
    const before = await read(full().function('f', ['text']));
    const rows = new SchemaBuilder().function('f', ['text'], { body: 'return 1;' }).function('f', ['int']);
    const { changes } = await refresh(before, { part: 'function', name: 'f' }, rows);
    assert.deepEqual(tell(changes), ['UPDATED FUNCTION shop f text']);
  });

  it('should read tables anew that use a type that has changed', async () => {
    const before = await read(new SchemaBuilder().type('p', { x: 'int' }).table('t', { ...id, p: ['frozen<p>'] }));
    const { keyspaces } = await refresh(
      before,
      { part: 'type', name: 'p' },
      new SchemaBuilder().type('p', { x: 'int', y: 'int' }),
    );
    const type = keyspaces.get('shop')?.tables.get('t')?.columns.get('p')?.type;
    assert.ok(type?.kind === 'udt');
    assert.deepEqual(
      type.fields.map((field) => field.name),
      ['x', 'y'],
    );
  });

  it('should leave keyspaces alone whose contents are not known', async () => {
    const rows = { keyspaces: full().build().keyspaces ?? [] };
    const { keyspaces } = await refreshSchema(new Map(), { schema: rows, isReplicationOnly: true }, turns);
    const same = await refresh(keyspaces, { part: 'table', name: 't' }, new SchemaBuilder().table('t', id));
    assert.equal(same.keyspaces, keyspaces);
    assert.deepEqual(same.changes, []);
    assert.deepEqual((await refresh(new Map(), { part: 'table', name: 't' }, null)).changes, []);
  });
});
