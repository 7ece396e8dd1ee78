import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { readSnappyPreamble, snappyDecompress, snappyDecompressedLength } from '../../../src/protocol/snappy.ts';
import { loadBlocks } from '../../support/block-vectors.ts';

const GUARD = 0xee;

/** Decompresses elements to the middle of a buffer and checks that nothing around it was touched. */
function decompress(elements: Buffer, length: number): Buffer {
  const source = Buffer.concat([Buffer.alloc(3, GUARD), elements, Buffer.alloc(70_000, 0xff)]);
  const target = Buffer.alloc(length + 200, GUARD);
  try {
    snappyDecompress(source, 3, 3 + elements.length, target, 100, 100 + length);
  } finally {
    assert.ok(target.subarray(0, 100).every((byte) => byte === GUARD));
    assert.ok(target.subarray(100 + length).every((byte) => byte === GUARD));
  }
  return target.subarray(100, 100 + length);
}

describe('snappyDecompress', () => {
  const blocks = loadBlocks('snappy-blocks.json');

  it('should decompress blocks of an independent implementation', () => {
    assert.ok(blocks.length > 18);
    for (const { name, plain, block } of blocks) {
      const { length, next } = readSnappyPreamble(block, 0, block.length);
      assert.equal(length, plain.length, name);
      assert.ok(decompress(block.subarray(next), length).equals(plain), name);
      assert.equal(snappyDecompressedLength(block, next, block.length), plain.length, name);
    }
  });

  it('should refuse every block that is cut short, or of another length than declared', () => {
    for (const { name, plain, block } of blocks) {
      const elements = block.subarray(readSnappyPreamble(block, 0, block.length).next);
      const step = Math.max(1, Math.floor(elements.length / 100));
      for (let cut = 0; cut < elements.length; cut += step) {
        assert.throws(() => decompress(elements.subarray(0, cut), plain.length), ProtocolError, `${name} at ${cut}`);
      }
      assert.throws(() => decompress(elements, plain.length + 1), ProtocolError, name);
      if (plain.length > 0) assert.throws(() => decompress(elements, plain.length - 1), ProtocolError, name);
    }
  });

  it('should read literals with lengths of one to four bytes', () => {
    const text = Buffer.alloc(70, 'q');
    for (const head of [
      [60 << 2, 69],
      [61 << 2, 69, 0],
      [62 << 2, 69, 0, 0],
      [63 << 2, 69, 0, 0, 0],
    ]) {
      const elements = Buffer.concat([Buffer.from(head), text]);
      assert.ok(decompress(elements, 70).equals(text));
      assert.equal(snappyDecompressedLength(elements, 0, elements.length), 70);
    }
  });

  it('should read all three kinds of copies', () => {
    const head = [3 << 2, 0x61, 0x62, 0x63, 0x64];
    for (const copy of [
      [1 | (1 << 2), 4],
      [2 | (4 << 2), 4, 0],
      [3 | (4 << 2), 4, 0, 0, 0],
    ]) {
      const elements = Buffer.from([...head, ...copy]);
      assert.equal(decompress(elements, 9).toString(), 'abcdabcda');
      assert.equal(snappyDecompressedLength(elements, 0, elements.length), 9);
    }
  });

  it('should refuse copies that reach before the output, and of offset 0', () => {
    const head = [3 << 2, 0x61, 0x62, 0x63, 0x64];
    for (const copy of [
      [1 | (1 << 2), 5],
      [1 | (1 << 2), 0],
      [2 | (4 << 2), 5, 0],
      [2 | (4 << 2), 0, 0],
      [3 | (4 << 2), 5, 0, 0, 0],
      [3 | (4 << 2), 4, 0, 0, 0x80],
    ]) {
      assert.throws(() => decompress(Buffer.from([...head, ...copy]), 9), ProtocolError);
    }
  });

  it('should refuse lengths beyond the block', () => {
    for (const elements of [
      [63 << 2, 0xff, 0xff, 0xff, 0xff, 1, 2],
      [63 << 2, 0xff],
      [3 | (4 << 2), 1, 0],
    ]) {
      assert.throws(() => decompress(Buffer.from(elements), 9), ProtocolError);
      assert.throws(() => snappyDecompressedLength(Buffer.from(elements), 0, elements.length), ProtocolError);
    }
  });
});

describe('readSnappyPreamble', () => {
  it('should read up to 32 bits', () => {
    assert.deepEqual(readSnappyPreamble(Buffer.from([0xfe, 0xff, 0x7f, 9]), 0, 4), { length: 2_097_150, next: 3 });
    assert.deepEqual(readSnappyPreamble(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), 0, 5), {
      length: 4_294_967_295,
      next: 5,
    });
  });

  it('should refuse more bits, and a number that does not end', () => {
    for (const bytes of [[], [0x80], [0xff, 0xff, 0xff, 0xff, 0x1f], [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]]) {
      assert.throws(() => readSnappyPreamble(Buffer.from(bytes), 0, bytes.length), ProtocolError);
    }
  });
});
