import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Connection } from '../../../src/connection/index.ts';
import { InvalidQueryError, SessionClosedError } from '../../../src/errors/index.ts';
import { FakeConnection, settle } from './fakes.ts';
import { refused, SessionPoolsHarness, threeNodes } from './session-pools-harness.ts';

const [a, b, c] = threeNodes;

describe('SessionPools', () => {
  let harness: SessionPoolsHarness;

  beforeEach(() => {
    harness = new SessionPoolsHarness();
  });

  describe('setKeyspace', () => {
    it('should only be remembered on v5', async () => {
      await harness.clock.settle(harness.pools.start());
      await harness.pools.setKeyspace('other');
      assert.equal(harness.tried.length, 3);
      assert.ok(harness.opened.every(({ keyspace }) => keyspace === undefined));
    });

    it('should replace all connections on v4 together, and let the old ones finish', async () => {
      harness = new SessionPoolsHarness({ isV4: true, keyspace: 'one' });
      await harness.clock.settle(harness.pools.start());
      const old = harness.opened.map(({ connection }) => connection);
      assert.ok(harness.opened.every(({ keyspace }) => keyspace === 'one'));
      for (const connection of old) connection.inFlight = 1;
      harness.behaviour.set('10.0.0.3', 'hang');
      let seen: Connection | null = null;
      const change = harness.pools.setKeyspace('two', () => {
        seen = harness.pools.next(a);
        process.nextTick(() => assert.notEqual(harness.pools.next(a), seen));
      });
      await settle();
      assert.equal(harness.pools.next(a), old[0]?.real, 'nothing changes before all are ready');
      harness.hanging[0]?.resolve(new FakeConnection().real);
      await harness.clock.settle(change);
      assert.equal(seen, old[0]?.real);
      for (const node of [a, b, c]) assert.ok(!old.some((connection) => connection.real === harness.pools.next(node)));
      assert.ok(harness.opened.slice(3).every(({ keyspace }) => keyspace === 'two'));
      assert.deepEqual(
        old.map((connection) => connection.isGone),
        [false, false, false],
      );
      for (const connection of old) connection.drain();
      assert.ok(old.every((connection) => connection.isGone));
    });

    it('should change nothing when the server refuses the keyspace', async () => {
      harness = new SessionPoolsHarness({ isV4: true, keyspace: 'one' });
      await harness.clock.settle(harness.pools.start());
      const before = harness.pools.next(a);
      harness.behaviour.set('10.0.0.2', new InvalidQueryError("Keyspace 'two' does not exist"));
      await assert.rejects(harness.clock.settle(harness.pools.setKeyspace('two')), InvalidQueryError);
      assert.equal(harness.pools.next(a), before);
      assert.equal(harness.opened.filter(({ connection }) => connection.isOpen).length, 3, 'closes what it has opened');
      harness.connectionsTo('10.0.0.1')[0]?.break();
      await harness.clock.advance(1);
      assert.equal(harness.opened.at(-1)?.keyspace, 'one');
    });

    it('should leave nodes that cannot be connected to for later', async () => {
      harness = new SessionPoolsHarness({ isV4: true, keyspace: 'one' });
      await harness.clock.settle(harness.pools.start());
      harness.behaviour.set('10.0.0.2', refused);
      await harness.clock.settle(harness.pools.setKeyspace('two'));
      assert.equal(harness.pools.next(b), null);
      harness.behaviour.delete('10.0.0.2');
      await harness.clock.advance(3000);
      assert.notEqual(harness.pools.next(b), null);
      assert.deepEqual(harness.opened.at(-1)?.keyspace, 'two');
    });

    it('should make one change after the other', async () => {
      harness = new SessionPoolsHarness({ isV4: true, keyspace: 'one' });
      await harness.clock.settle(harness.pools.start());
      await harness.clock.settle(Promise.all([harness.pools.setKeyspace('two'), harness.pools.setKeyspace('three')]));
      const open = harness.opened.filter(({ connection }) => connection.isOpen);
      assert.deepEqual(
        open.map(({ keyspace }) => keyspace),
        ['three', 'three', 'three'],
      );
    });

    it('should end when the session is closed meanwhile, and leave nothing open', async () => {
      harness = new SessionPoolsHarness({ isV4: true, keyspace: 'one' });
      await harness.clock.settle(harness.pools.start());
      harness.behaviour.set('10.0.0.2', 'hang');
      const change = harness.pools.setKeyspace('two');
      change.catch(() => undefined);
      await settle();
      await harness.clock.settle(harness.pools.close(0));
      await assert.rejects(change, SessionClosedError);
      assert.ok(harness.opened.every(({ connection }) => connection.isGone));
      assert.equal(harness.clock.pending, 0);
    });
  });
});
