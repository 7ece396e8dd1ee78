import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ConnectLimiter } from '../../../src/cluster/connect-limiter.ts';
import { SessionPools } from '../../../src/cluster/session-pools.ts';
import type { Connection } from '../../../src/connection/index.ts';
import { FakeConnection, settle, testInfo } from './fakes.ts';
import { refused, SessionPoolsHarness, threeNodes } from './session-pools-harness.ts';

const [a, b, c] = threeNodes;

describe('SessionPools', () => {
  let harness: SessionPoolsHarness;

  beforeEach(() => {
    harness = new SessionPoolsHarness();
  });

  describe('following the cluster', () => {
    beforeEach(async () => {
      await harness.clock.settle(harness.pools.start());
    });

    it('should open a pool to a node that was added', async () => {
      harness.setNodes(a, b, c, testInfo(3));
      await settle();
      const added = harness.state.nodes.find((node) => node.slot === 3);
      assert.ok(added && harness.pools.next(added) !== null);
    });

    it('should close the pool of a node that was removed, when its requests are answered', async () => {
      const [connection] = harness.connectionsTo('10.0.0.2');
      assert.ok(connection);
      connection.inFlight = 1;
      harness.setNodes(a, c);
      assert.equal(harness.pools.next(b), null);
      assert.equal(connection.isGone, false);
      connection.drain();
      assert.equal(connection.isGone, true);
      await settle();
      assert.equal(harness.clock.pending, 0);
    });

    it('should give the slot of a removed node to its successor', async () => {
      harness.setNodes(a, c, testInfo(7));
      await settle();
      const successor = harness.state.nodes.find((node) => node.slot === b.slot);
      assert.ok(successor);
      assert.equal(harness.pools.poolOf(b), undefined);
      assert.equal(harness.pools.next(successor), harness.connectionsTo('10.0.0.8')[0]?.real);
    });

    it('should follow a node to its new address', async () => {
      harness.setNodes(a, testInfo(1, { address: '10.9.9.9' }), c);
      await settle();
      assert.equal(harness.pools.next(b), harness.connectionsTo('10.9.9.9')[0]?.real);
      assert.equal(harness.connectionsTo('10.0.0.2').length, 0);
    });

    it('should connect to and leave nodes as their distance changes', async () => {
      harness.state.useDistances((node) => (node.hostId === b.hostId ? 'ignored' : 'local'));
      assert.equal(harness.pools.poolOf(b), undefined);
      harness.state.useDistances(() => 'local');
      await settle();
      assert.notEqual(harness.pools.next(b), null);
    });

    it('should reconnect at once when gossip says that a lost node is up', async () => {
      harness.behaviour.set('10.0.0.2', refused);
      harness.connectionsTo('10.0.0.2')[0]?.break();
      await harness.clock.advance(20_000);
      assert.equal(harness.state.isUp(b), false);
      harness.behaviour.delete('10.0.0.2');
      const node = harness.state.nodeOf(b);
      assert.ok(node);
      harness.state.saidUp(node);
      await settle();
      assert.equal(harness.state.isUp(b), true);
    });

    it('should let other sessions try a node again that one session has reached', async () => {
      const { state, clock } = harness;
      let accepts = false;
      const open = (): Promise<Connection> =>
        accepts ? Promise.resolve(new FakeConnection().real) : Promise.reject(refused);
      const other = new SessionPools({
        state,
        connectionsPerNode: 1,
        open,
        connectionsUseKeyspace: false,
        keyspace: undefined,
        reconnectionPolicy: { schedule: () => [3_600_000].values() },
        limiter: new ConnectLimiter(),
        seams: { timers: clock, random: () => 0 },
        logger: {},
        onAvailable: () => undefined,
      });
      await assert.rejects(clock.settle(other.start()));
      accepts = true;
      harness.connectionsTo('10.0.0.1')[0]?.break();
      await clock.advance(1);
      assert.notEqual(other.next(a), null);
      await other.close(0);
    });
  });

  describe('a node that cannot be reached where it says', () => {
    it('should be reached as the control connection reaches it, as long as that one lives', async () => {
      harness.behaviour.set('10.0.0.1', refused);
      const node = harness.state.nodeOf(a);
      assert.ok(node);
      node.detour = { endPoint: { host: '127.0.0.1', port: 19_042 }, isProven: false };
      await harness.clock.settle(harness.pools.start());
      assert.equal(harness.pools.next(a), harness.connectionsTo('127.0.0.1')[0]?.real);
      assert.match(harness.warnings[0] ?? '', /addressTranslator/);
      harness.tried.length = 0;
      harness.connectionsTo('127.0.0.1')[0]?.break();
      await harness.clock.advance(1);
      assert.deepEqual(harness.tried, ['127.0.0.1'], 'no longer tries what has failed');
      node.detour = null;
      harness.connectionsTo('127.0.0.1')[0]?.break();
      await harness.clock.advance(1000);
      assert.equal(harness.tried.at(-1), '10.0.0.1');
    });
  });
});
