import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AsyncCassandraError,
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  CqlSyntaxError,
  InvalidQueryError,
  IsBootstrappingError,
  OverloadedError,
  ReadFailureError,
  ServerError,
  TimeoutError,
  TruncateError,
  UnauthorizedError,
  WriteFailureError,
} from '../../../src/errors/index.ts';
import { AsyncRetryPolicy, FallthroughRetryPolicy, type RetryPolicy } from '../../../src/policies/index.ts';
import { failure } from '../../support/policies/index.ts';

const policy = new AsyncRetryPolicy();
const text = 'Something failed, check it';
const counts = { consistency: 'QUORUM', received: 1, required: 2, failures: 1, failuresByNode: undefined };
const passing: readonly AsyncCassandraError[] = [
  new ConnectionError(text),
  new TimeoutError(text, 100),
  new OverloadedError(text),
  new ServerError(text),
  new TruncateError(text),
];
const final: readonly AsyncCassandraError[] = [
  new CqlSyntaxError(text),
  new InvalidQueryError(text),
  new UnauthorizedError(text),
  new ReadFailureError(text, { ...counts, dataPresent: false }),
  new WriteFailureError(text, { ...counts, writeType: 'SIMPLE' }),
  new AuthenticationError(text),
];

describe('AsyncRetryPolicy', () => {
  describe('onReadTimeout', () => {
    const timeout = { event: 'readTimeout', received: 1, required: 2, dataPresent: false } as const;

    it('should retry on the same node when the data was retrieved or enough replicas answered', () => {
      assert.equal(policy.onReadTimeout(failure({ ...timeout, dataPresent: true })).decision, 'retrySame');
      assert.equal(policy.onReadTimeout(failure({ ...timeout, received: 2 })).decision, 'retrySame');
      assert.equal(policy.onReadTimeout(failure({ ...timeout, received: 3 })).decision, 'retrySame');
    });

    it('should rethrow when too few replicas answered, or when it is not idempotent', () => {
      assert.equal(policy.onReadTimeout(failure(timeout)).decision, 'rethrow');
      assert.equal(policy.onReadTimeout(failure({ event: 'readTimeout' })).decision, 'rethrow');
      assert.equal(policy.onReadTimeout(failure({ ...timeout, received: 2, isIdempotent: false })).decision, 'rethrow');
    });
  });

  describe('onWriteTimeout', () => {
    const timeout = { event: 'writeTimeout', received: 1, required: 2 } as const;

    for (const writeType of ['SIMPLE', 'BATCH', 'UNLOGGED_BATCH', 'BATCH_LOG']) {
      it(`should retry an idempotent ${writeType} on the same node`, () => {
        assert.equal(policy.onWriteTimeout(failure({ ...timeout, writeType })).decision, 'retrySame');
        assert.equal(
          policy.onWriteTimeout(failure({ ...timeout, writeType, isIdempotent: false })).decision,
          'rethrow',
        );
      });
    }

    for (const writeType of ['CAS', 'COUNTER', 'VIEW', 'CDC', 'NEW_KIND']) {
      it(`should rethrow ${writeType}`, () => {
        assert.equal(policy.onWriteTimeout(failure({ ...timeout, writeType })).decision, 'rethrow');
      });
    }

    it('should rethrow without a write type', () => {
      assert.equal(policy.onWriteTimeout(failure({ event: 'writeTimeout' })).decision, 'rethrow');
    });
  });

  describe('onUnavailable', () => {
    it('should try the next node once, idempotent or not', () => {
      for (const isIdempotent of [true, false]) {
        assert.equal(policy.onUnavailable(failure({ event: 'unavailable', isIdempotent })).decision, 'retryNext');
        assert.equal(
          policy.onUnavailable(failure({ event: 'unavailable', isIdempotent, retries: 1 })).decision,
          'rethrow',
        );
      }
    });

    it('should rethrow a conditional statement', () => {
      assert.equal(policy.onUnavailable(failure({ event: 'unavailable', isConditional: true })).decision, 'rethrow');
    });
  });

  describe('onRequestError', () => {
    for (const error of passing) {
      it(`should try the next node after ${error.name} when idempotent or not yet written`, () => {
        assert.equal(policy.onRequestError(failure({ error })).decision, 'retryNext');
        assert.equal(
          policy.onRequestError(failure({ error, isIdempotent: false, wasSent: false })).decision,
          'retryNext',
        );
        assert.equal(policy.onRequestError(failure({ error, isIdempotent: false })).decision, 'rethrow');
      });
    }

    it('should always try the next node when a node is bootstrapping', () => {
      const error = new IsBootstrappingError(text);
      for (const isIdempotent of [true, false]) {
        assert.equal(policy.onRequestError(failure({ error, isIdempotent })).decision, 'retryNext');
      }
    });

    for (const error of final) {
      it(`should rethrow ${error.name}`, () => {
        assert.equal(policy.onRequestError(failure({ error })).decision, 'rethrow');
        assert.equal(policy.onRequestError(failure({ error, wasSent: false })).decision, 'rethrow');
      });
    }
  });

  it('should stop after maxRetries', () => {
    const ask: readonly ((retries: number) => string)[] = [
      (retries) => policy.onReadTimeout(failure({ event: 'readTimeout', dataPresent: true, retries })).decision,
      (retries) => policy.onWriteTimeout(failure({ event: 'writeTimeout', writeType: 'SIMPLE', retries })).decision,
      (retries) => policy.onRequestError(failure({ retries })).decision,
      (retries) => policy.onRequestError(failure({ error: new IsBootstrappingError(text), retries })).decision,
    ];
    for (const decision of ask) {
      assert.notEqual(decision(2), 'rethrow');
      assert.equal(decision(3), 'rethrow');
    }
    const never = new AsyncRetryPolicy({ maxRetries: 0 });
    assert.equal(never.onUnavailable(failure({ event: 'unavailable' })).decision, 'rethrow');
    assert.equal(never.onRequestError(failure()).decision, 'rethrow');
  });

  it('should refuse options that are wrong', () => {
    for (const maxRetries of [-1, 1.5, Number.NaN, '3']) {
      assert.throws(
        () => new AsyncRetryPolicy({ maxRetries: maxRetries as number }),
        (error) => error instanceof ConfigurationError && error.path === 'retryPolicy.maxRetries',
      );
    }
    assert.throws(
      () => new AsyncRetryPolicy({ retries: 3 } as object),
      (error) => error instanceof ConfigurationError && error.path === 'retryPolicy.retries',
    );
    assert.throws(() => new AsyncRetryPolicy(5 as unknown as object), ConfigurationError);
  });
});

describe('FallthroughRetryPolicy', () => {
  it('should have nothing to say, so that everything is rethrown', () => {
    const fallthrough: RetryPolicy = new FallthroughRetryPolicy();
    assert.equal(fallthrough.onReadTimeout, undefined);
    assert.equal(fallthrough.onWriteTimeout, undefined);
    assert.equal(fallthrough.onUnavailable, undefined);
    assert.equal(fallthrough.onRequestError, undefined);
  });
});
