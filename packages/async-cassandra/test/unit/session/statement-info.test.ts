import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classifyStatement, type StatementInfo } from '../../../src/session/index.ts';

const plain = { isConditional: false, isCounter: false, isBatch: false, keyspace: undefined, table: undefined };

const table: readonly (readonly [string, Partial<StatementInfo>])[] = [
  ['SELECT * FROM users', { kind: 'read', operation: 'SELECT', table: 'users' }],
  [
    'select a, b from shop.users where id = 1 if',
    { kind: 'read', operation: 'SELECT', keyspace: 'shop', table: 'users' },
  ],
  ['SELECT JSON * FROM "Shop"."Users"', { kind: 'read', keyspace: 'Shop', table: 'Users' }],
  ['SELECT writetime(a), ttl(b) FROM t', { kind: 'read', table: 't' }],
  ['LIST ROLES', { kind: 'read', operation: 'LIST' }],
  ['DESCRIBE TABLES', { kind: 'read', operation: 'DESCRIBE' }],
  ['INSERT INTO shop.users (id) VALUES (1)', { kind: 'write', operation: 'INSERT', keyspace: 'shop', table: 'users' }],
  ['INSERT INTO users JSON \'{"if": 1}\'', { kind: 'write', table: 'users' }],
  ['UPDATE users SET a = 1 WHERE id = 1', { kind: 'write', operation: 'UPDATE', table: 'users' }],
  ['UPDATE addr SET addr.zip = 1 WHERE id = 1', { kind: 'write', table: 'addr' }],
  ['DELETE a FROM users WHERE id = 1', { kind: 'write', operation: 'DELETE', table: 'users' }],
  ['TRUNCATE users', { kind: 'write', operation: 'TRUNCATE', table: 'users' }],
  ['TRUNCATE TABLE shop.users', { kind: 'write', keyspace: 'shop', table: 'users' }],
  // Conditions
  ['INSERT INTO users (id) VALUES (1) IF NOT EXISTS', { kind: 'write', isConditional: true, table: 'users' }],
  ['insert into users (id) values (1) if not exists', { kind: 'write', isConditional: true, table: 'users' }],
  ['UPDATE users SET a = 1 WHERE id = 1 IF a = 2', { kind: 'write', isConditional: true, table: 'users' }],
  ['DELETE FROM users WHERE id = 1/**/IF EXISTS', { kind: 'write', isConditional: true, table: 'users' }],
  ['UPDATE users SET "if" = 1 WHERE id = 1', { kind: 'write', table: 'users' }],
  ["UPDATE users SET a = ' if ' WHERE id = 1", { kind: 'write', table: 'users' }],
  ["UPDATE users SET a = 'it''s IF' WHERE id = 1", { kind: 'write', table: 'users' }],
  ['UPDATE users SET a = $$ IF $$ WHERE id = 1', { kind: 'write', table: 'users' }],
  ['UPDATE users SET a = 1 -- IF\n WHERE id = 1', { kind: 'write', table: 'users' }],
  ['UPDATE users SET a = 1 // IF\r WHERE id = 1', { kind: 'write', table: 'users' }],
  ['UPDATE users SET a = 1 -- no\r WHERE id = 1 IF EXISTS', { kind: 'write', isConditional: true, table: 'users' }],
  ['UPDATE users SET a = 1 /* IF \n */ WHERE id = 1', { kind: 'write', table: 'users' }],
  ['UPDATE users SET a = 1 WHERE id = 1 -- unfinished IF', { kind: 'write', table: 'users' }],
  ['UPDATE users SET gif = 1, iffy = 2', { kind: 'write', table: 'users' }],
  // Counters
  ['UPDATE hits SET c = c + 1 WHERE id = 1', { kind: 'write', isCounter: true, table: 'hits' }],
  ['UPDATE hits SET c = c - 10 WHERE id = 1', { kind: 'write', isCounter: true, table: 'hits' }],
  ['UPDATE hits SET "C" = "C" + 1 WHERE id = 1', { kind: 'write', isCounter: true, table: 'hits' }],
  ['UPDATE hits SET c += 1 WHERE id = 1', { kind: 'write', isCounter: true, table: 'hits' }],
  ['UPDATE hits SET c -= 1 WHERE id = 1', { kind: 'write', isCounter: true, table: 'hits' }],
  ['UPDATE lists SET l = l + [1] WHERE id = 1', { kind: 'write', table: 'lists' }],
  ['UPDATE lists SET l += [1] WHERE id = 1', { kind: 'write', table: 'lists' }],
  ['UPDATE lists SET l = [1] + l WHERE id = 1', { kind: 'write', table: 'lists' }],
  // Batches
  [
    'BEGIN BATCH INSERT INTO a (k) VALUES (1) APPLY BATCH',
    { kind: 'write', operation: 'BEGIN', isBatch: true, table: 'a' },
  ],
  [
    'BEGIN UNLOGGED BATCH INSERT INTO a (k) VALUES (1) IF NOT EXISTS; APPLY BATCH',
    { kind: 'write', isBatch: true, isConditional: true, table: 'a' },
  ],
  [
    'BEGIN COUNTER BATCH UPDATE a SET c = c + ? APPLY BATCH',
    { kind: 'write', isBatch: true, isCounter: true, table: 'a' },
  ],
  // Schema and roles
  ['CREATE TABLE IF NOT EXISTS t (k int PRIMARY KEY)', { kind: 'schema', operation: 'CREATE' }],
  ['CREATE OR REPLACE FUNCTION f () ...', { kind: 'schema' }],
  ['create materialized view v as select a from t', { kind: 'schema' }],
  ['ALTER KEYSPACE ks WITH durable_writes = false', { kind: 'schema', operation: 'ALTER' }],
  ['DROP INDEX i', { kind: 'schema', operation: 'DROP' }],
  ['CREATE ROLE IF NOT EXISTS r', { kind: 'other', operation: 'CREATE' }],
  ['ALTER USER u', { kind: 'other' }],
  ['GRANT SELECT ON t TO r', { kind: 'other', operation: 'GRANT' }],
  ['USE shop', { kind: 'use', operation: 'USE' }],
  // Nothing known
  ['', { kind: 'other', operation: 'UNKNOWN' }],
  ['  -- nothing but a comment', { kind: 'other', operation: 'UNKNOWN' }],
  ['"select" * from t', { kind: 'other', operation: 'UNKNOWN' }],
  ['constructor', { kind: 'other' }],
  ['__proto__ x', { kind: 'other' }],
  ['(SELECT 1)', { kind: 'other', operation: 'UNKNOWN' }],
];

describe('the classification of statements', () => {
  for (const [cql, expected] of table) {
    test(`should tell what ${JSON.stringify(cql)} is`, () => {
      const info = classifyStatement(cql);
      const { keyspace, table: name, isConditional, isCounter, isBatch } = info;
      assert.equal(info.kind, expected.kind);
      if (expected.operation !== undefined) assert.equal(info.operation, expected.operation);
      const isSchema = expected.kind === 'schema' || expected.kind === 'other';
      assert.deepEqual(
        { isConditional, isCounter, isBatch, ...(isSchema ? {} : { keyspace, table: name }) },
        {
          isConditional: expected.isConditional ?? false,
          isCounter: expected.isCounter ?? false,
          isBatch: expected.isBatch ?? false,
          ...(isSchema ? {} : { keyspace: expected.keyspace, table: expected.table }),
        },
      );
    });
  }

  test('should read very long texts of any kind without running out of stack', () => {
    for (const piece of [' \n', '-- c\n', '/* c */ ', "''", '$$', '((', '1e5 ']) {
      const info = classifyStatement(`INSERT ${piece.repeat(400_000)}`);
      assert.equal(info.kind, 'write');
      assert.equal(info.isConditional, plain.isConditional);
    }
  });
});
