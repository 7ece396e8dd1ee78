import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { ByteReader } from '../../../src/protocol/index.ts';
import { decodeResponse } from '../../support/messages/response-decoding.ts';
import { encodeResponse } from '../../support/messages/response-encoding.ts';
import type { ResponseData, ResponseOpcode } from '../../support/messages/response-message.ts';
import { type MessageVector, readVectorFile, vectorName } from '../../support/messages/vector-file.ts';

interface ResponseVectors {
  readonly vectors: readonly (MessageVector & ResponseData)[];
  readonly rejected: readonly (Omit<MessageVector, 'message'> & { readonly opcode: ResponseOpcode })[];
}

const { vectors: published, rejected } = readVectorFile<ResponseVectors>('messages-responses.json');
const { responses } = readVectorFile<{ readonly responses: ResponseVectors['vectors'] }>('messages-recorded.json');
const vectors = [...published, ...responses];

/** A reader over bytes in the middle of others, as they lie in a socket's buffer: what is behind must never be read. */
function readerOver(bytes: Buffer, length = bytes.length): ByteReader {
  const buf = Buffer.concat([Buffer.alloc(7, 0xee), bytes, Buffer.alloc(64, 0)]);
  return new ByteReader().reset(buf, new DataView(buf.buffer, buf.byteOffset, buf.length), 7, 7 + length);
}

describe('response decoders against the vectors of other implementations', () => {
  it('should_cover_every_response_of_both_versions', () => {
    for (const version of [4, 5]) {
      const opcodes = new Set(vectors.filter((v) => v.version === version).map((v) => v.opcode));
      assert.deepEqual([...opcodes].sort(), [
        'AUTHENTICATE',
        'AUTH_CHALLENGE',
        'AUTH_SUCCESS',
        'ERROR',
        'EVENT',
        'READY',
        'RESULT',
        'SUPPORTED',
      ]);
    }
  });

  for (const vector of vectors) {
    it(`should_read_${vectorName(vector)}`, () => {
      const reader = readerOver(Buffer.from(vector.hex, 'hex'));
      const decoded = decodeResponse(vector.version, vector.opcode, reader);
      assert.deepEqual(decoded, { opcode: vector.opcode, message: vector.message });
      assert.equal(reader.remaining, 0);
    });

    it(`should_refuse_${vectorName(vector)}_cut_at_every_offset`, () => {
      const bytes = Buffer.from(vector.hex, 'hex');
      for (let length = 0; length < bytes.length; length++) {
        assert.throws(
          () => decodeResponse(vector.version, vector.opcode, readerOver(bytes, length)),
          ProtocolError,
          `cut at ${length}`,
        );
      }
    });
  }

  for (const vector of rejected) {
    it(`should_refuse_${vectorName({ ...vector, message: null })}`, () => {
      assert.throws(
        () => decodeResponse(vector.version, vector.opcode, readerOver(Buffer.from(vector.hex, 'hex'))),
        ProtocolError,
      );
    });
  }

  it('should_leave_extra_bytes_at_the_end_of_a_message_alone', () => {
    for (const vector of vectors) {
      const bytes = Buffer.concat([Buffer.from(vector.hex, 'hex'), Buffer.from('cafebabe', 'hex')]);
      const decoded = decodeResponse(vector.version, vector.opcode, readerOver(bytes));
      assert.deepEqual(decoded, { opcode: vector.opcode, message: vector.message });
    }
  });

  it('should_be_encoded_to_the_same_bytes_by_the_encoder_of_the_tests', () => {
    for (const vector of vectors) {
      if (decodesOnlyForward(vector)) continue;
      assert.equal(encodeResponse(vector.version, vector).toString('hex'), vector.hex, vectorName(vector));
    }
  });
});

/** The test's encoder always shares one table specification where it can; some vectors do not. */
function decodesOnlyForward(vector: MessageVector & ResponseData): boolean {
  const again = encodeResponse(vector.version, vector);
  if (again.toString('hex') === vector.hex) return false;
  assert.deepEqual(decodeResponse(vector.version, vector.opcode, readerOver(again)), {
    opcode: vector.opcode,
    message: vector.message,
  });
  return vector.opcode === 'RESULT';
}
