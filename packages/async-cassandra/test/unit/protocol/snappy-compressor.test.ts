import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SnappyCompressor } from '../../../src/protocol/snappy-compressor.ts';
import { loadBlocks } from '../../support/block-vectors.ts';
import { viewOf } from '../../support/envelope-collector.ts';
import { snappyDecompress } from '../../support/wire/index.ts';

function compress(compressor: SnappyCompressor, plain: Buffer): Buffer {
  const source = Buffer.concat([Buffer.from('xyz'), plain, Buffer.from('xyz')]);
  const target = Buffer.alloc(compressor.maxCompressedLength(plain.length) + 7, 0xee);
  const end = compressor.compress(source, viewOf(source), 3, 3 + plain.length, target, 7);
  assert.ok(end <= target.length);
  return target.subarray(7, end);
}

describe('SnappyCompressor', () => {
  const samples = loadBlocks('snappy-blocks.json');

  it('should write blocks that an independent decompressor reads', () => {
    const compressor = new SnappyCompressor();
    for (const { name, plain } of samples) {
      assert.ok(snappyDecompress(compress(compressor, plain)).equals(plain), name);
    }
  });

  it('should compress about as well as another implementation', () => {
    const compressor = new SnappyCompressor();
    for (const { name, plain, block } of samples) {
      const ours = compress(compressor, plain);
      assert.ok(ours.length <= block.length * 1.15 + 16, `${name}: ${ours.length} against ${block.length} bytes`);
    }
  });

  it('should compress every length of the same letter, and of a pattern', () => {
    const compressor = new SnappyCompressor();
    for (let length = 0; length < 600; length++) {
      for (const fill of ['a', 'abcdefghijk']) {
        const plain = Buffer.alloc(length, fill);
        assert.ok(snappyDecompress(compress(compressor, plain)).equals(plain), `length ${length}`);
      }
    }
  });

  it('should find its way back over every distance around the limits of a copy', () => {
    const compressor = new SnappyCompressor();
    // A word that occurs twice and nothing in between that repeats it, in copies short enough for the two-byte form.
    for (const distance of [5, 255, 256, 257, 2046, 2047, 2048, 2049, 65_534, 65_535, 65_536]) {
      for (const length of [4, 11, 12, 64, 65, 68]) {
        const plain = Buffer.alloc(distance + length + 3, 0xfe);
        for (let i = 0; i < length; i++) plain[i] = plain[i + distance] = 1 + i;
        assert.ok(
          snappyDecompress(compress(compressor, plain)).equals(plain),
          `distance ${distance}, length ${length}`,
        );
      }
    }
  });

  it('should write literals with longer lengths', () => {
    const compressor = new SnappyCompressor();
    for (const length of [59, 60, 61, 256, 257, 65_536, 65_537, 17_000_000]) {
      let state = length;
      const plain = Buffer.allocUnsafe(length);
      for (let i = 0; i < length; i++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
        plain[i] = state >>> 24;
      }
      assert.ok(snappyDecompress(compress(compressor, plain)).equals(plain), `length ${length}`);
    }
  });
});
