import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Row } from '../../../src/codecs/index.ts';
import { RowPool } from '../../../src/metadata/row-pool.ts';

const compaction = (): Map<string, string> =>
  new Map([
    ['class', 'Leveled'],
    ['size', '160'],
  ]);

function row(name: string, fields: Row = {}): Row {
  return { name, options: compaction(), flags: new Set(['compound']), extensions: new Map(), ...fields };
}

describe('RowPool', () => {
  it('should let rows of one reading share equal collections, whatever page they are of', () => {
    const pool = new RowPool();
    const first = [row('a')];
    const second = [row('b'), row('c')];
    pool.share(first);
    pool.share(second);
    pool.share([]);
    for (const { options, flags, extensions } of second) {
      assert.equal(options, first[0]?.['options']);
      assert.equal(flags, first[0]?.['flags']);
      assert.equal(extensions, first[0]?.['extensions']);
    }
  });

  it('should never take one value for another', () => {
    const rows = [
      row('a'),
      row('b', { options: new Map([['class', 'Leveled']]) }),
      row('c', { options: new Map([['size', '160']]), flags: new Set(['compound', 'dense']) }),
      row('d', { options: new Map([['x', Uint8Array.of(1)]]), flags: new Set([1]) }),
      row('e', { options: new Map([['x', Uint8Array.of(2)]]), flags: new Set([2]) }),
      row('f', { options: null, flags: 7, extensions: new Set() }),
      row('g', { options: new Map([['ab', 'c']]), extensions: new Set(['ab', 'c']) }),
      row('h', { options: new Map([['a', 'bc']]), extensions: new Map([['a', 'b']]) }),
      row('i', { options: 'class', flags: Uint8Array.of(99), extensions: new Set(['a', 'b']) }),
    ];
    const before = structuredClone(rows);
    const pool = new RowPool();
    pool.share(rows);
    pool.share(rows);
    assert.deepEqual(
      rows,
      before.map((copy) => ({ ...copy })),
    );
  });
});
