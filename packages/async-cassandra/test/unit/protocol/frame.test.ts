import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteWriter } from '../../../src/protocol/byte-writer.ts';
import {
  COMPRESSED_FRAME_HEADER_BYTES,
  FRAME_HEADER_BYTES,
  MAX_FRAME_PAYLOAD,
  sealFrame,
  writeCompressedFrameHeader,
  writeFrameHeader,
} from '../../../src/protocol/frame.ts';
import { loadVectors } from '../../support/load-vectors.ts';

interface HeaderVector {
  readonly compression: 'none' | 'lz4';
  readonly payloadBytes: number;
  readonly uncompressedBytes?: number;
  readonly isSelfContained: boolean;
}

interface SegmentVectors {
  readonly segments: readonly {
    readonly name: string;
    readonly compression: 'none' | 'lz4';
    readonly isSelfContained: boolean;
    readonly wire: string;
    readonly plain: string;
    readonly encodes: boolean;
  }[];
  readonly headers: readonly (HeaderVector & { readonly bytes: string })[];
  readonly headerFields: readonly (HeaderVector & { readonly fields: string })[];
}

const vectors = loadVectors<SegmentVectors>('segments.json');

function header({ compression, payloadBytes, uncompressedBytes = 0, isSelfContained }: HeaderVector): string {
  const target = Buffer.alloc(12, 0xee);
  if (compression === 'none') {
    writeFrameHeader(target, 1, payloadBytes, isSelfContained);
    return target.toString('hex', 1, 1 + FRAME_HEADER_BYTES);
  }
  writeCompressedFrameHeader(target, 1, payloadBytes, uncompressedBytes, isSelfContained);
  return target.toString('hex', 1, 1 + COMPRESSED_FRAME_HEADER_BYTES);
}

describe('frame headers', () => {
  it('should be those of other drivers, checksum included', () => {
    for (const vector of vectors.headers) assert.equal(header(vector), vector.bytes);
  });

  it('should have the fields of other drivers where those publish no checksum', () => {
    for (const vector of vectors.headerFields) {
      assert.equal(header(vector).slice(0, vector.fields.length), vector.fields);
    }
  });
});

describe('sealFrame', () => {
  function seal(payload: Buffer, before: number): ByteWriter {
    const w = new ByteWriter(64);
    w.pos = before + FRAME_HEADER_BYTES;
    w.writeRaw(payload);
    sealFrame(w, before);
    return w;
  }

  it('should make the frames of other drivers', () => {
    const whole = vectors.segments.filter(
      ({ compression, isSelfContained }) => compression === 'none' && isSelfContained,
    );
    assert.ok(whole.length >= 2);
    for (const { wire, plain } of whole) {
      for (const before of [0, 5]) {
        const w = seal(Buffer.from(plain, 'hex'), before);
        assert.equal(w.buf.toString('hex', before, w.pos), wire);
      }
    }
  });

  it('should take the largest payload, and make room for the trailer', () => {
    const w = seal(Buffer.alloc(MAX_FRAME_PAYLOAD, 7), 0);
    assert.equal(w.pos, FRAME_HEADER_BYTES + MAX_FRAME_PAYLOAD + 4);
    assert.equal(w.buf.toString('hex', 0, 6), 'ffff03254047');
  });
});
