import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AsyncCassandraError, type Outcome } from '../../../src/errors/index.ts';
import { FallthroughRetryPolicy } from '../../../src/policies/index.ts';
import { closeConnection, error, never, type Reply, sequence, voidResult } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const LWT = 'INSERT INTO ks.t (k) VALUES (1) IF NOT EXISTS';

interface Cell {
  readonly name: string;
  readonly reply: Reply;
  /** Where it is sent again; undefined: nowhere. */
  readonly idempotent: 'same' | 'next' | undefined;
  readonly unsafe: 'same' | 'next' | undefined;
  readonly outcome: Outcome;
  readonly attemptTimeoutMs?: number;
}

const replicas = { consistency: 'QUORUM', required: 2 } as const;
const cells: readonly Cell[] = [
  {
    name: 'read timeout with enough answers',
    reply: error('readTimeout', { ...replicas, received: 2, dataPresent: false }),
    idempotent: 'same',
    unsafe: undefined,
    outcome: 'rejected',
  },
  {
    name: 'read timeout with the data present',
    reply: error('readTimeout', { ...replicas, received: 1, dataPresent: true }),
    idempotent: 'same',
    unsafe: undefined,
    outcome: 'rejected',
  },
  {
    name: 'read timeout with too few answers',
    reply: error('readTimeout', { ...replicas, received: 1, dataPresent: false }),
    idempotent: undefined,
    unsafe: undefined,
    outcome: 'rejected',
  },
  ...(['SIMPLE', 'BATCH', 'UNLOGGED_BATCH', 'BATCH_LOG'] as const).map(
    (writeType): Cell => ({
      name: `write timeout ${writeType}`,
      reply: error('writeTimeout', { ...replicas, received: 1, writeType }),
      idempotent: 'same',
      unsafe: undefined,
      outcome: 'unknown',
    }),
  ),
  ...(['CAS', 'COUNTER', 'VIEW', 'CDC'] as const).map(
    (writeType): Cell => ({
      name: `write timeout ${writeType}`,
      reply: error('writeTimeout', { ...replicas, received: 1, writeType }),
      idempotent: undefined,
      unsafe: undefined,
      outcome: 'unknown',
    }),
  ),
  {
    name: 'unavailable',
    reply: error('unavailable', { ...replicas, alive: 1 }),
    idempotent: 'next',
    unsafe: 'next',
    outcome: 'rejected',
  },
  {
    name: 'connection lost',
    reply: closeConnection('reset'),
    idempotent: 'next',
    unsafe: undefined,
    outcome: 'unknown',
  },
  {
    name: 'attempt timeout',
    reply: never(),
    idempotent: 'next',
    unsafe: undefined,
    outcome: 'unknown',
    attemptTimeoutMs: 100,
  },
  { name: 'overloaded', reply: error('overloaded'), idempotent: 'next', unsafe: undefined, outcome: 'unknown' },
  { name: 'server error', reply: error('serverError'), idempotent: 'next', unsafe: undefined, outcome: 'unknown' },
  { name: 'truncate error', reply: error('truncateError'), idempotent: 'next', unsafe: undefined, outcome: 'unknown' },
  { name: 'bootstrapping', reply: error('isBootstrapping'), idempotent: 'next', unsafe: 'next', outcome: 'rejected' },
  { name: 'syntax error', reply: error('syntaxError'), idempotent: undefined, unsafe: undefined, outcome: 'rejected' },
  { name: 'invalid', reply: error('invalid'), idempotent: undefined, unsafe: undefined, outcome: 'rejected' },
  { name: 'unauthorized', reply: error('unauthorized'), idempotent: undefined, unsafe: undefined, outcome: 'rejected' },
  {
    name: 'write failure',
    reply: error('writeFailure', { ...replicas, received: 1, failures: { '10.0.0.9': 0 }, writeType: 'SIMPLE' }),
    idempotent: undefined,
    unsafe: undefined,
    outcome: 'unknown',
  },
  {
    name: 'read failure',
    reply: error('readFailure', { ...replicas, received: 1, failures: { '10.0.0.9': 0 }, dataPresent: false }),
    idempotent: undefined,
    unsafe: undefined,
    outcome: 'rejected',
  },
  { name: 'an unknown code', reply: error(0x7777), idempotent: undefined, unsafe: undefined, outcome: 'unknown' },
];

