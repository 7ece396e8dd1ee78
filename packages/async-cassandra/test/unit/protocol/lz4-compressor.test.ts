import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Lz4Compressor } from '../../../src/protocol/lz4-compressor.ts';
import { loadBlocks } from '../../support/block-vectors.ts';
import { viewOf } from '../../support/envelope-collector.ts';
import { lz4Decompress } from '../../support/wire/index.ts';

function compress(compressor: Lz4Compressor, plain: Buffer): Buffer {
  const source = Buffer.concat([Buffer.from('xyz'), plain, Buffer.from('xyz')]);
  const target = Buffer.alloc(compressor.maxCompressedLength(plain.length) + 7, 0xee);
  const end = compressor.compress(source, viewOf(source), 3, 3 + plain.length, target, 7);
  assert.ok(end <= target.length);
  return target.subarray(7, end);
}

/** The end conditions that lz4_Block_format.md sets; fast decompressors of other projects rely on them. */
function checkEndConditions(block: Buffer, plain: Buffer): void {
  let at = 0;
  let out = 0;
  const more = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let length = nibble;
    for (;;) {
      const byte = block[at++] as number;
      length += byte;
      if (byte < 255) return length;
    }
  };
  for (;;) {
    const token = block[at++] as number;
    const literals = more(token >> 4);
    at += literals;
    out += literals;
    if (at === block.length) {
      assert.ok(literals >= 5 || plain.length < 13, 'the last five bytes are literals');
      return;
    }
    assert.ok(plain.length - out >= 12, 'no match starts in the last twelve bytes');
    at += 2;
    out += more(token & 15) + 4;
  }
}

describe('Lz4Compressor', () => {
  const samples = loadBlocks('lz4-blocks.json').filter(({ name }) => name.endsWith('(default)'));

  it('should write blocks that an independent decompressor reads', () => {
    const compressor = new Lz4Compressor();
    for (const { name, plain } of samples) {
      const block = compress(compressor, plain);
      assert.ok(lz4Decompress(block, plain.length).equals(plain), name);
      checkEndConditions(block, plain);
    }
  });

  it('should compress about as well as the reference implementation', () => {
    const compressor = new Lz4Compressor();
    for (const { name, plain, block } of samples) {
      const ours = compress(compressor, plain);
      assert.ok(ours.length <= block.length * 1.15 + 16, `${name}: ${ours.length} against ${block.length} bytes`);
    }
  });

  it('should not find matches in the block before', () => {
    const compressor = new Lz4Compressor();
    const plain = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz');
    const first = Buffer.from(compress(compressor, plain));
    assert.deepEqual(compress(compressor, plain), first);
  });

  it('should compress every length of the same letter', () => {
    const compressor = new Lz4Compressor();
    for (let length = 0; length < 600; length++) {
      const plain = Buffer.alloc(length, 'a');
      const block = compress(compressor, plain);
      assert.ok(lz4Decompress(block, length).equals(plain), `length ${length}`);
      checkEndConditions(block, plain);
    }
  });
});
