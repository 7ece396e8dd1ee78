import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AsyncCassandraError } from '../../../src/errors/index.ts';
import { SessionClosedError } from '../../../src/errors/index.ts';
import { BatchStatement, cql } from '../../../src/session/index.ts';
import { byDefault, delayed, generatedRows, held, never, t, voidResult } from '../../support/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const PREPARED = 'INSERT INTO ks.t (k) VALUES (?)';
const bind = { bind: { k: t.int } };

async function closedError(promise: Promise<unknown>): Promise<SessionClosedError> {
  const failure = await rejection(promise);
  assert.ok(failure instanceof SessionClosedError, `${failure.name}: ${failure.message}`);
  return failure;
}

describe('closing a session', () => {
  test('should let what is in flight, queued and being prepared finish within the drain time', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 4 } } });
    h.servers.when(INSERT, delayed(100, voidResult()));
    h.servers.when(PREPARED, delayed(100, voidResult()), bind);
    h.servers.when({ opcode: 'PREPARE' }, delayed(100, byDefault()), bind);
    const work = [
      ...Array.from({ length: 10 }, () => h.session.execute(INSERT)),
      h.session.execute(PREPARED, [1]),
      h.session.execute(new BatchStatement().add(PREPARED, [1])),
      h.session.prepare(PREPARED),
    ];
    await h.clock.advance(5);
    const closing = h.session.close({ drainTimeoutMs: 5000 });
    assert.equal(h.session.closed, false);
    await h.settle(Promise.all(work));
    await h.settle(closing);
    assert.equal(h.session.closed, true);
    assert.equal(h.session.activeOperations, 0);
    assert.equal(h.session.state.openConnections, 0);
  });

  test('should fail what is left after the drain time, each with its outcome', async () => {
    await using h = await SessionHarness.start({ nodes: 2, cluster: { limits: { maxInFlight: 3 } } });
    h.servers.when(INSERT, never());
    h.servers.when('SELECT k FROM ks.t', never());
    h.servers.when({ opcode: 'PREPARE' }, never(), bind);
    const write = h.session.execute(INSERT, undefined, { timeoutMs: 60_000, idempotent: true });
    const read = h.session.execute('SELECT k FROM ks.t', undefined, { timeoutMs: 60_000 });
    const prepared = h.session.execute(PREPARED, [1], { timeoutMs: 60_000 });
    const queued = h.session.execute(INSERT, undefined, { timeoutMs: 60_000 });
    const failures = Promise.all([write, read, prepared, queued].map((each) => closedError(each)));
    await h.clock.advance(5);
    const started = h.clock.now();
    await h.settle(h.session.close({ drainTimeoutMs: 300 }));
    const [ofWrite, ofRead, ofPrepared, ofQueued] = await h.settle(failures);
    assert.ok(h.clock.now() - started >= 300 && h.clock.now() - started < 400);
    assert.equal(ofWrite?.outcome, 'unknown');
    assert.equal(ofRead?.outcome, 'rejected');
    assert.notEqual(ofPrepared?.outcome, 'unknown');
    assert.equal(ofQueued?.outcome, 'notSent');
    assert.equal(h.session.activeOperations, 0);
  });

  test('should be one closing for all who ask', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, delayed(50, voidResult()));
    const request = h.session.execute(INSERT);
    const closings = [
      h.session.close(),
      h.session.close({ drainTimeoutMs: 0 }),
      h.session[Symbol.asyncDispose](),
      h.cluster.shutdown(),
    ];
    assert.equal(closings[0], h.session.close());
    await h.settle(Promise.all(closings));
    await h.settle(request);
    assert.equal(h.session.closed, true);
    assert.equal(h.cluster.closed, true);
  });

  test('should have every use from then on fail at once', async () => {
    await using h = await SessionHarness.start();
    const statement = await h.settle(h.session.prepare('INSERT INTO ks.t (k) VALUES (1)'));
    const check = async (): Promise<void> => {
      const uses = [
        () => h.session.execute(INSERT),
        () => h.session.execute(statement),
        () => h.session.execute(PREPARED, [1]),
        () => h.session.executeBatch(new BatchStatement().add(INSERT)),
        () => h.session.cql`INSERT INTO ks.t (k) VALUES (${1})`,
        () => h.session.execute(cql`INSERT INTO ks.t (k) VALUES (${1})`),
        () => h.session.prepare(PREPARED),
        () => h.session.executeStream('SELECT k FROM ks.t'),
        () => h.session.setKeyspace('ks'),
        () => h.session.executeConcurrent(PREPARED, [[1]]),
        () => h.session.getTrace('00000000-0000-1000-8000-000000000000'),
      ];
      for (const use of uses) {
        const error: unknown = await use().then(
          () => null,
          (reason: unknown) => reason,
        );
        assert.ok(error instanceof SessionClosedError, use.toString());
        assert.equal(error.outcome, 'notSent');
      }
    };
    const closing = h.session.close();
    await check();
    await h.settle(closing);
    await check();
  });

  test('should end streams that are being read', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(
      'SELECT k FROM ks.t',
      delayed(
        20,
        generatedRows({ k: t.int }, 100_000, (i) => [i]),
      ),
    );
    const stream = await h.settle(h.session.executeStream('SELECT k FROM ks.t', [], { fetchSize: 10 }));
    const reading = closedError(
      (async (): Promise<void> => {
        for await (const rows of stream.pages()) assert.equal(rows.length, 10);
      })(),
    );
    await h.clock.advance(100);
    await h.settle(h.session.close({ drainTimeoutMs: 100 }));
    await h.settle(reading);
    assert.equal(h.session.state.openStreams, 0);
    assert.equal(h.session.activeOperations, 0);
  });

  test('should fail requests that wait for a statement to be prepared again', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(PREPARED, voidResult(), bind);
    const statement = await h.settle(h.session.prepare(PREPARED));
    h.node().forgetPrepared();
    h.servers.when({ opcode: 'PREPARE' }, never(), bind);
    const request = closedError(h.session.execute(statement, [1]));
    await h.clock.advance(20);
    await h.settle(h.session.close({ drainTimeoutMs: 50 }));
    assert.equal((await h.settle(request)).outcome, 'rejected');
  });

  test('should not have a request begin that was about to when the session closed', async () => {
    await using h = await SessionHarness.start();
    const slow = held(byDefault());
    h.servers.when(PREPARED, voidResult(), bind);
    h.servers.when({ opcode: 'PREPARE' }, slow, bind);
    const request = h.session.execute(PREPARED, [1]).then(
      () => 'done',
      (error: unknown) => (error as AsyncCassandraError).name,
    );
    await h.clock.advance(5);
    const closing = h.session.close({ drainTimeoutMs: 1000 });
    slow.open();
    await h.settle(closing);
    assert.equal(await h.settle(request), 'done');
  });

  test('should leave nothing of a cluster that is shut down', async () => {
    const h = await SessionHarness.start({ nodes: 3 });
    h.servers.when(INSERT, never());
    const requests = Array.from({ length: 20 }, () => closedError(h.session.execute(INSERT)));
    await h.clock.advance(5);
    await h.settle(h.cluster.shutdown({ drainTimeoutMs: 10 }));
    await h.settle(Promise.all(requests));
    await h.clock.advance(10);
    assert.equal(h.network.openLinks().length, 0);
    await h.clock.runUntilIdle();
    await h.servers.stop();
    await h.clock.advance(10);
    assert.equal(h.clock.pending, 0);
  });
});
