import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeRequest, type RequestData } from '../../support/messages/request-encoding.ts';
import { type MessageVector, readVectorFile, vectorName } from '../../support/messages/vector-file.ts';

type RequestVector = MessageVector & RequestData;

const { vectors: published } = readVectorFile<{ readonly vectors: readonly RequestVector[] }>('messages-requests.json');
const { requests: recorded } = readVectorFile<{ readonly requests: readonly RequestVector[] }>(
  'messages-recorded.json',
);
const vectors = [...published, ...recorded];

describe('request encoders against the vectors of other implementations', () => {
  it('should_cover_every_request_of_both_versions', () => {
    for (const version of [4, 5]) {
      const opcodes = new Set(vectors.filter((v) => v.version === version).map((v) => v.opcode));
      assert.deepEqual([...opcodes].sort(), [
        'AUTH_RESPONSE',
        'BATCH',
        'EXECUTE',
        'OPTIONS',
        'PREPARE',
        'QUERY',
        'REGISTER',
        'STARTUP',
      ]);
    }
  });

  for (const vector of vectors) {
    it(`should_write_exactly_${vectorName(vector)}`, () => {
      assert.equal(encodeRequest(vector.version, vector).toString('hex'), vector.hex);
    });
  }

  it('should_write_the_same_wherever_the_buffer_ends', () => {
    for (const vector of vectors) {
      for (let room = 0; room <= 64; room++) {
        const body = encodeRequest(vector.version, vector, room).toString('hex');
        assert.equal(body, vector.hex, `${vectorName(vector)} with ${room} bytes of room`);
      }
    }
    // No vector has ids of the length that Cassandra's have.
    const parameters = { consistency: 'ONE', values: ['07', null], pageSize: 9, timestamp: '5' } as const;
    const execute = {
      opcode: 'EXECUTE',
      message: { id: '0a'.repeat(16), resultMetadataId: '0b'.repeat(16), parameters },
    } as const;
    const expected = encodeRequest(5, execute).toString('hex');
    for (let room = 1; room <= 64; room++) assert.equal(encodeRequest(5, execute, room).toString('hex'), expected);
  });
});
