import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compressBody } from '../../../src/protocol/body-compressor.ts';
import { ByteWriter } from '../../../src/protocol/byte-writer.ts';
import { createCompressor } from '../../../src/protocol/compression.ts';
import { beginEnvelope, endEnvelope } from '../../../src/protocol/envelope.ts';
import { decodeEnvelope, decompressEnvelope } from '../../support/wire/index.ts';

function write(w: ByteWriter, body: Buffer): number {
  const start = beginEnvelope(w, 4, 0x02, 5, 0x07);
  w.writeRaw(body);
  endEnvelope(w, start);
  return start;
}

function noise(length: number): Buffer {
  let state = length;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return state >>> 24;
    }),
  );
}

for (const algorithm of ['lz4', 'snappy'] as const) {
  describe(`compressBody with ${algorithm}`, () => {
    const compressor = createCompressor(algorithm);

    it('should compress bodies in place, one behind the other', () => {
      const bodies = [Buffer.alloc(500, 'abcdefghi'), Buffer.alloc(100_000, 'SELECT * FROM t'), Buffer.alloc(70, 1)];
      const w = new ByteWriter(64);
      const starts = bodies.map((body) => {
        const start = write(w, body);
        compressBody(w, start, compressor);
        return start;
      });
      assert.ok(w.pos < 8000);
      starts.forEach((start, i) => {
        const envelope = decodeEnvelope(w.buf, start, w.pos);
        assert.ok(envelope !== null);
        assert.equal(envelope.flags, 0x03);
        assert.equal(start + 9 + envelope.body.length, starts[i + 1] ?? w.pos);
        const plain = decompressEnvelope(envelope, algorithm);
        assert.ok(plain.body.equals(bodies[i] as Buffer));
        assert.equal(plain.streamId, 5);
      });
    });

    it('should leave a body that does not get smaller as it was', () => {
      for (const body of [Buffer.alloc(0), Buffer.alloc(63), noise(300)]) {
        const w = new ByteWriter(64);
        const start = write(w, body);
        const before = w.buf.toString('hex', 0, w.pos);
        compressBody(w, start, compressor);
        assert.equal(w.buf.toString('hex', 0, w.pos), before);
      }
    });
  });
}
