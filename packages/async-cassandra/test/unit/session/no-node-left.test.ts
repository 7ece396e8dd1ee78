import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NoHostAvailableError, OverloadedError, UnavailableError } from '../../../src/errors/index.ts';
import { AsyncRetryPolicy } from '../../../src/policies/index.ts';
import { closeConnection, error, voidResult } from '../../support/index.ts';
import { InOrder } from '../../support/policies/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';

function start(nodes: number): Promise<SessionHarness> {
  return SessionHarness.start({ nodes, cluster: { loadBalancingPolicy: new InOrder() } });
}

describe('the error at the end of a query plan', () => {
  for (const nodes of [1, 2, 3, 5]) {
    test(`should be the last answer when all of ${nodes} nodes have answered`, async () => {
      await using h = await start(nodes);
      h.servers.when(INSERT, error('isBootstrapping'));
      h.node(nodes - 1).when(INSERT, error('overloaded'));
      const retryPolicy = new AsyncRetryPolicy({ maxRetries: 9 });
      const failure = await h.failure(h.session.execute(INSERT, undefined, { idempotent: true, retryPolicy }));
      assert.ok(failure instanceof OverloadedError);
      assert.equal(failure.node, h.node(nodes - 1).contactPoint);
      assert.equal(h.statements.length, nodes);
    });
  }

  test('should be the answer of the only node that is connected, though others are passed over', async () => {
    await using h = await start(3);
    for (const index of [0, 2]) await h.servers.stopNode(h.node(index), { silently: true });
    await h.clock.advance(50);
    h.servers.when(INSERT, error('unavailable', { consistency: 'QUORUM', required: 2, alive: 1 }));
    const failure = await h.failure(h.session.execute(INSERT));
    assert.ok(failure instanceof UnavailableError);
    assert.equal(failure.node, h.node(1).contactPoint);
    assert.equal(failure.outcome, 'rejected');
  });

  test('should tell of each node when one of them did not answer, whichever came last', async () => {
    for (const lost of [0, 1, 2]) {
      await using h = await start(3);
      h.servers.when(INSERT, error('overloaded'));
      h.node(lost).when(INSERT, closeConnection('reset'));
      const failure = await h.failure(h.session.execute(INSERT, undefined, { idempotent: true }));
      assert.ok(failure instanceof NoHostAvailableError);
      assert.deepEqual(
        Object.entries(failure.errors).map(([node, { name }]) => [node, name]),
        h.servers.nodes.map((node, i) => [node.contactPoint, i === lost ? 'ConnectionError' : 'OverloadedError']),
      );
    }
  });

  test('should be the answer to preparing again when no other node is there', async () => {
    await using h = await start(1);
    h.servers.when(INSERT, voidResult());
    const prepared = await h.settle(h.session.prepare(INSERT));
    h.node().forgetPrepared();
    h.servers.when({ opcode: 'PREPARE' }, error('overloaded'));
    const failure = await h.failure(h.session.execute(prepared));
    assert.ok(failure instanceof OverloadedError);
    assert.equal(failure.outcome, 'rejected');
  });
});
