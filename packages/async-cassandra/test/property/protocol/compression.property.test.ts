import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { ProtocolError } from '../../../src/errors/index.ts';
import { createCompressor } from '../../../src/protocol/compression.ts';
import { lz4Decompress, lz4DecompressedLength } from '../../../src/protocol/lz4.ts';
import { readSnappyPreamble, snappyDecompress, snappyDecompressedLength } from '../../../src/protocol/snappy.ts';
import { compressibleBytes, mutate, mutations } from '../../support/byte-arbitraries.ts';
import { viewOf } from '../../support/envelope-collector.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import * as wire from '../../support/wire/index.ts';

const GUARD = 0xee;
const GUARD_BYTES = 100;

interface Codec {
  readonly name: 'lz4' | 'snappy';
  /** The test's own codec. */
  compress(plain: Buffer): Buffer;
  decompress(block: Buffer, length: number): Buffer;
  /** Ours. */
  decompressInto(block: Buffer, target: Buffer, at: number, limit: number): void;
  measure(block: Buffer): number;
}

const codecs: readonly Codec[] = [
  {
    name: 'lz4',
    compress: wire.lz4Compress,
    decompress: wire.lz4Decompress,
    decompressInto: (block, target, at, limit) => lz4Decompress(block, 0, block.length, target, at, limit),
    measure: (block) => lz4DecompressedLength(block, 0, block.length),
  },
  {
    name: 'snappy',
    compress: wire.snappyCompress,
    decompress: wire.snappyDecompress,
    decompressInto: (block, target, at, limit) => {
      const { next } = readSnappyPreamble(block, 0, block.length);
      snappyDecompress(block, next, block.length, target, at, limit);
    },
    measure: (block) => snappyDecompressedLength(block, readSnappyPreamble(block, 0, block.length).next, block.length),
  },
];

/** Ours, into the middle of a buffer whose other bytes must stay as they are. */
function decompressGuarded(codec: Codec, block: Buffer, length: number): Buffer {
  const target = Buffer.alloc(length + 2 * GUARD_BYTES, GUARD);
  try {
    codec.decompressInto(block, target, GUARD_BYTES, GUARD_BYTES + length);
  } finally {
    for (let i = 0; i < GUARD_BYTES; i++) {
      assert.equal(target[i], GUARD, 'bytes before the output');
      assert.equal(target[GUARD_BYTES + length + i], GUARD, 'bytes after the output');
    }
  }
  return target.subarray(GUARD_BYTES, GUARD_BYTES + length);
}

for (const codec of codecs) {
  const compressor = createCompressor(codec.name);

  function compress(plain: Buffer): Buffer {
    const bound = compressor.maxCompressedLength(plain.length);
    const target = Buffer.alloc(bound + GUARD_BYTES, GUARD);
    const end = compressor.compress(plain, viewOf(plain), 0, plain.length, target, 0);
    assert.ok(end <= bound);
    for (let i = end; i < target.length; i++) assert.equal(target[i], GUARD, 'bytes after the block');
    return target.subarray(0, end);
  }

  describe(`${codec.name} blocks`, () => {
    it('should come back as they were, through our decompressor and another', () => {
      fc.assert(
        fc.property(compressibleBytes(30), (plain) => {
          const block = compress(plain);
          assert.ok(decompressGuarded(codec, block, plain.length).equals(plain));
          assert.ok(codec.decompress(block, plain.length).equals(plain));
          assert.equal(codec.measure(block), plain.length);
        }),
        { numRuns: propertyRuns(3000) },
      );
    });

    it('should be read when another compressor wrote them', () => {
      fc.assert(
        fc.property(compressibleBytes(30), (plain) => {
          const block = codec.compress(plain);
          assert.ok(decompressGuarded(codec, block, plain.length).equals(plain));
          assert.equal(codec.measure(block), plain.length);
        }),
        { numRuns: propertyRuns(2000) },
      );
    });

    it('should be refused, or read as another decompressor reads them, when they are mutated', () => {
      fc.assert(
        fc.property(compressibleBytes(10), mutations, (plain, changes) => {
          const block = mutate(compress(plain), changes);
          let ours: Buffer | null = null;
          try {
            ours = decompressGuarded(codec, block, plain.length);
          } catch (error) {
            assert.ok(error instanceof ProtocolError, String(error));
          }
          if (ours !== null)
            assert.ok(codec.decompress(setLength(codec, block, plain.length), plain.length).equals(ours));
        }),
        { numRuns: propertyRuns(5000) },
      );
    });

    it('should be refused or read when they are noise', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(500), (noise, length) => {
          const block = Buffer.from(noise);
          let measured = -1;
          try {
            measured = codec.measure(block);
          } catch (error) {
            assert.ok(error instanceof ProtocolError, String(error));
          }
          try {
            decompressGuarded(codec, block, length);
            assert.equal(measured, length, 'what is read has the measured length');
          } catch (error) {
            assert.ok(error instanceof ProtocolError, String(error));
          }
        }),
        { numRuns: propertyRuns(5000) },
      );
    });
  });
}

/** Our Snappy decompressor is told the length apart from the preamble, which a mutation may have changed. */
function setLength(codec: Codec, block: Buffer, length: number): Buffer {
  if (codec.name === 'lz4') return block;
  const { next } = readSnappyPreamble(block, 0, block.length);
  const preamble: number[] = [];
  for (; length >= 128; length = Math.floor(length / 128)) preamble.push((length % 128) | 128);
  return Buffer.concat([Buffer.from([...preamble, length]), block.subarray(next)]);
}
