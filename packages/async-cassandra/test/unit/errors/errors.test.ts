import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assignOutcome,
  AsyncCassandraError,
  QueryError,
  ReplicaCountError,
  WriteTimeoutError,
} from '../../../src/errors/index.ts';
import * as packageDoor from '../../../src/index.ts';
import { classNamed, exportedClasses, samples } from './samples.ts';

const MESSAGE = 'It did not work; check the test';

describe('error classes', () => {
  it('should all be described here, and all be exported by the package', () => {
    const described = ['AsyncCassandraError', ...samples.map(({ name }) => name)].sort();
    assert.deepEqual(exportedClasses(), described);
    assert.deepEqual(exportedClasses(packageDoor), described);
  });

  it('should have a code and a server code each, unlike all others', () => {
    const codes = samples.map(({ code }) => code);
    assert.equal(new Set(codes).size, codes.length);
    const serverCodes = samples.flatMap(({ serverCode }) => serverCode ?? []);
    assert.equal(new Set(serverCodes).size, serverCodes.length);
    assert.equal(serverCodes.length, 20, 'the codes of section 8 of the specification of version 5');
  });

  for (const { name, code, outcome, serverCode, parent, fields, create } of samples) {
    describe(name, () => {
      it('should carry message, code, default outcome and its fields', () => {
        const error = create(MESSAGE);
        assert.equal(error.message, MESSAGE);
        if (code !== null) assert.equal(error.code, code);
        assert.match(error.code, /^CASS_ERR_[A-Z_]+$/);
        assert.equal(error.outcome, outcome);
        assert.equal(error.node, undefined);
        assert.equal('cause' in error, false);
        for (const [field, value] of Object.entries(fields))
          assert.deepEqual((error as unknown as Record<string, unknown>)[field], value, field);
        if (serverCode !== undefined) assert.equal((error as QueryError).serverCode, serverCode);
      });

      it('should take cause, outcome and node', () => {
        const cause = new Error('why');
        for (const other of ['notSent', 'rejected', 'unknown'] as const) {
          const error = create(MESSAGE, { cause, outcome: other, node: '10.0.0.1:9042' });
          assert.equal(error.cause, cause);
          assert.equal(error.outcome, other);
          assert.equal(error.node, '10.0.0.1:9042');
        }
        assert.equal(create(MESSAGE, { outcome: undefined, node: undefined }).outcome, outcome);
        const given = create(MESSAGE, { cause: undefined });
        assert.equal('cause' in given && given.cause === undefined, true, 'a reason may be undefined');
      });

      it('should be known by its own name and class, and by those it derives from', () => {
        const error = create(MESSAGE);
        assert.equal(error.name, name);
        assert.equal(error.constructor, classNamed(name));
        assert.equal(Object.getPrototypeOf(classNamed(name)), classNamed(parent));
        assert.match(String(error), new RegExp(`^${name}: It did not work`));
        assert.match(String(error.stack), new RegExp(`${name}: It did not work[^]*errors.test.ts`));
        assert.deepEqual(Object.keys(error).includes('name'), false, 'the name is no data');
        const matching = samples.filter((other) => error instanceof classNamed(other.name)).map((other) => other.name);
        const ancestors = name === 'QueryError' || parent === 'AsyncCassandraError' ? [] : ['QueryError'];
        if (parent === 'ReplicaCountError') ancestors.push(parent);
        assert.deepEqual(matching.sort(), [name, ...ancestors].sort());
        assert.ok(error instanceof AsyncCassandraError);
        assert.ok(error instanceof Error);
      });
    });
  }
});

describe('instanceof', () => {
  it('should be false for everything that is no such error', () => {
    for (const value of [null, undefined, 1, 'text', {}, [], new Error('other'), () => undefined, Symbol('s')]) {
      assert.equal(value instanceof AsyncCassandraError, false);
      assert.equal(value instanceof WriteTimeoutError, false);
    }
    const spoofed = { [Symbol.for('async-cassandra.error')]: 'AsyncCassandraError' };
    assert.equal(spoofed instanceof AsyncCassandraError, false, 'a brand is an array');
  });

  it("should tell a user's subclass from the class it extends", () => {
    class ShopError extends QueryError {}
    class OtherShopError extends QueryError {}
    const error = new ShopError('no shop', 0x4711);
    assert.ok(error instanceof ShopError);
    assert.ok(error instanceof QueryError);
    assert.ok(error instanceof AsyncCassandraError);
    assert.equal((error as unknown) instanceof OtherShopError, false);
    assert.equal((error as unknown) instanceof ReplicaCountError, false);
    assert.equal((new QueryError('other', 1) as unknown) instanceof ShopError, false);
    assert.equal(error.name, 'QueryError');
    assert.equal(error.code, 'CASS_ERR_QUERY');
  });

  it("should know a user's subclass by the name that it gives itself", () => {
    class ShopError extends AsyncCassandraError {
      static override readonly errorName: string = 'ShopError';
    }
    const error = new ShopError('no shop', 'SHOP_ERR_CLOSED');
    assert.deepEqual([error.name, error.code, error.outcome], ['ShopError', 'SHOP_ERR_CLOSED', 'notSent']);
    assert.ok(error instanceof AsyncCassandraError);
  });
});

describe('assignOutcome', () => {
  it('should correct the outcome of an error that exists', () => {
    const error = new WriteTimeoutError('late', {
      consistency: 'ONE',
      received: 0,
      required: 1,
      writeType: 'SIMPLE',
    });
    assert.equal(error.contentions, undefined);
    assignOutcome(error, 'rejected');
    assert.equal(error.outcome, 'rejected');
  });
});
