import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { LazyMap } from '../../../src/metadata/lazy-map.ts';

function setUp(): { made: string[]; map: LazyMap<string, { name: string }> } {
  const made: string[] = [];
  const sources = new Map([
    ['a', 'A'],
    ['b', 'B'],
    ['c', 'C'],
  ]);
  const make = (name: string): { name: string } => {
    made.push(name);
    return { name };
  };
  return { made, map: new LazyMap(sources, make) };
}

describe('LazyMap', () => {
  it('should make nothing until it is asked for a value, and each value once', () => {
    const { made, map } = setUp();
    assert.equal(map.size, 3);
    assert.deepEqual([...map.keys()], ['a', 'b', 'c']);
    assert.ok(map.has('b') && !map.has('x'));
    assert.deepEqual(made, []);
    const b = map.get('b');
    assert.deepEqual(b, { name: 'B' });
    assert.equal(map.get('b'), b);
    assert.equal(map.get('x'), undefined);
    assert.deepEqual(made, ['B']);
  });

  it('should behave as the map of all values', () => {
    const { made, map } = setUp();
    const all = new Map([
      ['a', { name: 'A' }],
      ['b', { name: 'B' }],
      ['c', { name: 'C' }],
    ]);
    assert.deepEqual(new Map(map), all);
    assert.deepEqual([...map.entries()], [...all]);
    assert.deepEqual([...map.values()], [...all.values()]);
    const seen: unknown[] = [];
    const self = {};
    map.forEach(function (this: unknown, value, key, whole) {
      seen.push([this === self, value.name, key, whole === map]);
    }, self);
    assert.deepEqual(seen, [
      [true, 'A', 'a', true],
      [true, 'B', 'b', true],
      [true, 'C', 'c', true],
    ]);
    assert.equal(inspect(map), inspect(all));
    assert.deepEqual(made, ['A', 'B', 'C']);
  });
});
