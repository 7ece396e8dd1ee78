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
});
