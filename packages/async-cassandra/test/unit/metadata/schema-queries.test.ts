import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { schemaQueries, scopeOfChange } from '../../../src/metadata/index.ts';

const columns = 'keyspace_name, table_name, column_name, clustering_order, kind, position, type';

describe('schemaQueries', () => {
  it('should read all tables of both schemas for everything', () => {
    const queries = schemaQueries({ part: 'all' });
    assert.equal(queries.length, 11);
    assert.deepEqual(
      queries.filter((query) => query.isVirtual).map((query) => query.cql),
      [
        'SELECT * FROM system_virtual_schema.keyspaces',
        'SELECT * FROM system_virtual_schema.tables',
        `SELECT ${columns} FROM system_virtual_schema.columns`,
      ],
    );
    assert.ok(
      queries.some(({ table, cql }) => table === 'functions' && cql === 'SELECT * FROM system_schema.functions'),
    );
  });

  it('should read one small table for the replication', () => {
    assert.deepEqual(
      schemaQueries({ part: 'replication' }).map((query) => query.cql),
      ['SELECT keyspace_name, replication FROM system_schema.keyspaces'],
    );
  });

  it('should read no more than what is asked for', () => {
    const keyspace = schemaQueries({ part: 'keyspace', keyspace: 'shop' });
    assert.equal(keyspace.length, 8);
    assert.ok(keyspace.every(({ cql }) => cql.endsWith(" WHERE keyspace_name = 'shop'")));
    assert.deepEqual(
      schemaQueries({ part: 'table', keyspace: 'shop', name: 't' }).map((query) => query.cql),
      [
        "SELECT * FROM system_schema.tables WHERE keyspace_name = 'shop' AND table_name = 't'",
        "SELECT * FROM system_schema.views WHERE keyspace_name = 'shop' AND view_name = 't'",
        `SELECT ${columns} FROM system_schema.columns WHERE keyspace_name = 'shop' AND table_name = 't'`,
        "SELECT * FROM system_schema.indexes WHERE keyspace_name = 'shop' AND table_name = 't'",
      ],
    );
    for (const part of ['type', 'function', 'aggregate'] as const) {
      assert.deepEqual(
        schemaQueries({ part, keyspace: 'shop', name: 'x' }).map((query) => query.cql),
        [`SELECT * FROM system_schema.${part}s WHERE keyspace_name = 'shop' AND ${part}_name = 'x'`],
      );
    }
  });

  it('should quote names', () => {
    const [query] = schemaQueries({ part: 'type', keyspace: "o'k", name: "x' OR 'y" });
    assert.equal(
      query?.cql,
      "SELECT * FROM system_schema.types WHERE keyspace_name = 'o''k' AND type_name = 'x'' OR ''y'",
    );
  });
});

describe('scopeOfChange', () => {
  it('should be what the server says has changed', () => {
    const about = { changeType: 'UPDATED', keyspace: 'ks' } as const;
    assert.deepEqual(scopeOfChange({ ...about, target: 'KEYSPACE' }), { part: 'keyspace', keyspace: 'ks' });
    for (const target of ['TABLE', 'TYPE', 'FUNCTION', 'AGGREGATE'] as const) {
      const part = target.toLowerCase();
      assert.deepEqual(scopeOfChange({ ...about, target, name: 'x' }), { part, keyspace: 'ks', name: 'x' });
    }
  });
});
