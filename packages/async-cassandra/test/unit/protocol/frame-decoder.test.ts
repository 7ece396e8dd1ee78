import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { FrameDecoder, type PayloadConsumer } from '../../../src/protocol/frame-decoder.ts';
import { viewOf } from '../../support/envelope-collector.ts';
import { loadVectors } from '../../support/load-vectors.ts';
import { crc24, encodeFrame, MAX_FRAME_PAYLOAD } from '../../support/wire/index.ts';

interface SegmentVectors {
  readonly segments: readonly {
    readonly name: string;
    readonly compression: 'none' | 'lz4';
    readonly isSelfContained: boolean;
    readonly wire: string;
    readonly plain: string;
  }[];
  readonly corrupt: readonly { readonly name: string; readonly compression: 'none' | 'lz4'; readonly wire: string }[];
}

const vectors = loadVectors<SegmentVectors>('segments.json');

class Payloads implements PayloadConsumer {
  hasPartial = false;
  readonly all: Buffer[] = [];

  feed(buf: Buffer, view: DataView, pos: number, end: number): number {
    assert.equal(view.byteLength, buf.length);
    this.all.push(Buffer.from(buf.subarray(pos, end)));
    return end;
  }
}

/** Feeds `wire` in pieces of `step` bytes, each in memory that is overwritten afterwards. */
function decode(
  wire: Buffer,
  compression: 'none' | 'lz4',
  step: number,
  payloads: Payloads = new Payloads(),
): Payloads {
  const decoder = new FrameDecoder(payloads, compression === 'lz4');
  for (let at = 0; at < wire.length; at += step) {
    const piece = Buffer.concat([Buffer.alloc(2), wire.subarray(at, at + step)]);
    decoder.feed(piece, viewOf(piece), 2, piece.length);
    piece.fill(0xdd);
  }
  return payloads;
}

describe('FrameDecoder', () => {
  it('should read the frames of other drivers, in one piece and byte by byte', () => {
    assert.ok(vectors.segments.length >= 11);
    for (const { name, compression, wire, plain } of vectors.segments) {
      const bytes = Buffer.from(wire, 'hex');
      for (const step of [1, 5, bytes.length]) {
        const { all } = decode(bytes, compression, step);
        assert.deepEqual(
          all.map((payload) => payload.toString('hex')),
          [plain],
          name,
        );
      }
    }
  });

  it('should read several frames from pieces of any size', () => {
    for (const compression of ['none', 'lz4'] as const) {
      const payloads = [10, 1, 300, MAX_FRAME_PAYLOAD, 5000].map((length) => Buffer.alloc(length, 'payload '));
      const wire = Buffer.concat(payloads.map((payload) => encodeFrame(payload, true, compression)));
      for (const step of [7, 1000, 65_536, wire.length]) {
        const { all } = decode(wire, compression, step);
        assert.equal(all.length, payloads.length);
        all.forEach((payload, i) => assert.ok(payload.equals(payloads[i] as Buffer)));
      }
    }
  });

  it('should read a frame without a payload', () => {
    for (const compression of ['none', 'lz4'] as const) {
      // The checksum of no bytes is that of the four that Cassandra puts in front: D3 7E 77 44 on the wire.
      const frame = compression === 'none' ? frameOf('000002', 'd37e7744') : frameOf('0000000004', 'd37e7744');
      assert.deepEqual(decode(frame, compression, 3).all, [Buffer.alloc(0)]);
    }
  });

  it('should refuse wrong checksums', () => {
    for (const { name, compression, wire } of vectors.corrupt) {
      for (const step of [1, wire.length]) {
        assert.throws(() => decode(Buffer.from(wire, 'hex'), compression, step), ProtocolError, name);
      }
    }
  });

  it('should refuse a frame in which any single bit is flipped', () => {
    for (const { name, compression, wire } of vectors.segments) {
      const bytes = Buffer.from(wire, 'hex');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        assert.throws(() => decode(flipped, compression, flipped.length), ProtocolError, `${name}, bit ${bit}`);
      }
    }
  });

  it('should notice a wrong header before the payload arrives', () => {
    const header = encodeFrame(Buffer.alloc(100_000), true, 'none').subarray(0, 6);
    header[5] = (header[5] as number) ^ 1;
    assert.throws(() => decode(header, 'none', 1), ProtocolError);
  });

  it('should refuse a compressed payload that is not what the header says', () => {
    // The checksums are right; the uncompressed length is one more than the block holds.
    const payload = Buffer.from([0x30, 1, 2, 3]);
    const frame = encodeFrame(payload, true, 'lz4');
    assert.equal(frame.readUIntLE(0, 5), 4 + 2 ** 34, 'sent uncompressed by the helper');
    const lying = frameWithFields(4 + 4 * 2 ** 17 + 2 ** 34, payload);
    assert.throws(() => decode(lying, 'lz4', lying.length), ProtocolError);
    const honest = frameWithFields(4 + 3 * 2 ** 17 + 2 ** 34, payload);
    assert.equal(decode(honest, 'lz4', honest.length).all[0]?.toString('hex'), '010203');
  });

  it('should refuse a self-contained frame in the middle of an envelope, and one that ends in the middle', () => {
    const frame = encodeFrame(Buffer.from('abc'), true, 'none');
    const before = new Payloads();
    before.hasPartial = true;
    assert.throws(() => decode(frame, 'none', frame.length, before), ProtocolError);
    assert.deepEqual(before.all, []);
    class Greedy extends Payloads {
      override feed(buf: Buffer, view: DataView, pos: number, end: number): number {
        this.hasPartial = true;
        return super.feed(buf, view, pos, end);
      }
    }
    assert.throws(() => decode(frame, 'none', frame.length, new Greedy()), ProtocolError);
    const part = encodeFrame(Buffer.from('abc'), false, 'none');
    assert.equal(decode(Buffer.concat([part, part]), 'none', 5, new Greedy()).all.length, 2);
  });
});

/** A frame with these header fields and this payload with its checksum, to say what an encoder never says. */
function frameOf(fields: string, payload: string): Buffer {
  const header = Buffer.from(fields, 'hex');
  const checksum = Buffer.alloc(3);
  checksum.writeUIntLE(crc24(header), 0, 3);
  return Buffer.concat([header, checksum, Buffer.from(payload, 'hex')]);
}

/** A frame of the compressed format with these header fields. */
function frameWithFields(fields: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUIntLE(fields, 0, 5);
  const checked = encodeFrame(payload, true, 'none').subarray(6);
  return frameOf(header.toString('hex'), checked.toString('hex'));
}
