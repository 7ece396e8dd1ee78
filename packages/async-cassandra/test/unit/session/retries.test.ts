import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AsyncCassandraError,
  NoHostAvailableError,
  OverloadedError,
  TimeoutError,
} from '../../../src/errors/index.ts';
import { closeConnection, error, held, never, sequence, voidResult } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const LWT = 'INSERT INTO ks.t (k) VALUES (1) IF NOT EXISTS';

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
