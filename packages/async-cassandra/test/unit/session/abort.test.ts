import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import { AbortError } from '../../../src/errors/index.ts';
import { held, never, schemaChange, t, voidResult } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';

async function aborted(h: SessionHarness, request: Promise<unknown>, reason: unknown): Promise<AbortError> {
  const failure = await h.failure(request);
  assert.ok(failure instanceof AbortError, failure.message);
  assert.equal(failure.cause, reason);
  return failure;
}

describe('an AbortSignal', () => {
  test('that fired before should keep the request from being sent', async () => {
    await using h = await SessionHarness.start();
    const reason = { why: 'tired' };
    const failure = await aborted(
      h,
      h.session.execute(INSERT, undefined, { signal: AbortSignal.abort(reason) }),
      reason,
    );
    assert.equal(failure.outcome, 'notSent');
    await h.clock.advance(10);
    assert.equal(h.statements.length, 0);
  });

  test('that fires in the same turn should keep the request from ever reaching the server', async () => {
    for (const versions of [[4], [5]]) {
      await using h = await SessionHarness.start({ versions });
      const controller = new AbortController();
      const before = h.session.execute(INSERT);
      const request = h.session.execute('INSERT INTO ks.aborted (k) VALUES (1)', undefined, {
        signal: controller.signal,
      });
      const after = h.session.execute(INSERT);
      controller.abort('no');
      const failure = await aborted(h, request, 'no');
      assert.equal(failure.outcome, 'notSent');
      await h.settle(Promise.all([before, after]));
      assert.deepEqual(
        h.statements.map((each) => each.cql),
        [INSERT, INSERT],
      );
      assert.equal(h.session.state.inFlight, 0);
    }
  });

  test('that fires in flight should free the caller at once and keep the connection and its stream id', async () => {
    await using h = await SessionHarness.start();
    const late = held(voidResult());
    h.servers.when(INSERT, late);
    const controller = new AbortController();
    const request = h.session.execute(INSERT, undefined, { signal: controller.signal });
    await h.clock.advance(50);
    const now = h.clock.now();
    controller.abort('enough');
    const failure = await aborted(h, request, 'enough');
    assert.equal(h.clock.now(), now);
    assert.equal(failure.outcome, 'unknown');
    assert.equal(h.session.state.inFlight, 0);
    const [first] = h.statements;
    const other = h.session.execute('INSERT INTO ks.t (k) VALUES (2)');
    await h.settle(other);
    assert.notEqual(h.statements.at(-1)?.streamId, first?.streamId);
    assert.equal(h.statements.at(-1)?.connection, first?.connection);
    late.open();
    await h.clock.advance(10);
  });

  test('that fires while a select is in flight means that nothing was changed', async () => {
    await using h = await SessionHarness.start();
    h.servers.when('SELECT * FROM ks.t', never());
    const controller = new AbortController();
    const request = h.session.execute('SELECT * FROM ks.t', undefined, { signal: controller.signal });
    await h.clock.advance(50);
    controller.abort('x');
    assert.equal((await aborted(h, request, 'x')).outcome, 'rejected');
  });

  test('that fires in the queue should take the request out of it', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 1 } } });
    const slow = held(voidResult());
    h.servers.when(INSERT, slow);
    const first = h.session.execute(INSERT);
    const controller = new AbortController();
    const second = h.session.execute(INSERT, undefined, { signal: controller.signal });
    const third = h.session.execute(INSERT);
    assert.equal(h.session.state.queued, 2);
    await h.clock.advance(10);
    controller.abort('x');
    assert.equal((await aborted(h, second, 'x')).outcome, 'notSent');
    assert.equal(h.session.state.queued, 1);
    slow.open();
    await h.settle(Promise.all([first, third]));
    assert.equal(h.statements.length, 2);
  });

  test('that fires while the schema is settling says that the statement may have been applied', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    const cql = 'CREATE TABLE ks.t (k int PRIMARY KEY)';
    h.servers.when(cql, schemaChange({ changeType: 'CREATED', target: 'TABLE', keyspace: 'ks', name: 't' }));
    h.servers.setSchemaVersion('other', [h.node(1)]);
    const controller = new AbortController();
    const request = h.session.execute(cql, undefined, { signal: controller.signal });
    await h.clock.advance(100);
    controller.abort('x');
    assert.equal((await aborted(h, request, 'x')).outcome, 'unknown');
  });

  test('should have one listener however many requests share it, and none when the last has ended', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 5 } } });
    const cql = 'INSERT INTO ks.t (k) VALUES (?)';
    h.servers.when(cql, voidResult(), { bind: { k: t.int } });
    const { signal } = new AbortController();
    const requests = Array.from({ length: 20 }, (_, k) => h.session.execute(cql, [k], { signal }));
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    assert.equal(listeners(), 1);
    await h.settle(requests[0] as Promise<unknown>);
    assert.ok(listeners() <= 1);
    await h.settle(Promise.all(requests));
    assert.equal(listeners(), 0);
    const stream = await h.settle(h.session.executeStream('SELECT release_version FROM system.local', [], { signal }));
    // An open stream ends at once when its signal fires, also while nobody reads it.
    assert.equal(listeners(), 1);
    await stream.cancel();
    assert.equal(listeners(), 0);
    await h.failure(h.session.execute('nonsense', undefined, { signal }));
    assert.equal(listeners(), 0);
  });

  test('should end all requests that share it', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, never());
    const controller = new AbortController();
    const requests = Array.from({ length: 50 }, () =>
      h.session.execute(INSERT, undefined, { signal: controller.signal }),
    );
    for (const request of requests) request.catch(() => undefined);
    await h.clock.advance(5);
    controller.abort('all');
    for (const request of requests) await aborted(h, request, 'all');
    assert.equal(h.session.activeOperations, 0);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });
});
