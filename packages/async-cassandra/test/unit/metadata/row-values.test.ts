import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  flagOf,
  isSameRow,
  isSameValue,
  numberOf,
  optionalTextOf,
  textMapOf,
  textOf,
  textsOf,
} from '../../../src/metadata/row-values.ts';

const odd = [null, undefined, 5, {}, Buffer.from('x'), new Set(['a'])];

describe('values of rows', () => {
  it('should be what they are', () => {
    const row = { t: 'x', n: 5, f: true, l: ['a', 'b'], m: new Map([['k', 'v']]) };
    assert.equal(textOf(row, 't'), 'x');
    assert.equal(optionalTextOf(row, 't'), 'x');
    assert.equal(numberOf(row, 'n'), 5);
    assert.equal(flagOf(row, 'f'), true);
    assert.deepEqual(textsOf(row, 'l'), ['a', 'b']);
    assert.deepEqual(textMapOf(row, 'm'), new Map([['k', 'v']]));
  });

  it('should stand for nothing when they are not what they should be', () => {
    for (const value of odd) {
      const row = { x: value };
      assert.equal(textOf(row, 'x'), '');
      assert.equal(optionalTextOf(row, 'x'), undefined);
      assert.deepEqual(textsOf(row, 'x'), []);
      assert.equal(textMapOf(row, 'x').size, 0);
      if (value !== 5) assert.equal(numberOf(row, 'x'), -1);
      assert.equal(flagOf(row, 'x'), false);
    }
    assert.deepEqual(textsOf({ x: ['a', 5, null] }, 'x'), ['a']);
    assert.deepEqual(
      textMapOf(
        {
          x: new Map<unknown, unknown>([
            ['a', 'b'],
            [1, 'c'],
            ['d', 2],
          ]),
        },
        'x',
      ),
      new Map([['a', 'b']]),
    );
  });
});

describe('isSameValue', () => {
  const values = (): unknown[] => [
    null,
    undefined,
    'a',
    'b',
    1,
    true,
    10n,
    Buffer.from('ab'),
    Buffer.from('ac'),
    ['a'],
    ['a', 'b'],
    [],
    new Map([['a', 'b']]),
    new Map([['a', 'c']]),
    new Map([['b', 'b']]),
    new Map<string, unknown>([['a', Buffer.from('x')]]),
    new Map(),
    new Set(['a']),
    new Set(['b']),
    new Set(['a', 'b']),
  ];

  it('should compare by contents', () => {
    for (const [i, a] of values().entries()) {
      for (const [j, b] of values().entries()) assert.equal(isSameValue(a, b), i === j, `${i} and ${j}`);
    }
  });

  it('should hold maps and sets equal in any order', () => {
    assert.ok(isSameValue(new Set(['a', 'b']), new Set(['b', 'a'])));
    assert.ok(
      isSameValue(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ),
    );
    assert.ok(isSameValue(Number.NaN, Number.NaN));
  });
});

describe('isSameRow', () => {
  it('should compare columns and values', () => {
    assert.ok(isSameRow({ a: 1, b: ['x'] }, { b: ['x'], a: 1 }));
    assert.ok(!isSameRow({ a: 1 }, { a: 2 }));
    assert.ok(!isSameRow({ a: 1 }, { a: 1, b: 1 }));
    assert.ok(!isSameRow({ a: undefined }, { b: undefined }));
  });
});
