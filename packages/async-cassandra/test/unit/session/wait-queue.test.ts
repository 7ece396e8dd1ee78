import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NoHostAvailableError, QueueFullError, SessionClosedError, TimeoutError } from '../../../src/errors/index.ts';
import { held, never, voidResult } from '../../support/index.ts';
import { hasSettled, rejection, SessionHarness } from '../../support/session/session-harness.ts';

function insert(k: number): string {
  return `INSERT INTO ks.t (k) VALUES (${k})`;
}

describe('the wait queue', () => {
  test('should serve requests in the order of their arrival', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 3 } } });
    const slow = held(voidResult());
    h.servers.when(/^INSERT/, slow);
    const requests = Array.from({ length: 30 }, (_, k) => h.session.execute(insert(k)));
    assert.equal(h.session.state.queued, 27);
    for (let round = 0; round < 40; round++) {
      await h.clock.advance(5);
      assert.ok(slow.waiting <= 3);
      slow.release(0);
    }
    await h.settle(Promise.all(requests));
    assert.deepEqual(
      h.statements.map((each) => each.cql),
      Array.from({ length: 30 }, (_, k) => insert(k)),
    );
    assert.equal(h.session.state.queued, 0);
  });

  test('should wait for room on the connections too', async () => {
    await using h = await SessionHarness.start({ cluster: { pooling: { maxRequestsPerConnection: 2 } } });
    const slow = held(voidResult());
    h.servers.when(/^INSERT/, slow);
    const requests = Array.from({ length: 10 }, (_, k) => h.session.execute(insert(k)));
    assert.equal(h.session.state.queued, 8);
    await h.clock.advance(5);
    slow.open();
    await h.settle(Promise.all(requests));
    assert.deepEqual(
      h.statements.map((each) => each.cql),
      Array.from({ length: 10 }, (_, k) => insert(k)),
    );
  });

  test('should refuse what comes when limits.maxQueued wait', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 1, maxQueued: 2 } } });
    const slow = held(voidResult());
    h.servers.when(/^INSERT/, slow);
    const accepted = [0, 1, 2].map((k) => h.session.execute(insert(k)));
    const failure = await h.failure(h.session.execute(insert(3)));
    assert.ok(failure instanceof QueueFullError);
    assert.equal(failure.limit, 'limits.maxQueued');
    assert.equal(failure.outcome, 'notSent');
    slow.open();
    await h.settle(Promise.all(accepted));
    assert.equal(h.statements.length, 3);
  });

  test('should refuse everything that would wait when nothing may wait', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 1, maxQueued: 0 } } });
    const first = h.session.execute(insert(0));
    assert.ok((await h.failure(h.session.execute(insert(1)))) instanceof QueueFullError);
    await h.settle(first);
    await h.settle(h.session.execute(insert(2)));
  });

  test('should end the wait after limits.maxQueueMs', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 1, maxQueueMs: 100 } } });
    h.servers.when(insert(0), never());
    h.session.execute(insert(0)).catch(() => undefined);
    const started = h.clock.now();
    const failure = await h.failure(h.session.execute(insert(1)));
    assert.ok(failure instanceof QueueFullError);
    assert.equal(failure.limit, 'limits.maxQueueMs');
    assert.equal(failure.outcome, 'notSent');
    assert.ok(h.clock.now() - started >= 100 && h.clock.now() - started <= 120);
  });

  test('should end the wait with the time of the request itself', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 1 } } });
    h.servers.when(insert(0), never());
    h.session.execute(insert(0)).catch(() => undefined);
    const failure = await h.failure(h.session.execute(insert(1), undefined, { timeoutMs: 70 }));
    assert.ok(failure instanceof TimeoutError);
    assert.equal(failure.outcome, 'notSent');
    assert.equal(h.statements.length, 1);
  });

  test('should count the wait in the time of the request', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 1 } } });
    const slow = held(voidResult());
    h.servers.when(insert(0), slow);
    h.servers.when(insert(1), never());
    const first = h.session.execute(insert(0));
    const second = h.session.execute(insert(1), undefined, { timeoutMs: 200 });
    second.catch(() => undefined);
    await h.clock.advance(150);
    slow.open();
    await h.settle(first);
    const started = h.clock.now();
    const failure = await h.failure(second);
    assert.ok(failure instanceof TimeoutError);
    assert.equal(failure.outcome, 'unknown');
    assert.ok(h.clock.now() - started <= 70, `${h.clock.now() - started} ms`);
  });

  test('should be told when the session closes', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 1 } } });
    h.servers.when(/^INSERT/, never());
    const requests = [0, 1, 2].map((k) => rejection(h.session.execute(insert(k))));
    const closing = h.session.close({ drainTimeoutMs: 100 });
    const [inFlight, ...queued] = await h.settle(Promise.all(requests));
    assert.equal((inFlight as SessionClosedError).outcome, 'unknown');
    for (const failure of queued) {
      assert.ok(failure instanceof SessionClosedError);
      assert.equal(failure.outcome, 'notSent');
    }
    await h.settle(closing);
  });

  test('should not have requests for one full node hold up those that may go elsewhere', async () => {
    await using h = await SessionHarness.start({ nodes: 2, cluster: { pooling: { maxRequestsPerConnection: 2 } } });
    const slow = held(voidResult());
    h.node(0).when(/^INSERT/, slow);
    const node = h.node(0).node.hostId;
    const targeted = Array.from({ length: 6 }, (_, k) => h.session.execute(insert(k), undefined, { node }));
    assert.equal(h.session.state.queued, 4);
    for (let k = 10; k < 20; k++) {
      const result = await h.settle(h.session.execute(insert(k)));
      assert.equal(result.executionInfo.coordinator, h.node(1).contactPoint);
    }
    assert.equal(await hasSettled(targeted[0] as Promise<unknown>), false);
    slow.open();
    const results = await h.settle(Promise.all(targeted));
    assert.ok(results.every((result) => result.executionInfo.coordinator === h.node(0).contactPoint));
  });

  test('should fail those who wait for nodes that go down', async () => {
    await using h = await SessionHarness.start({ cluster: { pooling: { maxRequestsPerConnection: 1 } } });
    h.servers.when(/^INSERT/, never());
    const first = rejection(h.session.execute(insert(0)));
    const second = rejection(h.session.execute(insert(1), undefined, { timeoutMs: 3000 }));
    await h.clock.advance(5);
    await h.servers.stopNode(h.node(), { silently: true });
    assert.equal((await h.settle(first)).name, 'ConnectionError');
    const failure = await h.settle(second);
    assert.ok(failure instanceof NoHostAvailableError || failure instanceof TimeoutError);
    assert.equal(failure.outcome, 'notSent');
  });
});
