import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AsyncCassandraError,
  NoHostAvailableError,
  OverloadedError,
  type Outcome,
  TimeoutError,
} from '../../../src/errors/index.ts';
import type { RetryContext, RetryPolicy } from '../../../src/policies/index.ts';
import { closeConnection, error, never, type Reply, sequence, voidResult } from '../../support/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

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

test('should keep the write timestamp of the first attempt on every further one', async () => {
  for (const version of [4, 5]) {
    await using h = await SessionHarness.start({ nodes: 3, versions: [version] });
    h.servers.when(INSERT, sequence(never(), error('overloaded'), voidResult()));
    await h.settle(h.session.execute(INSERT, undefined, { idempotent: true, attemptTimeoutMs: 50 }));
    const stamps = h.statements.map((each) => each.parameters?.timestamp);
    assert.equal(stamps.length, 3);
    assert.equal(typeof stamps[0], 'bigint');
    assert.equal(new Set(stamps).size, 1);
    await h.settle(h.session.execute(INSERT));
    assert.notEqual(h.statements.at(-1)?.parameters?.timestamp, stamps[0]);
  }
});

test('should send no timestamp of its own with reads, conditional statements and counters', async () => {
  await using h = await SessionHarness.start();
  h.servers.when('SELECT k FROM ks.t', voidResult());
  for (const cql of ['SELECT k FROM ks.t', LWT, 'UPDATE ks.t SET c = c + 1 WHERE k = 1'])
    await h.settle(h.session.execute(cql));
  assert.deepEqual(
    h.statements.map((each) => each.parameters?.timestamp),
    [undefined, undefined, undefined],
  );
});

test('should say unknown when any attempt may have been applied, whatever the last one says', async () => {
  await using h = await SessionHarness.start({ nodes: 3 });
  h.servers.when(INSERT, sequence(closeConnection('reset'), error('invalid')));
  const failure = await h.failure(h.session.execute(INSERT, undefined, { idempotent: true }));
  assert.equal(failure.name, 'InvalidQueryError');
  assert.equal((failure as AsyncCassandraError).outcome, 'unknown');
});

test('should tell the error of each node when none could serve the request', async () => {
  await using h = await SessionHarness.start({ nodes: 3 });
  h.node(0).when(INSERT, error('overloaded'));
  h.node(1).when(INSERT, error('serverError'));
  h.node(2).when(INSERT, closeConnection('reset'));
  const failure = await h.failure(h.session.execute(INSERT, undefined, { idempotent: true }));
  assert.ok(failure instanceof NoHostAvailableError);
  assert.equal(failure.outcome, 'unknown');
  assert.deepEqual(Object.fromEntries(Object.entries(failure.errors).map(([node, each]) => [node, each.name])), {
    [h.node(0).contactPoint]: 'OverloadedError',
    [h.node(1).contactPoint]: 'ServerError',
    [h.node(2).contactPoint]: 'ConnectionError',
  });
});

test('should say notSent when no node has a connection, and why', async () => {
  await using h = await SessionHarness.start({ nodes: 2 });
  for (const node of h.servers.nodes) await h.servers.stopNode(node, { silently: true });
  await h.clock.advance(100);
  const failure = await h.failure(h.session.execute(INSERT, undefined, { idempotent: true }));
  assert.ok(failure instanceof NoHostAvailableError);
  assert.equal(failure.outcome, 'notSent');
  assert.equal(Object.keys(failure.errors).length, 2);
});

test('should pay for further attempts from what is left of the whole budget', async () => {
  await using h = await SessionHarness.start({ nodes: 3 });
  h.servers.when(INSERT, never());
  const started = h.clock.now();
  const options = { idempotent: true, timeoutMs: 250, attemptTimeoutMs: 100 };
  const failure = await h.failure(h.session.execute(INSERT, undefined, options));
  assert.ok(failure instanceof TimeoutError);
  assert.equal(failure.timeoutMs, 250);
  assert.equal(failure.outcome, 'unknown');
  const took = h.clock.now() - started;
  assert.ok(took >= 250 && took <= 280, `${took} ms`);
  const [first = 0, ...later] = h.statements.map((each) => each.at);
  assert.deepEqual(
    later.map((at) => Math.round((at - first) / 100)),
    [1, 2],
  );
});

test('should drop the reply that comes after its caller has gone, and keep the connection', async () => {
  await using h = await SessionHarness.start();
  const { held } = await import('../../support/index.ts');
  const late = held(voidResult());
  h.servers.when(INSERT, late);
  const failure = await h.failure(h.session.execute(INSERT, undefined, { timeoutMs: 50 }));
  assert.ok(failure instanceof TimeoutError);
  const connections = h.node().connectionsAccepted;
  late.open();
  await h.clock.advance(100);
  await h.settle(h.session.execute(INSERT));
  assert.equal(h.node().connectionsAccepted, connections);
  assert.equal(h.session.state.inFlight, 0);
});

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
      for (const other of others) assert.ok((await h.settle(other)) instanceof AsyncCassandraError);
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

test('should send again what had not left this process, idempotent or not', async () => {
  await using h = await SessionHarness.start({ nodes: 2 });
  h.servers.when(INSERT, voidResult());
  // In the same turn: the connections break before anything is written.
  const requests = [1, 2, 3, 4].map(() => h.session.execute(INSERT));
  for (const link of h.network.openLinks('10.0.0.1')) link.cut();
  const results = await h.settle(Promise.all(requests));
  assert.equal(results.length, 4);
  assert.equal(h.statements.length, 4);
});

test('should ask the targeted node alone', async () => {
  await using h = await SessionHarness.start({ nodes: 3 });
  h.servers.when(INSERT, voidResult());
  const { hostId } = h.node(1).node;
  for (let i = 0; i < 5; i++) {
    const result = await h.settle(h.session.execute(INSERT, undefined, { node: hostId }));
    assert.equal(result.executionInfo.coordinator, h.node(1).contactPoint);
  }
  h.node(1).when(INSERT, error('overloaded'));
  const failure = await h.failure(h.session.execute(INSERT, undefined, { node: hostId, idempotent: true }));
  assert.ok(failure instanceof OverloadedError);
  assert.equal(failure.node, h.node(1).contactPoint);
  assert.equal(h.statements.length, 6);
  h.node(1).when(INSERT, closeConnection('reset'));
  const lost = await h.failure(h.session.execute(INSERT, undefined, { node: hostId, idempotent: true }));
  assert.ok(lost instanceof NoHostAvailableError);
  assert.deepEqual(Object.keys(lost.errors), [h.node(1).contactPoint]);
  assert.equal(h.statements.length, 7);
});
