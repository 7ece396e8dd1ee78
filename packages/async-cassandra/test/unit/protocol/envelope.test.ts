import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteWriter } from '../../../src/protocol/byte-writer.ts';
import { beginEnvelope, ENVELOPE_HEADER_BYTES, endEnvelope } from '../../../src/protocol/envelope.ts';
import { decodeEnvelope } from '../../support/wire/index.ts';

describe('beginEnvelope and endEnvelope', () => {
  it('should write a header whose length is that of the body', () => {
    const w = new ByteWriter(64);
    w.writeByte(0xaa);
    const start = beginEnvelope(w, 5, 0x02, 32_767, 0x07);
    assert.equal(start, 1);
    assert.equal(w.pos, 1 + ENVELOPE_HEADER_BYTES);
    w.writeRaw(Buffer.alloc(300, 1));
    endEnvelope(w, start);
    assert.equal(w.buf.toString('hex', 1, 10), '05027fff070000012c');
    const envelope = decodeEnvelope(w.buf, start, w.pos);
    assert.deepEqual(
      { version: envelope?.version, isResponse: envelope?.isResponse, bodyBytes: envelope?.body.length },
      { version: 5, isResponse: false, bodyBytes: 300 },
    );
  });

  it('should leave the length 0 for a body that is empty', () => {
    const w = new ByteWriter(64);
    endEnvelope(w, beginEnvelope(w, 4, 0, 1, 0x05));
    assert.equal(w.buf.toString('hex', 0, w.pos), '040000010500000000');
  });
});
