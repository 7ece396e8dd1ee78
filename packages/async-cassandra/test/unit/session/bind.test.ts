import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigurationError, InvalidValueError } from '../../../src/errors/index.ts';
import { nativeTypes } from '../../../src/protocol/index.ts';
import { bindValues } from '../../../src/session/bind.ts';
import { BatchStatement, cql } from '../../../src/session/index.ts';

function markers(
  ...names: string[]
): { keyspace: string; table: string; name: string; type: typeof nativeTypes.int }[] {
  return names.map((name) => ({ keyspace: 'ks', table: 't', name, type: nativeTypes.int }));
}

describe('binding values', () => {
  test('should take them by position, in an array of their own', () => {
    const given = [1, 2];
    const bound = bindValues(markers('a', 'b'), given);
    given[0] = 9;
    assert.deepEqual(bound, [1, 2]);
  });

  test('should refuse too few and too many', () => {
    for (const given of [[], [1], [1, 2, 3]]) {
      assert.throws(
        () => bindValues(markers('a', 'b'), given),
        (error) =>
          error instanceof InvalidValueError && error.outcome === 'notSent' && error.message.includes('2 markers'),
      );
    }
  });

  test('should take them by the exact name of their marker, else in lower case', () => {
    assert.deepEqual(bindValues(markers('id', 'Name'), { Name: 2, id: 1 }), [1, 2]);
    assert.deepEqual(bindValues(markers('userid'), { userId: 1 }), [1]);
    // Exact comes first: both markers exist.
    assert.deepEqual(bindValues(markers('userId', 'userid'), { userId: 1, userid: 2 }), [1, 2]);
  });

  test('should give one value to every marker of its name', () => {
    assert.deepEqual(bindValues(markers('a', 'b', 'a'), { a: 1, b: 2 }), [1, 2, 1]);
  });

  test('should refuse what is missing, extra or given twice, and name it', () => {
    const refused = (params: Record<string, unknown>, name: string): void => {
      assert.throws(
        () => bindValues(markers('a', 'b'), params),
        (error) => error instanceof InvalidValueError && error.message.includes(JSON.stringify(name)),
      );
    };
    refused({ a: 1 }, 'b');
    refused({ a: 1, b: 2, c: 3 }, 'c');
    refused({ a: 1, A: 2, b: 3 }, 'a');
    refused({ a: 1, toString: 2, b: 3 }, 'toString');
  });

  test('should not take inherited properties for values', () => {
    const inherited = Object.create({ a: 1 }) as Record<string, unknown>;
    assert.throws(() => bindValues(markers('a'), inherited), InvalidValueError);
    assert.throws(() => bindValues(markers('constructor'), {}), InvalidValueError);
    assert.deepEqual(bindValues(markers('__proto__'), JSON.parse('{"__proto__": 5}') as Record<string, unknown>), [5]);
  });

  test('should refuse parameters that are neither array nor object', () => {
    for (const params of [null, 5, 'text', true])
      assert.throws(() => bindValues(markers('a'), params as never), InvalidValueError);
  });

  test('should never say a value in a message', () => {
    assert.throws(
      () => bindValues(markers('a'), { b: 's3cret' }),
      (error) => error instanceof Error && !error.message.includes('s3cret'),
    );
  });
});

describe('the cql template tag', () => {
  test('should make a marker of every value', () => {
    const name = "Robert'); DROP TABLE students;--";
    const query = cql`INSERT INTO t (a, b) VALUES (${1}, ${name})`;
    assert.equal(query.cql, 'INSERT INTO t (a, b) VALUES (?, ?)');
    assert.deepEqual(query.values, [1, name]);
  });

  test('should take templates without values, and read escapes as JavaScript does', () => {
    assert.deepEqual(cql`SELECT 'a\nb' FROM t`.cql, "SELECT 'a\nb' FROM t");
    assert.deepEqual(cql`SELECT * FROM t`.values, []);
  });

  test('should refuse to be called as a function', () => {
    assert.throws(() => cql('SELECT 1' as never), ConfigurationError);
    assert.throws(() => cql(['SELECT 1'] as never), ConfigurationError);
    assert.throws(() => cql(undefined as never), ConfigurationError);
  });
});

describe('a batch statement', () => {
  test('should refuse another type', () => {
    assert.throws(() => new BatchStatement('LOGGED' as never), ConfigurationError);
  });

  test('should count its statements and allow chaining', () => {
    const batch = new BatchStatement('unlogged').add('INSERT ...').add('INSERT ... VALUES (?)', [1]).add(cql`X ${1}`);
    assert.equal(batch.size, 3);
    assert.equal(batch.type, 'unlogged');
    assert.equal(new BatchStatement().type, 'logged');
  });

  test('should refuse what is no statement, and options of the wrong kind', () => {
    const batch = new BatchStatement();
    assert.throws(() => batch.add(5 as never), ConfigurationError);
    assert.throws(() => batch.add('X', [], { idempotent: 'yes' as never }), ConfigurationError);
    assert.throws(() => batch.add('X', [], { idempotnt: true } as never), ConfigurationError);
    assert.throws(() => batch.add(cql`X ${1}`, [1]), ConfigurationError);
    assert.equal(batch.size, 0);
  });

  test('should be bounded by what the protocol can count', () => {
    const batch = new BatchStatement();
    for (let i = 0; i < 65_535; i++) batch.add('X');
    assert.throws(() => batch.add('X'), ConfigurationError);
  });
});