describe('the retry table', () => {
  for (const cell of cells) {
    for (const idempotent of [true, false]) {
      const expected = idempotent ? cell.idempotent : cell.unsafe;
      const how = idempotent ? 'idempotent' : 'not idempotent';
      const what = expected === undefined ? 'fail at once' : `be sent again to the ${expected} node`;
      test(`a statement that is ${how} should ${what} after ${cell.name}`, async () => {
        await using h = await SessionHarness.start({ nodes: 3 });
        h.servers.when(INSERT, sequence(cell.reply, voidResult()));
        const options = { idempotent, attemptTimeoutMs: cell.attemptTimeoutMs };
        const request = h.session.execute(INSERT, undefined, options);
        if (expected === undefined) {
          const failure = await h.failure(request);
          assert.ok(failure instanceof AsyncCassandraError);
          assert.equal(failure.outcome, cell.outcome, `${failure.name}: ${failure.message}`);
          assert.equal(h.statements.length, 1);
          return;
        }
        const { executionInfo } = await h.settle(request);
        const sent = h.statements;
        assert.equal(sent.length, 2);
        const nodes = sent.map((each) => h.servers.nodes.findIndex((node) => node.log.statements.includes(each)));
        assert.equal(nodes[0] === nodes[1], expected === 'same');
        assert.equal(executionInfo.attempts, 2);
        assert.equal(executionInfo.coordinator, h.node(nodes[1]).contactPoint);
        assert.deepEqual(
          executionInfo.triedNodes.map((tried) => tried.node),
          [h.node(nodes[0]).contactPoint],
        );
      });
    }
  }

  for (const { name, reply, outcome, attemptTimeoutMs } of cells)
    test(`a statement that nobody sends again should say that it was ${outcome} after ${name}`, async () => {
      await using h = await SessionHarness.start({ nodes: 3 });
      h.servers.when(INSERT, reply);
      const options = { idempotent: true, attemptTimeoutMs, retryPolicy: new FallthroughRetryPolicy() };
      const failure = await h.failure(h.session.execute(INSERT, undefined, options));
      assert.ok(failure instanceof AsyncCassandraError);
      assert.equal(failure.outcome, outcome, `${failure.name}: ${failure.message}`);
      assert.equal(h.statements.length, 1);
    });

  test('a conditional statement should not be sent again when replicas were unavailable, which says nothing of its outcome', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    h.servers.when(LWT, error('unavailable', { consistency: 'QUORUM', required: 2, alive: 1 }));
    const failure = await h.failure(h.session.execute(LWT));
    assert.equal(failure.name, 'UnavailableError');
    assert.equal((failure as AsyncCassandraError).outcome, 'unknown');
    assert.equal(h.statements.length, 1);
  });

  test('an unavailable statement should go to one further node only', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    h.servers.when(INSERT, error('unavailable', { consistency: 'QUORUM', required: 2, alive: 1 }));
    const failure = await h.failure(h.session.execute(INSERT));
    assert.equal(failure.name, 'UnavailableError');
    assert.equal(h.statements.length, 2);
  });

  test('an error that a select gets has never applied anything', async () => {
    await using h = await SessionHarness.start({ nodes: 1 });
    const cql = 'SELECT * FROM ks.t';
    for (const reply of [error('serverError'), error(0x7777), closeConnection('reset'), never()]) {
      h.servers.when(cql, reply);
      const failure = await h.failure(h.session.execute(cql, undefined, { timeoutMs: 500 }));
      assert.ok(failure instanceof AsyncCassandraError);
      assert.equal(failure.outcome, 'rejected', failure.name);
      await h.clock.advance(30_000);
    }
  });
});
