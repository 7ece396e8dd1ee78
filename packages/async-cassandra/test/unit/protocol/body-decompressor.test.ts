import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { BodyDecompressor } from '../../../src/protocol/body-decompressor.ts';
import { loadBlocks } from '../../support/block-vectors.ts';
import { AllocationWatch } from '../../support/allocation-watch.ts';
import { viewOf } from '../../support/envelope-collector.ts';

const MAX_BYTES = 16 * 2 ** 20;

function lz4Body(length: number, block: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length);
  return Buffer.concat([prefix, block]);
}

function snappyPreamble(length: number): number[] {
  const bytes: number[] = [];
  for (; length >= 128; length = Math.floor(length / 128)) bytes.push((length % 128) | 128);
  return [...bytes, length];
}

function run(decompressor: BodyDecompressor, body: Buffer): Buffer {
  decompressor.decompress(body, viewOf(body), 0, body.length, 1);
  return decompressor.buf.subarray(0, decompressor.length);
}

describe('BodyDecompressor', () => {
  it('should decompress LZ4 bodies, which start with their length', () => {
    const decompressor = new BodyDecompressor('lz4', MAX_BYTES);
    for (const { name, plain, block } of loadBlocks('lz4-blocks.json')) {
      assert.ok(run(decompressor, lz4Body(plain.length, block)).equals(plain), name);
      assert.equal(decompressor.isOwned, false);
    }
  });

  it('should decompress Snappy bodies', () => {
    const decompressor = new BodyDecompressor('snappy', MAX_BYTES);
    for (const { name, plain, block } of loadBlocks('snappy-blocks.json')) {
      assert.ok(run(decompressor, block).equals(plain), name);
    }
  });

  it('should use one buffer for short bodies and a new one for each long body', () => {
    const decompressor = new BodyDecompressor('lz4', MAX_BYTES);
    const short = lz4Body(3, Buffer.from([0x30, 1, 2, 3]));
    run(decompressor, short);
    const shared = decompressor.buf;
    run(decompressor, short);
    assert.equal(decompressor.buf, shared);
    const zeros = lz4Body(200_000, lz4Zeros(200_000));
    run(decompressor, zeros);
    assert.equal(decompressor.isOwned, true);
    const first = decompressor.buf;
    run(decompressor, zeros);
    assert.notEqual(decompressor.buf, first);
    run(decompressor, short);
    assert.equal(decompressor.buf, shared);
    assert.equal(decompressor.isOwned, false);
  });

  it('should make no room for a size beyond the limit', () => {
    for (const [algorithm, body] of [
      ['lz4', lz4Body(MAX_BYTES + 1, Buffer.alloc(100_000))],
      ['snappy', Buffer.from([...snappyPreamble(MAX_BYTES + 1), ...Buffer.alloc(1_000_000)])],
    ] as const) {
      assert.equal(largestAllocation(algorithm, body, /maxEnvelopeBytes/), 0);
    }
  });

  it('should make no room for a size that the block cannot have', () => {
    for (const [algorithm, body] of [
      // No block of this length can have the size.
      ['lz4', lz4Body(1021, Buffer.from([0x30, 1, 2, 3]))],
      ['snappy', Buffer.from([...snappyPreamble(1000), 8, 1, 2, 3])],
      // Some block could, but this one has not.
      ['lz4', lz4Body(MAX_BYTES, Buffer.concat([Buffer.from([0xf0, 0]), Buffer.alloc(69_999)]))],
      ['snappy', Buffer.from([...snappyPreamble(MAX_BYTES), ...Buffer.alloc(1_000_000)])],
    ] as const) {
      assert.equal(largestAllocation(algorithm, body, /cannot hold/), 0);
    }
  });

  it('should decompress what compresses far better than four to one', () => {
    const lz4 = new BodyDecompressor('lz4', MAX_BYTES);
    assert.equal(
      run(lz4, lz4Body(MAX_BYTES, lz4Zeros(MAX_BYTES))).every((byte) => byte === 0),
      true,
    );
    const snappy = new BodyDecompressor('snappy', MAX_BYTES);
    const copies = MAX_BYTES / 64 - 1;
    const elements = [...snappyPreamble(1 + 63 + copies * 64), 0, 9, 2 | (62 << 2), 1, 0];
    const body = Buffer.concat([
      Buffer.from(elements),
      Buffer.from(new Array<number[]>(copies).fill([2 | (63 << 2), 1, 0]).flat()),
    ]);
    assert.equal(
      run(snappy, body).every((byte) => byte === 9),
      true,
    );
  });

  it('should refuse a body that is cut off before its length', () => {
    for (let length = 0; length < 4; length++) {
      assert.throws(() => run(new BodyDecompressor('lz4', MAX_BYTES), Buffer.alloc(length)), ProtocolError);
    }
    assert.throws(() => run(new BodyDecompressor('snappy', MAX_BYTES), Buffer.alloc(0)), ProtocolError);
  });
});

/** One literal, a match that fills up, and five literals at the end. */
function lz4Zeros(length: number): Buffer {
  const extra = length - 6 - 4 - 15;
  return Buffer.concat([
    Buffer.from([0x1f, 0, 1, 0]),
    Buffer.alloc(Math.floor(extra / 255), 255),
    Buffer.from([extra % 255, 0x50, 0, 0, 0, 0, 0]),
  ]);
}

/** The largest Buffer that is allocated for a body that is refused. */
function largestAllocation(algorithm: 'lz4' | 'snappy', body: Buffer, message: RegExp): number {
  const decompressor = new BodyDecompressor(algorithm, MAX_BYTES);
  const watch = new AllocationWatch();
  watch.received = body.length;
  watch.start();
  try {
    decompressor.decompress(body, viewOf(body), 0, body.length, 1);
  } catch (error) {
    assert.ok(error instanceof ProtocolError);
    assert.match(error.message, message);
    return watch.largest;
  } finally {
    watch.stop();
  }
  return assert.fail('the body was accepted');
}
