import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { AuthenticationError, NoHostAvailableError, SessionClosedError } from '../../../src/errors/index.ts';
import { FakeConnection, settle, testInfo } from './fakes.ts';
import { refused, SessionPoolsHarness, threeNodes } from './session-pools-harness.ts';

const [a, b, c] = threeNodes;

describe('SessionPools', () => {
  let harness: SessionPoolsHarness;

  beforeEach(() => {
    harness = new SessionPoolsHarness();
  });

  describe('start', () => {
    it('should open a pool to each node, and give connections by node', async () => {
      await harness.clock.settle(harness.pools.start());
      assert.deepEqual(new Set(harness.tried), new Set(['10.0.0.1', '10.0.0.2', '10.0.0.3']));
      assert.equal(harness.pools.next(b), harness.connectionsTo('10.0.0.2')[0]?.real);
      assert.equal([...harness.pools].length, 3);
      assert.equal(harness.clock.pending, 0);
    });

    it('should open none to ignored nodes, and the local ones first', async () => {
      harness = new SessionPoolsHarness({
        distance: (node) => (node.hostId === a.hostId ? 'remote' : node.hostId === b.hostId ? 'ignored' : 'local'),
      });
      await harness.clock.settle(harness.pools.start());
      assert.deepEqual(harness.tried, ['10.0.0.3', '10.0.0.1']);
      assert.equal(harness.pools.next(b), null);
      assert.equal(harness.pools.poolOf(b), undefined);
    });

    it('should work with the nodes that answer', async () => {
      harness.behaviour.set('10.0.0.1', refused);
      await harness.clock.settle(harness.pools.start());
      assert.equal(harness.pools.next(a), null);
      assert.equal(harness.state.isUp(a), false);
      assert.equal(harness.pools.poolOf(a)?.lastError, refused);
    });

    it('should not wait longer than a second for the others once one has answered', async () => {
      harness.behaviour.set('10.0.0.1', 'hang');
      await harness.clock.settle(harness.pools.start());
      assert.equal(harness.clock.now(), 1000);
      harness.hanging[0]?.resolve(new FakeConnection().real);
      await settle();
      assert.notEqual(harness.pools.next(a), null, 'the others go on by themselves');
    });

    it('should fail with the error of each node when none answers', async () => {
      for (const node of [a, b, c]) harness.behaviour.set(node.address, refused);
      await assert.rejects(harness.clock.settle(harness.pools.start()), (error) => {
        assert.ok(error instanceof NoHostAvailableError);
        assert.deepEqual(Object.keys(error.errors), ['10.0.0.1:9042', '10.0.0.2:9042', '10.0.0.3:9042']);
        return true;
      });
    });

    it('should fail with the refusal when all refuse for the same reason', async () => {
      for (const node of [a, b, c]) harness.behaviour.set(node.address, new AuthenticationError('no'));
      await assert.rejects(harness.clock.settle(harness.pools.start()), AuthenticationError);
    });

    it('should not make Node warn of listeners in a large cluster', async () => {
      const warnings: Error[] = [];
      const listener = (warning: Error): unknown => warnings.push(warning);
      process.on('warning', listener);
      try {
        harness = new SessionPoolsHarness({ isV4: true, keyspace: 'one', size: 20 });
        harness.setNodes(...Array.from({ length: 60 }, (_, i) => testInfo(i)));
        await harness.clock.settle(harness.pools.start());
        await harness.clock.settle(harness.pools.setKeyspace('two'));
        await harness.clock.settle(harness.pools.close(0));
        await settle();
      } finally {
        process.off('warning', listener);
      }
      assert.deepEqual(warnings, []);
    });

    it('should say so when every node is ignored', async () => {
      harness = new SessionPoolsHarness({ distance: () => 'ignored' });
      await assert.rejects(harness.pools.start(), /loadBalancingPolicy/);
    });

    it('should end at once when it is closed meanwhile', async () => {
      for (const node of [a, b, c]) harness.behaviour.set(node.address, 'hang');
      const starting = harness.pools.start();
      starting.catch(() => undefined);
      await settle();
      await harness.clock.settle(harness.pools.close(0));
      await assert.rejects(starting, SessionClosedError);
      assert.equal(harness.clock.now(), 0);
      assert.equal(harness.clock.pending, 0);
    });
  });

  describe('close', () => {
    it('should hasten pools that are draining already', async () => {
      await harness.clock.settle(harness.pools.start());
      const [connection] = harness.connectionsTo('10.0.0.2');
      assert.ok(connection);
      connection.inFlight = 1;
      harness.setNodes(a, c);
      const closing = harness.pools.close(10);
      await harness.clock.settle(closing);
      assert.equal(harness.clock.now(), 10);
      assert.equal(connection.isGone, true);
      assert.equal(harness.clock.pending, 0);
    });

    it('should not say that nodes have gone down', async () => {
      await harness.clock.settle(harness.pools.start());
      await harness.clock.settle(harness.pools.close(0));
      assert.deepEqual(
        [a, b, c].map((node) => harness.state.isUp(node)),
        [true, true, true],
      );
    });

    it('should take no notice of the cluster any more', async () => {
      const unfollow = mock.method(harness.state, 'unfollow');
      await harness.clock.settle(harness.pools.start());
      await harness.clock.settle(harness.pools.close(0));
      assert.deepEqual(
        unfollow.mock.calls.map((call) => call.arguments),
        [[harness.pools]],
      );
      harness.tried.length = 0;
      harness.setNodes(a, b, c, testInfo(3));
      await settle();
      assert.deepEqual(harness.tried, []);
    });
  });
});
