import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ConnectionError,
  IsBootstrappingError,
  OverloadedError,
  ServerError,
  TimeoutError,
  UnpreparedError,
} from '../../../src/errors/index.ts';
import { canSendAgain } from '../../../src/policies/index.ts';
import { failure } from '../../support/policies/index.ts';

const text = 'Something failed, check it';
const writeTypes = ['SIMPLE', 'BATCH', 'UNLOGGED_BATCH', 'COUNTER', 'BATCH_LOG', 'CAS', 'VIEW', 'CDC'];

describe('canSendAgain', () => {
  it('should never repeat CAS and COUNTER writes that timed out', () => {
    for (const writeType of ['CAS', 'COUNTER']) {
      assert.equal(canSendAgain(failure({ event: 'writeTimeout', writeType, isIdempotent: true })), false);
    }
  });

  it('should let idempotent statements be repeated after everything else', () => {
    for (const event of ['readTimeout', 'writeTimeout', 'unavailable', 'requestError'] as const) {
      assert.equal(canSendAgain(failure({ event })), true, event);
    }
  });

  it('should not repeat others after a timeout that the server reports', () => {
    assert.equal(canSendAgain(failure({ event: 'readTimeout', isIdempotent: false })), false);
    for (const writeType of writeTypes) {
      assert.equal(canSendAgain(failure({ event: 'writeTimeout', writeType, isIdempotent: false })), false, writeType);
    }
  });

  it('should repeat others after unavailable, unless they are conditional', () => {
    const unavailable = failure({ event: 'unavailable', isIdempotent: false });
    assert.equal(canSendAgain(unavailable), true);
    assert.equal(canSendAgain({ ...unavailable, isConditional: true }), false);
  });

  it('should repeat others that were sent only when the server cannot have applied them', () => {
    const applied = [
      new ConnectionError(text),
      new TimeoutError(text, 100),
      new OverloadedError(text),
      new ServerError(text),
    ];
    for (const error of applied) {
      assert.equal(canSendAgain(failure({ error, isIdempotent: false })), false, error.name);
      assert.equal(canSendAgain(failure({ error, isIdempotent: false, wasSent: false })), true, error.name);
    }
    for (const error of [new IsBootstrappingError(text), new UnpreparedError(text, { statementId: '00' })]) {
      assert.equal(canSendAgain(failure({ error, isIdempotent: false })), true, error.name);
    }
  });
});
