import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CodecRegistry,
  compileHints,
  compileParameterEncoder,
  compileRoutingKeyEncoder,
  types,
  unset,
} from '../../../../src/codecs/index.ts';
import { InvalidValueError } from '../../../../src/errors/index.ts';
import { ByteWriter, type CqlType } from '../../../../src/protocol/index.ts';
import { cells, columnsOf, encodeValues } from '../codec-harness.ts';

const registry = new CodecRegistry();

function written(write: (w: ByteWriter) => void): string {
  const w = new ByteWriter(8);
  w.writeByte(0xaa);
  write(w);
  assert.equal(w.buf[0], 0xaa);
  return w.buf.subarray(1, w.pos).toString('hex');
}

describe('parameter encoder', () => {
  it('should write the same before and after it has generated a function, growing the buffer as it goes', () => {
    const columns = columnsOf([
      ['id', 'uuid'],
      ['name', 'text'],
      ['tags', 'list<text>'],
    ]);
    const encoder = compileParameterEncoder(columns, registry);
    assert.equal(encoder.count, 3);
    assert.equal(encoder.columns, columns);
    const values = ['5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60', 'é'.repeat(100), ['x'.repeat(3000)]];
    const expected = encodeValues(columns, registry, 'interpreted', values).toString('hex');
    for (let i = 0; i < 1200; i++)
      assert.equal(
        written((w) => encoder.write(w, values)),
        expected,
      );
  });

  it('should write more values than a function is generated for', () => {
    const columns = columnsOf(Array.from({ length: 300 }, (_, i) => [`c${i}`, 'int'] as const));
    const values = columns.map((_, i) => i);
    const expected = cells(...values.map((value) => Buffer.from([0, 0, value >> 8, value & 255])));
    assert.deepEqual(encodeValues(columns, registry, 'generated', values), expected);
  });
});

describe('hints', () => {
  it('should tell the types of values that are not prepared', () => {
    const encoder = compileHints(['int', 'map<text,int>', types.vector(types.float, 1)], registry);
    assert.equal(
      written((w) => encoder.write(w, [1, { a: 2 }, [0]])),
      cells('00000001', '0000000100000001610000000400000002', '00000000').toString('hex'),
    );
    assert.throws(
      () => encoder.write(new ByteWriter(8), ['x', {}, [0]]),
      /Column "parameter 1" of type int cannot hold a string/,
    );
    const named = compileHints(['int'], registry, { names: ['age'] });
    assert.throws(() => named.write(new ByteWriter(8), ['x']), /Column "age" of type int/);
  });

  it('should find user-defined types where it is told how', () => {
    const point: CqlType = {
      kind: 'udt',
      keyspace: 'geo',
      name: 'point',
      frozen: true,
      fields: [{ name: 'x', type: { kind: 'int' } }],
    };
    const encoder = compileHints(['list<point>'], registry, { udts: (name) => (name === 'point' ? point : undefined) });
    assert.equal(
      written((w) => encoder.write(w, [[{ x: 1 }]])),
      cells(`00000001${cells(cells('00000001')).toString('hex')}`).toString('hex'),
    );
    assert.throws(() => compileHints(['point'], registry), InvalidValueError);
    assert.throws(() => compileHints(['list<'], registry), InvalidValueError);
  });

  it('should be written with the names of the types', () => {
    assert.equal(
      types.map(types.text, types.frozen(types.list(types.tuple(types.int, types.set(types.uuid))))),
      'map<text, frozen<list<tuple<int, set<uuid>>>>>',
    );
  });
});

describe('routing key encoder', () => {
  it('should write one component as it is and several with lengths and zeros', () => {
    const columns = columnsOf([
      ['a', 'int'],
      ['b', 'text'],
      ['c', 'blob'],
    ]);
    const values = [1, 'yeah', Buffer.from([1, 1, 1, 1])];
    assert.equal(
      written((w) => compileRoutingKeyEncoder(columns, [1], registry).write(w, values)),
      '79656168',
    );
    assert.equal(
      written((w) => compileRoutingKeyEncoder(columns, [0, 2], registry).write(w, values)),
      '0004000000010000040101010100',
    );
    assert.equal(
      written((w) => compileRoutingKeyEncoder(columns, [2, 0], registry).write(w, values)),
      '0004010101010000040000000100',
    );
  });

  it('should have no key when a component is absent, and refuse one that is too long', () => {
    const columns = columnsOf([
      ['a', 'int'],
      ['b', 'text'],
    ]);
    for (const absent of [null, undefined, unset]) {
      for (const indexes of [[1], [0, 1]]) {
        assert.equal(
          written((w) =>
            assert.equal(compileRoutingKeyEncoder(columns, indexes, registry).write(w, [1, absent]), false),
          ),
          '',
        );
      }
    }
    const long = 'x'.repeat(65_536);
    assert.throws(
      () => compileRoutingKeyEncoder(columns, [0, 1], registry).write(new ByteWriter(8), [1, long]),
      /65536 bytes as part of a partition key/,
    );
    assert.throws(
      () => compileRoutingKeyEncoder(columns, [0], registry).write(new ByteWriter(8), ['x', 'y']),
      /Column "a" of type int/,
    );
  });
});
