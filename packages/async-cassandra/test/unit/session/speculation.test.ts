import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AsyncCassandraError } from '../../../src/errors/index.ts';
import { NoHostAvailableError } from '../../../src/errors/index.ts';
import { ConstantSpeculativeExecutionPolicy, type SpeculativeExecutionPolicy } from '../../../src/policies/index.ts';
import type { RequestOptions } from '../../../src/session/request-options.ts';
import { closeConnection, delayed, error, held, never, pages, sequence, t, voidResult } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const idempotent: RequestOptions = { idempotent: true };

function start(
  policy: SpeculativeExecutionPolicy = new ConstantSpeculativeExecutionPolicy({ delayMs: 50 }),
  nodes = 3,
): Promise<SessionHarness> {
  return SessionHarness.start({ nodes, cluster: { speculativeExecutionPolicy: policy } });
}

/** Stream ids that wait for replies nobody wants. */
function orphansOf(h: SessionHarness): number {
  return h.session.state.nodes.reduce((sum, state) => sum + state.orphaned, 0);
}

describe('speculative execution', () => {
  test('should have the second node win, with the same timestamp, and give up the first', async () => {
    await using h = await start();
    const late = held(voidResult());
    h.servers.when(INSERT, sequence(late, voidResult()));
    const started = h.clock.now();
    const { executionInfo } = await h.settle(h.session.execute(INSERT, undefined, idempotent));
    assert.ok(h.clock.now() - started < 70);
    assert.equal(executionInfo.attempts, 2);
    assert.equal(executionInfo.speculativeExecutions, 1);
    const [first, second] = h.statements;
    assert.equal(first?.parameters?.timestamp, second?.parameters?.timestamp);
    assert.notEqual(first?.connection, second?.connection);
    assert.equal(h.session.state.inFlight, 0);
    // The id of the first is taken until the late reply comes; the connection goes on.
    const connections = h.servers.nodes.map((node) => node.connectionsAccepted);
    assert.equal(orphansOf(h), 1);
    late.open();
    await h.clock.advance(20);
    assert.equal(orphansOf(h), 0);
    assert.deepEqual(
      h.servers.nodes.map((node) => node.connectionsAccepted),
      connections,
    );
  });

  test('should give up the second when the first wins', async () => {
    await using h = await start();
    h.servers.when(INSERT, sequence(delayed(80, voidResult()), never()));
    const { executionInfo } = await h.settle(h.session.execute(INSERT, undefined, idempotent));
    assert.equal(executionInfo.attempts, 2);
    assert.equal(h.session.state.inFlight, 0);
    assert.equal(h.session.activeOperations, 0);
  });

  test('should not happen when the answer comes in time', async () => {
    await using h = await start();
    await h.settle(h.session.execute(INSERT, undefined, idempotent));
    await h.clock.advance(500);
    assert.equal(h.statements.length, 1);
  });

  test('should ask no more nodes than the policy allows', async () => {
    await using h = await start(
      new ConstantSpeculativeExecutionPolicy({ delayMs: 20, maxSpeculativeExecutions: 2 }),
      5,
    );
    h.servers.when(INSERT, never());
    await h.failure(h.session.execute(INSERT, undefined, { ...idempotent, timeoutMs: 500 }));
    assert.equal(h.statements.length, 3);
    assert.equal(new Set(h.statements.map((each) => each.connection)).size, 3);
  });

  const refused: readonly (readonly [string, string, RequestOptions])[] = [
    ['what is not idempotent', INSERT, {}],
    ['conditional statements', `${INSERT} IF NOT EXISTS`, idempotent],
    ['serial reads', 'SELECT * FROM ks.t', { consistency: 'SERIAL' }],
    ['local serial reads', 'SELECT * FROM ks.t', { consistency: 'LOCAL_SERIAL' }],
    ['counters', 'UPDATE ks.t SET c = c + 1 WHERE k = 1', idempotent],
  ];
  for (const [what, cql, options] of refused) {
    test(`should never be for ${what}`, async () => {
      await using h = await start();
      h.servers.when(cql, never());
      await h.failure(h.session.execute(cql, undefined, { ...options, timeoutMs: 300 }));
      assert.equal(h.statements.length, 1);
    });
  }

  test('should never be for a request to one node', async () => {
    await using h = await start();
    h.servers.when(INSERT, never());
    const node = h.node(1).node.hostId;
    await h.failure(h.session.execute(INSERT, undefined, { ...idempotent, node, timeoutMs: 300 }));
    assert.equal(h.statements.length, 1);
  });

  test('should go on when one execution fails and another one runs', async () => {
    await using h = await start(undefined, 2);
    h.servers.when(INSERT, sequence(delayed(70, error('overloaded')), delayed(100, voidResult())));
    const { executionInfo } = await h.settle(h.session.execute(INSERT, undefined, idempotent));
    assert.equal(executionInfo.attempts, 2);
    assert.equal(executionInfo.triedNodes.length, 1);
  });

  test('should fail when all executions have failed', async () => {
    await using h = await start(undefined, 2);
    h.servers.when(INSERT, sequence(delayed(70, error('overloaded')), delayed(50, closeConnection('reset'))));
    const failure = await h.failure(h.session.execute(INSERT, undefined, idempotent));
    assert.ok(failure instanceof NoHostAvailableError);
    assert.equal(Object.keys(failure.errors).length, 2);
    assert.equal(h.session.state.inFlight, 0);
  });

  test('should say unknown when an execution that was given up may have been applied', async () => {
    await using h = await start();
    h.servers.when(INSERT, sequence(never(), error('invalid')));
    const failure = await h.failure(h.session.execute(INSERT, undefined, idempotent));
    assert.equal(failure.name, 'InvalidQueryError');
    assert.equal((failure as AsyncCassandraError).outcome, 'unknown');
  });

  test('should also begin for requests that had to wait for room', async () => {
    await using h = await SessionHarness.start({
      nodes: 3,
      cluster: {
        speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy({ delayMs: 50 }),
        limits: { maxInFlight: 1 },
      },
    });
    const first = h.session.execute('INSERT INTO ks.t (k) VALUES (0)');
    h.servers.when(INSERT, sequence(never(), voidResult()));
    const second = h.session.execute(INSERT, undefined, idempotent);
    await h.settle(first);
    assert.equal((await h.settle(second)).executionInfo.speculativeExecutions, 1);
  });

  test('should not follow the empty page of an execution that has lost', async () => {
    await using h = await start(undefined, 2);
    const cql = 'SELECT k FROM ks.t';
    const content = pages({ k: t.int }, [[], [[1]]]);
    h.servers.when({ cql, nth: 1 }, delayed(65, content));
    h.servers.when({ cql, nth: 1 }, delayed(15, content));
    h.servers.when({ cql, nth: (n) => n > 2 }, content);
    const result = await h.settle(h.session.execute(cql));
    assert.deepEqual(result.currentRows, [{ k: 1 }]);
    await h.clock.advance(500);
    assert.equal(h.session.state.inFlight, 0);
  });

  test('should have a policy that throws fail the request alone', async () => {
    let calls = 0;
    const policy: SpeculativeExecutionPolicy = {
      nextDelayMs: () => {
        if (++calls > 1) throw new Error('policy bug');
        return 20;
      },
    };
    await using h = await start(policy);
    h.servers.when(INSERT, never());
    const failure = await h.failure(h.session.execute(INSERT, undefined, idempotent));
    assert.equal((failure as AsyncCassandraError).code, 'CASS_ERR_INTERNAL');
    assert.equal((failure as AsyncCassandraError).outcome, 'unknown');
    assert.equal(h.session.activeOperations, 0);
  });

  test('should have a policy that throws on latencies do no harm to others', async () => {
    const policy: SpeculativeExecutionPolicy = {
      nextDelayMs: () => 1000,
      onLatency: () => {
        throw new Error('policy bug');
      },
    };
    await using h = await start(policy, 1);
    const before = h.node().connectionsAccepted;
    const results = await h.settle(
      Promise.allSettled([1, 2, 3].map(() => h.session.execute(INSERT, undefined, idempotent))),
    );
    assert.equal(results.length, 3);
    assert.equal(h.node().connectionsAccepted, before);
    assert.equal(h.session.activeOperations, 0);
  });

  test('should tell the policy how long losers and attempts that were given up had taken', async () => {
    const latencies: number[] = [];
    const policy: SpeculativeExecutionPolicy = {
      nextDelayMs: (_node, executions) => (executions === 1 ? 50 : -1),
      onLatency: (_node, ms) => latencies.push(Math.round(ms / 10) * 10),
    };
    await using h = await start(policy, 3);
    h.servers.when(INSERT, sequence(never(), delayed(20, voidResult())));
    await h.settle(h.session.execute(INSERT, undefined, idempotent));
    assert.deepEqual(latencies.splice(0), [20, 70]);
    h.servers.when(INSERT, sequence(never(), voidResult()));
    await h.settle(h.session.execute('SELECT k FROM ks.t', undefined, { node: h.node(0).node.hostId }).catch(() => 0));
    latencies.length = 0;
    await h.failure(h.session.execute(INSERT, undefined, { attemptTimeoutMs: 30, retryPolicy: {} }));
    assert.deepEqual(latencies, [30]);
  });

  test('should tell the policy how long answers took', async () => {
    const latencies: number[] = [];
    const policy: SpeculativeExecutionPolicy = {
      nextDelayMs: () => -1,
      onLatency: (_node, ms) => latencies.push(ms),
    };
    await using h = await start(policy, 1);
    h.servers.when(INSERT, delayed(30, voidResult()));
    await h.settle(h.session.execute(INSERT));
    assert.deepEqual(latencies, [32]);
  });
});
