import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KeyspaceMetadata, SchemaRows } from '../../../src/metadata/index.ts';
import { refreshSchema } from '../../../src/metadata/index.ts';
import { formatCqlType } from '../../../src/protocol/index.ts';
import { CountedTurns } from '../../support/metadata/index.ts';
import { SchemaBuilder } from '../../support/metadata/schema.ts';

async function read(
  schema: SchemaRows,
  virtualSchema: SchemaRows = {},
): Promise<ReadonlyMap<string, KeyspaceMetadata>> {
  return (await refreshSchema(new Map(), { schema, virtualSchema }, new CountedTurns())).keyspaces;
}

async function shop(builder: SchemaBuilder): Promise<KeyspaceMetadata> {
  return (await read(builder.build())).get('shop') as KeyspaceMetadata;
}

describe('KeyspaceMetadata', () => {
  it('should tell how it is replicated', async () => {
    const keyspace = await shop(new SchemaBuilder('shop', { class: 'NetworkTopologyStrategy', dc1: '3' }));
    assert.equal(keyspace.name, 'shop');
    assert.equal(keyspace.hasDurableWrites, true);
    assert.equal(keyspace.isVirtual, false);
    assert.equal(keyspace.isComplete, true);
    assert.deepEqual(
      keyspace.replicationOptions,
      new Map([
        ['class', 'NetworkTopologyStrategy'],
        ['dc1', '3'],
      ]),
    );
    assert.equal(keyspace.replication.strategy, 'networkTopology');
  });

  it('should order the columns of a table by what they are for', async () => {
    const keyspace = await shop(
      new SchemaBuilder().table('orders', {
        a_note: ['text'],
        b_total: ['decimal', 'static'],
        c_day: ['date', 'clustering', 1, 'desc'],
        d_hour: ['int', 'clustering', 0, 'asc'],
        e_shard: ['int', 'partition_key', 1],
        f_user: ['uuid', 'partition_key', 0],
        z: ['bigint'],
      }),
    );
    const table = keyspace.tables.get('orders');
    assert.ok(table !== undefined);
    assert.deepEqual([...table.columns.keys()], ['f_user', 'e_shard', 'd_hour', 'c_day', 'b_total', 'a_note', 'z']);
    assert.deepEqual(
      table.partitionKey.map((column) => column.name),
      ['f_user', 'e_shard'],
    );
    assert.deepEqual(
      table.clusteringKey.map((column) => [column.name, column.clusteringOrder]),
      [
        ['d_hour', 'asc'],
        ['c_day', 'desc'],
      ],
    );
    assert.deepEqual(table.columns.get('b_total'), {
      name: 'b_total',
      kind: 'static',
      position: -1,
      type: { kind: 'decimal' },
      clusteringOrder: 'none',
    });
    assert.equal(table.keyspace, 'shop');
    assert.equal(table.id, '5a1c395e-b41f-11e5-9f22-ba0be0483c18');
    assert.equal(table.columns, table.columns);
  });

  it('should tell the options of a table as they were read', async () => {
    const keyspace = await shop(
      new SchemaBuilder().table('t', { id: ['int', 'partition_key', 0] }, { comment: 'Orders', gc_grace_seconds: 60 }),
    );
    const table = keyspace.tables.get('t');
    assert.equal(table?.comment, 'Orders');
    assert.equal(table?.options.get('gc_grace_seconds'), 60);
    assert.equal(table?.options.has('constructor'), false);
  });

  it('should know indexes', async () => {
    const keyspace = await shop(
      new SchemaBuilder()
        .table('t', { id: ['int', 'partition_key', 0], tags: ['map<text, int>'] })
        .index('t', 'by_tag', { target: 'keys(tags)' })
        .index('t', 'sai', { target: 'tags', class_name: 'StorageAttachedIndex' }, 'CUSTOM')
        .table('other', { id: ['int', 'partition_key', 0] }),
    );
    const indexes = keyspace.tables.get('t')?.indexes;
    assert.deepEqual(indexes?.get('by_tag'), {
      name: 'by_tag',
      kind: 'COMPOSITES',
      target: 'keys(tags)',
      className: undefined,
      options: new Map([['target', 'keys(tags)']]),
    });
    assert.equal(indexes?.get('sai')?.className, 'StorageAttachedIndex');
    assert.equal(keyspace.tables.get('other')?.indexes.size, 0);
  });

  it('should know materialised views apart from tables', async () => {
    const keyspace = await shop(
      new SchemaBuilder()
        .table('t', { id: ['int', 'partition_key', 0], name: ['text'] })
        .view('t_by_name', 't', { name: ['text', 'partition_key', 0], id: ['int', 'clustering', 0, 'asc'] }),
    );
    assert.deepEqual([...keyspace.tables.keys()], ['t']);
    const view = keyspace.views.get('t_by_name');
    assert.equal(view?.baseTable, 't');
    assert.equal(view?.whereClause, 'id IS NOT NULL');
    assert.equal(view?.includesAllColumns, false);
    assert.deepEqual([...(view?.columns.keys() ?? [])], ['name', 'id']);
  });

  it('should resolve user-defined types wherever they are nested', async () => {
    const keyspace = await shop(
      new SchemaBuilder()
        .type('address', { street: 'text', geo: 'frozen<point>' })
        .type('point', { x: 'double', y: 'double' })
        .type('Odd Name', { p: 'list<frozen<point>>' })
        .table('t', {
          id: ['int', 'partition_key', 0],
          home: ['frozen<address>'],
          odd: ['map<text, frozen<"Odd Name">>'],
        }),
    );
    const address = keyspace.types.get('address');
    assert.deepEqual(address, {
      kind: 'udt',
      keyspace: 'shop',
      name: 'address',
      frozen: false,
      fields: [
        { name: 'street', type: { kind: 'text' } },
        { name: 'geo', type: { ...keyspace.types.get('point'), frozen: true } },
      ],
    });
    const columns = keyspace.tables.get('t')?.columns;
    assert.deepEqual(columns?.get('home')?.type, { ...address, frozen: true });
    const odd = columns?.get('odd')?.type;
    assert.ok(odd?.kind === 'map' && odd.value.kind === 'udt');
    assert.equal(odd.value.name, 'Odd Name');
    assert.deepEqual([...keyspace.types.keys()], ['address', 'point', 'Odd Name']);
  });

  it('should take for custom what it cannot understand', async () => {
    const keyspace = await shop(
      new SchemaBuilder().table('t', {
        id: ['int', 'partition_key', 0],
        a: ['frozen<unknown_type>'],
        b: ["'org.apache.cassandra.db.marshal.DynamicCompositeType'"],
        c: ['map<'],
      }),
    );
    const columns = keyspace.tables.get('t')?.columns;
    assert.deepEqual(columns?.get('a')?.type, { kind: 'custom', className: 'frozen<unknown_type>' });
    assert.deepEqual(columns?.get('b')?.type, {
      kind: 'custom',
      className: 'org.apache.cassandra.db.marshal.DynamicCompositeType',
    });
    assert.deepEqual(columns?.get('c')?.type, { kind: 'custom', className: 'map<' });
  });

  it('should survive types that a sound server cannot have', async () => {
    const builder = new SchemaBuilder().type('self', { s: 'frozen<self>', t: 'frozen<self>' });
    for (let i = 0; i < 30; i++)
      builder.type(`a${i}`, { x: `frozen<a${(i + 1) % 30}>`, y: `frozen<a${(i + 1) % 30}>` });
    for (let i = 0; i < 2000; i++) builder.type(`deep${i}`, { x: `frozen<deep${i + 1}>` });
    const { types } = await shop(builder);
    assert.equal(types.size, 2031);
    assert.deepEqual(types.get('self')?.fields[0]?.type, { kind: 'custom', className: 'frozen<self>' });
  });

  it('should know functions and aggregates by their signatures', async () => {
    const keyspace = await shop(
      new SchemaBuilder()
        .type('point', { x: 'int' })
        .function('plus', ['int', 'int'])
        .function('plus', ['frozen<point>'], { return_type: 'frozen<point>', called_on_null_input: false })
        .aggregate('total', ['int'])
        .aggregate('total', [], { final_func: 'done', initcond: null }),
    );
    assert.deepEqual([...keyspace.functions.keys()], ['plus(int, int)', 'plus(frozen<point>)']);
    const plus = keyspace.functions.get('plus(frozen<point>)');
    assert.equal(plus?.isCalledOnNullInput, false);
    assert.equal(plus?.language, 'java');
    assert.equal(plus?.body, 'return a0;');
    assert.deepEqual(plus?.argumentNames, ['a0']);
    assert.equal(plus?.returnType.kind, 'udt');
    const total = keyspace.aggregates.get('total(int)');
    assert.equal(total?.stateFunction, 'plus');
    assert.equal(total?.finalFunction, undefined);
    assert.equal(total?.initialCondition, '0');
    assert.equal(keyspace.aggregates.get('total()')?.finalFunction, 'done');
    assert.equal(keyspace.aggregates.get('total()')?.initialCondition, undefined);
    assert.equal(formatCqlType(total?.stateType ?? { kind: 'text' }), 'int');
  });

  it('should know virtual keyspaces', async () => {
    const keyspaces = await read(new SchemaBuilder().build(), {
      keyspaces: [{ keyspace_name: 'system_views' }],
      tables: [{ keyspace_name: 'system_views', table_name: 'clients', comment: 'currently connected clients' }],
      columns: [
        {
          keyspace_name: 'system_views',
          table_name: 'clients',
          column_name: 'address',
          kind: 'partition_key',
          position: 0,
          type: 'inet',
          clustering_order: 'none',
        },
      ],
    });
    const views = keyspaces.get('system_views');
    assert.equal(views?.isVirtual, true);
    assert.equal(views?.replication.strategy, 'unknown');
    const clients = views?.tables.get('clients');
    assert.equal(clients?.isVirtual, true);
    assert.equal(clients?.id, undefined);
    assert.equal(clients?.comment, 'currently connected clients');
    assert.deepEqual(
      clients?.partitionKey.map((column) => column.type.kind),
      ['inet'],
    );
  });

  it('should not be misled by names that objects have', async () => {
    const builder = new SchemaBuilder('__proto__').table('constructor', {
      __proto__x: ['int', 'partition_key', 0],
      toString: ['text'] as const,
    });
    const keyspace = (await read(builder.build())).get('__proto__');
    assert.deepEqual([...(keyspace?.tables.get('constructor')?.columns.keys() ?? [])], ['__proto__x', 'toString']);
    assert.equal(keyspace?.tables.get('hasOwnProperty'), undefined);
  });

  it('should read tables only when they are asked for', async () => {
    let reads = 0;
    const rows = new SchemaBuilder()
      .table('a', { id: ['int', 'partition_key', 0] })
      .table('b', { id: ['int', 'partition_key', 0] })
      .build();
    const columns = rows.columns?.map((row) => ({
      ...row,
      get type(): string {
        reads++;
        return 'int';
      },
    }));
    const keyspace = (await read({ ...rows, columns: columns ?? [] })).get('shop');
    assert.equal(keyspace?.tables.size, 2);
    assert.equal(reads, 0);
    assert.equal(keyspace?.tables.get('a')?.columns.size, 1);
    assert.equal(reads, 1);
  });
});
