import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCompressor } from '../../../src/protocol/compression.ts';
import { MAX_FRAME_PAYLOAD } from '../../../src/protocol/frame.ts';
import { splitFrames } from '../../../src/protocol/frame-encoder.ts';
import { loadVectors } from '../../support/load-vectors.ts';
import { type DecodedFrame, encodeEnvelope, FrameDecoder } from '../../support/wire/index.ts';

/** A request of `length` bytes altogether, the body a pattern that compresses, or noise. */
function envelope(length: number, streamId: number, isNoise = false): Buffer {
  const body = Buffer.alloc(length - 9);
  let state = streamId + 1;
  for (let i = 0; i < body.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    body[i] = isNoise ? state >>> 24 : (i >> 3) & 0x1f;
  }
  return encodeEnvelope({ version: 5, isResponse: false, flags: 0, streamId, opcode: 7, body });
}

/** The frames as the test servers read them, checksums included. */
function frames(bytes: Buffer, compression: 'none' | 'lz4'): DecodedFrame[] {
  const decoder = new FrameDecoder(compression);
  decoder.append(bytes);
  const all: DecodedFrame[] = [];
  for (let frame = decoder.next(); frame !== null; frame = decoder.next()) all.push(frame);
  return all;
}

for (const compression of ['none', 'lz4'] as const) {
  const compressor = compression === 'none' ? null : createCompressor('lz4');

  describe(`splitFrames, compression ${compression}`, () => {
    it('should put whole envelopes into one self-contained frame', () => {
      const payload = Buffer.concat([envelope(20, 1), envelope(9, 2), envelope(500, 3)]);
      const [frame, ...others] = frames(splitFrames(payload, compressor), compression);
      assert.deepEqual(others, []);
      assert.equal(frame?.selfContained, true);
      assert.ok(frame?.payload.equals(payload));
    });

    it('should fill a frame to the last byte, and never beyond', () => {
      const exact = Buffer.concat([envelope(MAX_FRAME_PAYLOAD - 100, 1), envelope(100, 2)]);
      assert.deepEqual(
        frames(splitFrames(exact, compressor), compression).map(({ selfContained, payload }) => [
          selfContained,
          payload.length,
        ]),
        [[true, MAX_FRAME_PAYLOAD]],
      );
      const over = Buffer.concat([envelope(MAX_FRAME_PAYLOAD - 100, 1), envelope(101, 2)]);
      assert.deepEqual(
        frames(splitFrames(over, compressor), compression).map(({ selfContained, payload }) => [
          selfContained,
          payload.length,
        ]),
        [
          [true, MAX_FRAME_PAYLOAD - 100],
          [true, 101],
        ],
      );
    });

    it('should split what is too large over frames that are not self-contained, between others that are', () => {
      const parts = [envelope(50, 1), envelope(2 * MAX_FRAME_PAYLOAD + 7, 2, true), envelope(60, 3), envelope(70, 4)];
      const decoded = frames(splitFrames(Buffer.concat(parts), compressor), compression);
      assert.deepEqual(
        decoded.map(({ selfContained, payload }) => [selfContained, payload.length]),
        [
          [true, 50],
          [false, MAX_FRAME_PAYLOAD],
          [false, MAX_FRAME_PAYLOAD],
          [false, 7],
          [true, 130],
        ],
      );
      assert.ok(Buffer.concat(decoded.map(({ payload }) => payload)).equals(Buffer.concat(parts)));
    });

    it('should have room for many short frames between large ones', () => {
      const parts: Buffer[] = [];
      for (let i = 0; i < 12; i++) parts.push(envelope(MAX_FRAME_PAYLOAD + 1, i, true), envelope(9, 100 + i));
      const all = Buffer.concat(parts);
      const decoded = frames(splitFrames(all, compressor), compression);
      assert.equal(decoded.length, 36);
      assert.ok(Buffer.concat(decoded.map(({ payload }) => payload)).equals(all));
    });
  });
}

describe('splitFrames with LZ4', () => {
  const compressor = createCompressor('lz4');

  it('should send what does not get smaller as it is, with an uncompressed length of 0', () => {
    const payload = envelope(400, 1, true);
    const bytes = splitFrames(payload, compressor);
    // Compressed length in bits 0 to 16, uncompressed length in bits 17 to 33, self-contained in bit 34.
    assert.equal(bytes.readUIntLE(0, 5), payload.length + 2 ** 34);
    assert.ok(bytes.subarray(8, -4).equals(payload));
  });

  it('should compress what gets smaller', () => {
    const payload = envelope(4000, 1);
    const bytes = splitFrames(payload, compressor);
    assert.ok(bytes.length < 1000);
    assert.equal(Math.floor(bytes.readUIntLE(0, 5) / 2 ** 17) % 2 ** 17, payload.length);
  });

  it('should make the frame that another driver makes of ten bytes', () => {
    const { segments } = loadVectors<{
      segments: { compression: string; plain: string; wire: string; encodes: boolean }[];
    }>('segments.json');
    // A header and one byte of body: too short to compress, like the payload in the vector.
    const payload = Buffer.from('05000000070000000109', 'hex');
    const bytes = splitFrames(payload, compressor);
    const vector = segments.find(
      ({ compression, plain, encodes }) => compression === 'lz4' && plain.length === 20 && encodes,
    );
    assert.equal(bytes.toString('hex', 0, 8), vector?.wire.slice(0, 16));
  });
});
