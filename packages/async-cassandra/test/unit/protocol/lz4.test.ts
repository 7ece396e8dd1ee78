import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { lz4Decompress, lz4DecompressedLength } from '../../../src/protocol/lz4.ts';
import { loadBlocks } from '../../support/block-vectors.ts';

const GUARD = 0xee;

/** Decompresses to the middle of a buffer and checks that nothing around it was touched. */
function decompress(block: Buffer, length: number): Buffer {
  const source = Buffer.concat([Buffer.alloc(3, GUARD), block, Buffer.alloc(70_000, 0xff)]);
  const target = Buffer.alloc(length + 200, GUARD);
  try {
    lz4Decompress(source, 3, 3 + block.length, target, 100, 100 + length);
  } finally {
    assert.ok(target.subarray(0, 100).every((byte) => byte === GUARD));
    assert.ok(target.subarray(100 + length).every((byte) => byte === GUARD));
  }
  return target.subarray(100, 100 + length);
}

describe('lz4Decompress', () => {
  const blocks = loadBlocks('lz4-blocks.json');

  it('should decompress blocks of the reference implementation', () => {
    assert.ok(blocks.length > 20);
    for (const { name, plain, block } of blocks) {
      assert.ok(decompress(block, plain.length).equals(plain), name);
      assert.equal(lz4DecompressedLength(block, 0, block.length), plain.length, name);
    }
  });

  it('should refuse every block that is cut short', () => {
    for (const { name, plain, block } of blocks) {
      const step = Math.max(1, Math.floor(block.length / 100));
      for (let cut = 0; cut < block.length; cut += step) {
        assert.throws(() => decompress(block.subarray(0, cut), plain.length), ProtocolError, `${name} at ${cut}`);
      }
    }
  });

  it('should refuse a block of another length than declared', () => {
    for (const { name, plain, block } of blocks) {
      assert.throws(() => decompress(block, plain.length + 1), ProtocolError, name);
      if (plain.length > 0) assert.throws(() => decompress(block, plain.length - 1), ProtocolError, name);
    }
  });

  it('should refuse matches that reach before the output, and of offset 0', () => {
    // One literal, then a match: the offset may be 1 and nothing else.
    const block = (offset: number) => Buffer.from([0x10, 0x61, offset, 0, 0x10, 0x62]);
    assert.equal(decompress(block(1), 6).toString(), 'aaaaab');
    assert.throws(() => decompress(block(0), 6), ProtocolError);
    assert.throws(() => decompress(block(2), 6), ProtocolError);
  });

  it('should refuse lengths that run on beyond the block or the output', () => {
    assert.throws(() => decompress(Buffer.from([0xf0, 255, 255, 255]), 10), ProtocolError);
    assert.throws(() => decompress(Buffer.from([0xf0, 255, 255, 255, 0]), 10), ProtocolError);
    assert.throws(() => decompress(Buffer.from([0x1f, 0x61, 1, 0, 255, 255, 255]), 10), ProtocolError);
    assert.throws(() => decompress(Buffer.from([0x1f, 0x61, 1, 0, 200, 0x10, 0x61]), 10), ProtocolError);
    assert.throws(() => lz4DecompressedLength(Buffer.from([0xf0, 255, 255]), 0, 3), ProtocolError);
    assert.throws(() => lz4DecompressedLength(Buffer.from([0x1f, 0x61, 1, 0, 255, 255]), 0, 6), ProtocolError);
    assert.throws(() => lz4DecompressedLength(Buffer.from([0x50, 0x61]), 0, 2), ProtocolError);
    assert.throws(() => lz4DecompressedLength(Buffer.alloc(0), 0, 0), ProtocolError);
  });

  it('should repeat patterns of every short offset and length', () => {
    for (let offset = 1; offset <= 20; offset++) {
      for (const length of [4, 18, 47, 48, 49, 50, 97, 200, 273, 274, 600]) {
        const pattern = Buffer.from(Array.from({ length: offset }, (_, i) => 65 + i));
        const head = offset < 15 ? [(offset << 4) | 15] : [0xff, offset - 15];
        const extra = length - 4;
        const block =
          extra < 15
            ? Buffer.from([
                ...(offset < 15 ? [(offset << 4) | extra] : [0xf0 | extra, offset - 15]),
                ...pattern,
                offset,
                0,
                0x10,
                0x7a,
              ])
            : Buffer.from([
                ...head,
                ...pattern,
                offset,
                0,
                ...new Array<number>(Math.floor((extra - 15) / 255)).fill(255),
                (extra - 15) % 255,
                0x10,
                0x7a,
              ]);
        const expected = Buffer.concat([
          Buffer.from(Array.from({ length: offset + length }, (_, i) => pattern[i % offset] as number)),
          Buffer.from('z'),
        ]);
        assert.ok(decompress(block, expected.length).equals(expected), `offset ${offset}, length ${length}`);
      }
    }
  });
});
