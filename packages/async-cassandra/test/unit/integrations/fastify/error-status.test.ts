import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as errors from '../../../../src/errors/index.ts';
import { answerOf } from '../../../../src/integrations/fastify/error-status.ts';
import { readText } from '../../../../../../test/support/markdown.ts';

const { AsyncCassandraError } = errors;

/** All codes that the page of errors has: the list is not ours to forget one in. */
const codes = [...readText('docs/errors.md').matchAll(/^### (CASS_ERR_\w+)$/gm)].map(([, code = '']) => code);

function statusOf(code: string): number | undefined {
  return answerOf(new AsyncCassandraError('secret table shop.users', code))?.statusCode;
}

describe('answerOf', () => {
  it('should answer every error of the driver as the guide says', () => {
    const documented = new Map<string, number>();
    for (const [, names = '', status] of readText('docs/fastify.md').matchAll(/^\| (`CASS_ERR_.*?) \| (\d{3})/gm)) {
      for (const [, code = ''] of names.matchAll(/`(CASS_ERR_\w+)`/g)) documented.set(code, Number(status));
    }
    assert.ok(codes.length > 30);
    const wrong = codes.filter((code) => (documented.get(code) ?? 500) !== statusOf(code));
    assert.deepEqual(wrong, []);
    assert.ok([...documented.keys()].every((code) => codes.includes(code)));
  });

  it('should let nothing of the error into the answer', () => {
    for (const code of codes) {
      const { message } = answerOf(new AsyncCassandraError('secret table shop.users', code)) ?? { message: 'secret' };
      assert.doesNotMatch(message, /secret|shop|users/, code);
    }
  });

  it('should offer to try again where that helps, and nowhere else', () => {
    const temporary = codes.filter((code) => answerOf(new AsyncCassandraError('', code))?.isTemporary);
    for (const code of temporary) assert.ok([503, 429].includes(statusOf(code) ?? 0), code);
    assert.ok(temporary.includes('CASS_ERR_QUEUE_FULL') && !temporary.includes('CASS_ERR_WRITE_TIMEOUT'));
  });

  it('should tell what the client aborted from what took too long', () => {
    const aborted = new errors.AbortError('Aborted');
    assert.equal(answerOf(aborted)?.statusCode, 499);
    assert.equal(answerOf(aborted, true)?.statusCode, 504);
    assert.equal(answerOf(new errors.UnauthorizedError('No'), true)?.statusCode, 500);
  });

  it('should leave other errors to others', () => {
    assert.equal(answerOf(new TypeError('x')), null);
    assert.equal(answerOf(undefined), null);
  });
});
