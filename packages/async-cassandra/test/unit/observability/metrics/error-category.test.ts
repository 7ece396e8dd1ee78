import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AsyncCassandraError, TimeoutError } from '../../../../src/errors/index.ts';
import { errorCategory } from '../../../../src/observability/index.ts';
import { errorType, retryReason } from '../../../../src/observability/metrics/error-category.ts';

test('every documented error should have a category of its own choosing, and no made-up one a name', () => {
  const documented = readFileSync(new URL('../../../../../../docs/errors.md', import.meta.url), 'utf8');
  const codes = [...documented.matchAll(/^### (CASS_ERR_\w+)$/gm)].map(([, code]) => code as string);
  assert.ok(codes.length >= 35, `${codes.length}`);
  const internal = codes.filter((code) => errorCategory(new AsyncCassandraError('x', code)) === 'internal');
  assert.deepEqual(internal, ['CASS_ERR_INTERNAL', 'CASS_ERR_PROTOCOL', 'CASS_ERR_SERVER_PROTOCOL']);
  assert.equal(errorCategory(new Error('x')), 'internal');
  assert.equal(errorCategory(null), 'internal');
  assert.equal(errorType(new TimeoutError('x', 1)), 'TimeoutError');
  class Custom extends AsyncCassandraError {
    static override readonly errorName = `Custom ${1 + 1}`;
  }
  assert.equal(errorType(new Custom('x', 'MY_CODE')), 'Error');
  assert.equal(retryReason(new TimeoutError('x', 1)), 'attempt_timeout');
  assert.equal(retryReason(new AsyncCassandraError('x', 'CASS_ERR_QUERY')), 'other');
});
