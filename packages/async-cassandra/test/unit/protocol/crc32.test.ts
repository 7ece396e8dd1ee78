import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32, crc32ByTable } from '../../../src/protocol/crc32.ts';
import { viewOf } from '../../support/envelope-collector.ts';
import { loadVectors } from '../../support/load-vectors.ts';
import { crc32 as zlibCrc32 } from '../../support/wire/index.ts';

interface CrcVectors {
  readonly crc32: readonly { readonly bytes: string; readonly crc: number }[];
}

describe('crc32', () => {
  it('should agree with the values published by other drivers', () => {
    const { crc32: vectors } = loadVectors<CrcVectors>('crc.json');
    assert.ok(vectors.length >= 5);
    for (const { bytes, crc } of vectors) {
      const data = Buffer.from(bytes, 'hex');
      assert.equal(crc32(data, viewOf(data), 0, data.length), crc, bytes);
    }
  });

  it('should agree with zlib for every short length at every alignment', () => {
    const data = Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 167 + (i >> 3)) & 0xff));
    const view = viewOf(data);
    for (let start = 0; start < 9; start++) {
      for (let length = 0; length <= 70; length++) {
        assert.equal(crc32(data, view, start, start + length), zlibCrc32(data.subarray(start, start + length)));
      }
    }
  });

  it('should give the same by table and natively', () => {
    const data = Buffer.from(Array.from({ length: 140_000 }, (_, i) => (i * 31 + (i >> 7)) & 0xff));
    const view = viewOf(data);
    for (const length of [318, 319, 320, 321, 4095, 65_536, 131_071]) {
      const expected = zlibCrc32(data.subarray(3, 3 + length));
      assert.equal(crc32(data, view, 3, 3 + length), expected);
      assert.equal(crc32ByTable(data, view, 3, 3 + length), expected);
    }
  });
});
