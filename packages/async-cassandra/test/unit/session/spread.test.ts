import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { error, never, voidResult } from '../../support/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';

describe('the nodes of a session', () => {
  test('should spread requests over the connections of a node, the least busy first', async () => {
    await using h = await SessionHarness.start({ cluster: { pooling: { connectionsPerNode: 4 } } });
    await h.clock.advance(1_000);
    h.servers.when(INSERT, never());
    const requests = Array.from({ length: 40 }, () =>
      rejection(h.session.execute(INSERT, undefined, { timeoutMs: 50 })),
    );
    await h.clock.advance(10);
    const perConnection = new Map<unknown, number>();
    for (const { connection } of h.statements) perConnection.set(connection, (perConnection.get(connection) ?? 0) + 1);
    assert.deepEqual([...perConnection.values()], [10, 10, 10, 10]);
    await h.settle(Promise.all(requests));
  });

  test('should be passed over while their circuit breaker is open, and probed until one heals', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    const broken = h.node(0);
    const rule = broken.when(INSERT, error('overloaded'));
    const breaker = (): string | undefined =>
      h.session.state.nodes.find(({ hostId }) => hostId === broken.node.hostId)?.breaker;
    assert.equal(breaker(), 'closed');
    const run = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await h.settle(h.session.execute(INSERT, undefined, { idempotent: true }));
    };
    while (breaker() === 'closed') await run(1);
    assert.equal(breaker(), 'open');
    h.clearLogs();
    await run(50);
    assert.equal(broken.log.statements.length, 0);
    rule.remove();
    broken.when(INSERT, voidResult());
    await h.clock.advance(2_000);
    assert.equal(breaker(), 'halfOpen');
    await run(50);
    assert.equal(breaker(), 'closed');
    assert.ok(broken.log.statements.length > 1);
  });
});
