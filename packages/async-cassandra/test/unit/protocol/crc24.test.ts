import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc24 } from '../../../src/protocol/crc24.ts';
import { loadVectors } from '../../support/load-vectors.ts';
import { crc24 as bitwiseCrc24 } from '../../support/wire/index.ts';

interface CrcVectors {
  readonly crc24: readonly { readonly bytes: string; readonly crc: number }[];
}

describe('crc24', () => {
  it('should agree with the values published by other drivers', () => {
    const { crc24: vectors } = loadVectors<CrcVectors>('crc.json');
    assert.ok(vectors.length >= 17);
    for (const { bytes, crc } of vectors) {
      const data = Buffer.from(bytes, 'hex');
      assert.equal(crc24(data, 0, data.length), crc, bytes);
    }
  });

  it('should cover only the range it is given', () => {
    const data = Buffer.from('ff0102030405ff', 'hex');
    assert.equal(crc24(data, 1, 6), bitwiseCrc24(data.subarray(1, 6)));
    assert.notEqual(crc24(data, 0, 6), crc24(data, 1, 6));
  });

  it('should agree with a bit-by-bit computation for every single byte', () => {
    for (let byte = 0; byte < 256; byte++) {
      const data = Buffer.of(byte, 255 - byte, byte ^ 0x5a);
      assert.equal(crc24(data, 0, 3), bitwiseCrc24(data));
    }
  });
});
