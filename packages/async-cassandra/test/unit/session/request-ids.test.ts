import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ConstantSpeculativeExecutionPolicy,
  type RequestIdGenerator,
  W3cRequestIdGenerator,
} from '../../../src/policies/index.ts';
import type { ReceivedRequest } from '../../support/index.ts';
import { error, never, pages, sequence, t, voidResult } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';

/** Numbers requests. */
class Counting implements RequestIdGenerator {
  #last = 0;
  next(): string {
    return `request ${++this.#last}`;
  }
}

function idsOf(requests: readonly ReceivedRequest[], key = 'request-id'): (string | undefined)[] {
  return requests.map((request) => request.customPayload?.get(key)?.toString());
}

describe('request ids', () => {
  for (const version of [4, 5]) {
    test(`should travel with requests of every kind, v${version}`, async () => {
      const cluster = { requestIdGenerator: new Counting(), executionProfiles: { other: { fetchSize: 1 } } };
      await using h = await SessionHarness.start({ versions: [version], cluster });
      h.servers.when('SELECT k FROM ks.t WHERE k = ?', voidResult(), { bind: { k: t.int } });
      const text = await h.settle(h.session.execute(INSERT, undefined, { executionProfile: 'other' }));
      const prepared = await h.settle(h.session.execute('SELECT k FROM ks.t WHERE k = ?', [1], { timeoutMs: 500 }));
      assert.deepEqual(
        idsOf(h.statements),
        [text, prepared].map((result) => result.executionInfo.requestId),
      );
      assert.equal(text.executionInfo.requestId, 'request 1');
    });
  }

  test('should be absent unless they are asked for', async () => {
    await using h = await SessionHarness.start();
    const { executionInfo } = await h.settle(h.session.execute(INSERT));
    assert.equal(executionInfo.requestId, undefined);
    assert.equal(h.statements[0]?.customPayload, undefined);
  });

  test('should be one for all attempts of a request, told apart by the generator if it likes', async () => {
    let lots = 0;
    const requestIdGenerator = new W3cRequestIdGenerator({ payloadKey: 'traceparent', random: () => ++lots / 100 });
    await using h = await SessionHarness.start({
      nodes: 3,
      cluster: {
        requestIdGenerator,
        speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy({ delayMs: 50 }),
      },
    });
    h.servers.when(INSERT, sequence(error('overloaded'), never(), voidResult()));
    const { executionInfo } = await h.settle(h.session.execute(INSERT, undefined, { idempotent: true }));
    assert.equal(executionInfo.attempts, 3);
    const sent = idsOf(h.statements, 'traceparent');
    assert.equal(new Set(sent).size, 3);
    for (const id of sent) assert.equal(id?.split('-')[1], executionInfo.requestId);
  });

  test('should count attempts, empty pages too', async () => {
    const requestIdGenerator: RequestIdGenerator = { next: () => 'r', forAttempt: (id, attempt) => `${id}.${attempt}` };
    await using h = await SessionHarness.start({ cluster: { requestIdGenerator } });
    h.servers.when('SELECT k FROM ks.t', pages({ k: t.int }, [[], [], [[1]]]));
    await h.settle(h.session.execute('SELECT k FROM ks.t'));
    assert.deepEqual(idsOf(h.statements), ['r.1', 'r.2', 'r.3']);
  });

  test('should go beside what the request gives, and give way to an id of its own', async () => {
    await using h = await SessionHarness.start({ cluster: { requestIdGenerator: new Counting() } });
    const customPayload = { tenant: Buffer.from('a') };
    await h.settle(h.session.execute(INSERT, undefined, { customPayload }));
    const own = await h.settle(
      h.session.execute(INSERT, undefined, { customPayload: { 'request-id': Buffer.from('mine') } }),
    );
    assert.deepEqual(idsOf(h.statements), ['request 1', 'mine']);
    assert.deepEqual(idsOf(h.statements, 'tenant'), ['a', undefined]);
    assert.equal(own.executionInfo.requestId, undefined);
  });

  test('should fail the request alone when the generator throws', async () => {
    let calls = 0;
    const requestIdGenerator: RequestIdGenerator = {
      next: () => {
        if (++calls === 1) throw new Error('generator bug');
        return 'fine';
      },
    };
    await using h = await SessionHarness.start({ cluster: { requestIdGenerator } });
    const failure = await h.failure(h.session.execute(INSERT));
    assert.equal((failure as { code?: string }).code, 'CASS_ERR_INTERNAL');
    await h.settle(h.session.execute(INSERT));
    assert.equal(h.statements.length, 1);
  });
});
