import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import {
  ConnectionError,
  CqlSyntaxError,
  IsBootstrappingError,
  OverloadedError,
  ReadTimeoutError,
  ServerError,
  TimeoutError,
  TruncateError,
  UnavailableError,
  UnpreparedError,
  WriteTimeoutError,
} from '../../../src/errors/index.ts';
import {
  AsyncRetryPolicy,
  canSendAgain,
  type RetryContext,
  type RetryPolicy,
  type RetryVerdict,
} from '../../../src/policies/index.ts';
import { failure } from '../../support/policies/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';

const text = 'Something failed, check it';
const counts = { consistency: 'QUORUM', received: 1, required: 2 };
const writeTypes = ['SIMPLE', 'BATCH', 'UNLOGGED_BATCH', 'COUNTER', 'BATCH_LOG', 'CAS', 'VIEW', 'CDC', 'OTHER'];

const facts = {
  isIdempotent: fc.boolean(),
  isConditional: fc.boolean(),
  retries: fc.integer({ min: 0, max: 5 }),
};
const context: fc.Arbitrary<RetryContext> = fc.oneof(
  fc.record({ ...facts, dataPresent: fc.boolean(), received: fc.integer({ min: 0, max: 3 }) }).map((f) =>
    failure({
      ...f,
      event: 'readTimeout',
      required: 2,
      error: new ReadTimeoutError(text, { ...counts, dataPresent: f.dataPresent }),
    }),
  ),
  fc.record({ ...facts, writeType: fc.constantFrom(...writeTypes) }).map((f) =>
    failure({
      ...f,
      event: 'writeTimeout',
      error: new WriteTimeoutError(text, { ...counts, writeType: f.writeType }),
    }),
  ),
  fc.record(facts).map((f) =>
    failure({
      ...f,
      event: 'unavailable',
      error: new UnavailableError(text, { consistency: 'QUORUM', required: 2, alive: 1 }),
    }),
  ),
  fc
    .record({
      ...facts,
      wasSent: fc.boolean(),
      error: fc.constantFrom(
        new ConnectionError(text),
        new TimeoutError(text, 5),
        new OverloadedError(text),
        new ServerError(text),
        new TruncateError(text),
        new IsBootstrappingError(text),
        new UnpreparedError(text, { statementId: '00' }),
        new CqlSyntaxError(text),
      ),
    })
    .map((f) => failure({ ...f, event: 'requestError' })),
);

/** Whether the server may have applied the statement: told apart from the code under test by error code and event alone. */
function mayBeApplied(c: RetryContext): boolean {
  const isCertain = {
    readTimeout: false,
    writeTimeout: false,
    unavailable: !c.isConditional,
    requestError: !c.wasSent,
  };
  const code = 'serverCode' in c.error ? c.error.serverCode : undefined;
  return !isCertain[c.event] && code !== 0x1002 && code !== 0x2500;
}

function ask(policy: RetryPolicy, c: RetryContext): RetryVerdict | undefined {
  const methods = {
    readTimeout: policy.onReadTimeout,
    writeTimeout: policy.onWriteTimeout,
    unavailable: policy.onUnavailable,
    requestError: policy.onRequestError,
  };
  return methods[c.event]?.call(policy, c);
}

/** What `AsyncRetryPolicy` promises, event by event, while retries are left. */
function promised(c: RetryContext): 'retrySame' | 'retryNext' | 'rethrow' {
  switch (c.event) {
    case 'readTimeout':
      return c.isIdempotent && (c.dataPresent === true || (c.received ?? 0) >= 2) ? 'retrySame' : 'rethrow';
    case 'writeTimeout':
      return c.isIdempotent && ['SIMPLE', 'BATCH', 'UNLOGGED_BATCH', 'BATCH_LOG'].includes(c.writeType ?? '')
        ? 'retrySame'
        : 'rethrow';
    case 'unavailable':
      return !c.isConditional && c.retries === 0 ? 'retryNext' : 'rethrow';
    case 'requestError': {
      const { code } = c.error;
      if (code === new IsBootstrappingError(text).code) return 'retryNext';
      const passes = [ConnectionError, OverloadedError, ServerError, TruncateError].map((Made) => new Made(text).code);
      const isPassing = [...passes, new TimeoutError(text, 1).code].includes(code);
      return isPassing && (c.isIdempotent || !c.wasSent) ? 'retryNext' : 'rethrow';
    }
  }
}

describe('retries, whatever fails', () => {
  const runs = { numRuns: propertyRuns(5_000) };

  it('should never let a statement that is not idempotent be sent again when it may have been applied', () => {
    fc.assert(
      fc.property(context, (c) => {
        if (!c.isIdempotent && mayBeApplied(c)) assert.equal(canSendAgain(c), false);
      }),
      runs,
    );
  });

  it('should never let CAS and COUNTER writes that timed out be sent again', () => {
    fc.assert(
      fc.property(context, fc.constantFrom('CAS', 'COUNTER'), (c, writeType) => {
        assert.equal(canSendAgain({ ...c, event: 'writeTimeout', writeType }), false);
      }),
      runs,
    );
  });

  it('should have a default policy that decides as its table says, as often as it may', () => {
    fc.assert(
      fc.property(context, fc.integer({ min: 0, max: 5 }), (c, maxRetries) => {
        const expected = c.retries < maxRetries ? promised(c) : 'rethrow';
        assert.equal(ask(new AsyncRetryPolicy({ maxRetries }), c)?.decision, expected);
      }),
      runs,
    );
  });

  it('should have a default policy that never asks for more than is allowed', () => {
    const policy = new AsyncRetryPolicy();
    fc.assert(
      fc.property(context, (c) => {
        const decision = ask(policy, c)?.decision;
        assert.ok(decision === 'rethrow' || canSendAgain(c), `${decision} of ${c.event}`);
        if (c.retries >= 3) assert.equal(decision, 'rethrow');
      }),
      runs,
    );
  });
});
