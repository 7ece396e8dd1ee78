import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AsyncCassandraError } from '../../../src/errors/index.ts';
import { OverloadedError, TimeoutError } from '../../../src/errors/index.ts';
import type { RetryContext, RetryPolicy } from '../../../src/policies/index.ts';
import { closeConnection, error, never, sequence, voidResult } from '../../support/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';

describe('a retry policy', () => {
  test('should be asked with all the facts of an attempt', async () => {
    const contexts: RetryContext[] = [];
    const note = (context: RetryContext): { decision: 'rethrow' } => {
      contexts.push(context);
      return { decision: 'rethrow' };
    };
    const policy: RetryPolicy = {
      onReadTimeout: note,
      onWriteTimeout: note,
      onUnavailable: note,
      onRequestError: note,
    };
    await using h = await SessionHarness.start({ cluster: { retryPolicy: policy } });
    h.servers.when(
      INSERT,
      sequence(
        error('writeTimeout', { consistency: 'QUORUM', required: 2, received: 1, writeType: 'SIMPLE' }),
        error('unavailable', { consistency: 'QUORUM', required: 2, alive: 1 }),
        error('readTimeout', { consistency: 'QUORUM', required: 2, received: 1, dataPresent: true }),
        error('overloaded'),
        never(),
      ),
    );
    for (let i = 0; i < 4; i++) await h.failure(h.session.execute(INSERT, undefined, { consistency: 'QUORUM' }));
    await h.failure(h.session.execute(INSERT, undefined, { consistency: 'QUORUM', attemptTimeoutMs: 100 }));
    assert.ok(contexts[4]?.error instanceof TimeoutError);
    const node = h.node().contactPoint;
    const common = {
      retries: 0,
      isIdempotent: false,
      kind: 'write',
      isConditional: false,
      wasSent: true,
      consistency: 'QUORUM',
      node,
    };
    assert.deepEqual(
      contexts.map(({ error: _error, ...context }) => context),
      [
        { event: 'writeTimeout', ...common, received: 1, required: 2, writeType: 'SIMPLE' },
        { event: 'unavailable', ...common, required: 2, alive: 1 },
        { event: 'readTimeout', ...common, received: 1, required: 2, dataPresent: true },
        { event: 'requestError', ...common },
        { event: 'requestError', ...common },
      ],
    );
  });

  test('should not be able to have a statement sent again that may have been applied', async () => {
    const always: RetryPolicy = { onRequestError: () => ({ decision: 'retrySame' }) };
    await using h = await SessionHarness.start({ cluster: { retryPolicy: always } });
    h.servers.when(INSERT, error('overloaded'));
    assert.ok((await h.failure(h.session.execute(INSERT))) instanceof OverloadedError);
    assert.equal(h.statements.length, 1);
  });

  test('should have an error ignored: the result is empty', async () => {
    const ignore: RetryPolicy = { onRequestError: () => ({ decision: 'ignore' }) };
    await using h = await SessionHarness.start({ cluster: { retryPolicy: ignore } });
    h.servers.when(INSERT, error('overloaded'));
    const result = await h.settle(h.session.execute(INSERT));
    assert.deepEqual(result.currentRows, []);
    assert.equal(result.executionInfo.triedNodes[0]?.error.name, 'OverloadedError');
  });

  test('should change the consistency of the attempts that follow, and only of this request', async () => {
    const lower: RetryPolicy = { onUnavailable: () => ({ decision: 'retrySame', consistency: 'ONE' }) };
    await using h = await SessionHarness.start({ cluster: { retryPolicy: lower, consistency: 'QUORUM' } });
    h.servers.when(
      INSERT,
      sequence(error('unavailable', { consistency: 'QUORUM', required: 2, alive: 1 }), voidResult()),
    );
    await h.settle(h.session.execute(INSERT));
    await h.settle(h.session.execute(INSERT));
    assert.deepEqual(
      h.statements.map((each) => each.consistency),
      ['QUORUM', 'ONE', 'QUORUM'],
    );
  });

  for (const [what, reply] of [
    ['an error of the server', error('overloaded')],
    ['a lost connection', closeConnection('reset')],
    ['an attempt timeout', never()],
  ] as const) {
    test(`that throws on ${what} should fail that request alone`, async () => {
      const boom = new Error('policy bug');
      const policy: RetryPolicy = {
        onRequestError: () => {
          throw boom;
        },
      };
      await using h = await SessionHarness.start({ nodes: 1 });
      h.servers.when(INSERT, reply);
      const options = { attemptTimeoutMs: 50, idempotent: true };
      const broken = h.session.execute(INSERT, undefined, { ...options, retryPolicy: policy });
      const others = [1, 2].map(() => rejection(h.session.execute(INSERT, undefined, { ...options, timeoutMs: 300 })));
      const failure = await h.failure(broken);
      assert.equal((failure as AsyncCassandraError).code, 'CASS_ERR_INTERNAL');
      assert.equal(failure.cause, boom);
      assert.equal((failure as AsyncCassandraError).outcome, 'unknown');
      for (const other of others) {
        const { code } = (await h.settle(other)) as AsyncCassandraError;
        assert.match(code, /^CASS_ERR_/);
        assert.notEqual(code, 'CASS_ERR_INTERNAL');
      }
      assert.equal(h.session.activeOperations, 0);
    });
  }

  test('with a verdict that does not exist should rethrow', async () => {
    const odd = { onRequestError: () => ({ decision: 'retry' }) } as unknown as RetryPolicy;
    await using h = await SessionHarness.start({ cluster: { retryPolicy: odd } });
    h.servers.when(INSERT, error('overloaded'));
    assert.ok((await h.failure(h.session.execute(INSERT, undefined, { idempotent: true }))) instanceof OverloadedError);
    assert.equal(h.statements.length, 1);
  });
});
