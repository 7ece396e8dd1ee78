import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PoolHarness } from './pool-harness.ts';
import type { FakeConnection } from './fakes.ts';

/** A started pool with all of its connections open. */
async function openPool(size: number): Promise<{ harness: PoolHarness; connections: FakeConnection[] }> {
  const harness = new PoolHarness(size);
  void harness.pool.start();
  await harness.clock.advance(0);
  const connections: FakeConnection[] = [];
  for (let i = 0; i < size; i++) connections.push(await harness.succeed());
  return { harness, connections };
}

describe('ConnectionPool', () => {
  it('should open one connection first and the others in parallel once the node has answered', async () => {
    const harness = new PoolHarness(4);
    let isStarted = false;
    void harness.pool.start().then(() => {
      isStarted = true;
    });
    await harness.clock.advance(0);
    assert.equal(harness.pending.length, 1);
    assert.equal(isStarted, false);
    await harness.succeed();
    assert.equal(isStarted, true);
    assert.equal(harness.pending.length, 3);
    for (let i = 0; i < 3; i++) await harness.succeed();
    assert.equal(harness.pool.openCount, 4);
    assert.equal(harness.clock.pending, 0);
  });

  it('should count the schedule from the beginning of an attempt, for a node that takes long to fail', async () => {
    const h = new PoolHarness(1);
    void h.pool.start();
    await h.clock.advance(700);
    await h.fail();
    await h.clock.advance(299);
    assert.equal(h.attempts.length, 1);
    await h.clock.advance(1);
    assert.equal(h.attempts.length, 2);
    await h.pool.close(0);
  });

  it('should resolve start when the first attempt fails, keep the reason, and go on by the schedule', async () => {
    const harness = new PoolHarness(2);
    const started = harness.pool.start();
    await harness.clock.advance(0);
    await harness.fail('refused by the test');
    await started;
    assert.equal(harness.pool.lastError?.message, 'refused by the test');
    assert.equal(harness.failing, 1);
    await harness.clock.advance(999);
    assert.equal(harness.attempts.length, 1);
    await harness.clock.advance(1);
    assert.equal(harness.attempts.length, 2);
    await harness.fail();
    await harness.clock.advance(1999);
    assert.equal(harness.attempts.length, 2);
    await harness.clock.advance(1);
    await harness.succeed();
    assert.equal(harness.failing, 0);
    assert.equal(harness.pool.lastError, null);
    assert.equal(harness.pending.length, 1);
  });

  describe('next', () => {
    it('should give the least busy connection with room', async () => {
      const { harness, connections } = await openPool(3);
      const [a, b, c] = connections as [FakeConnection, FakeConnection, FakeConnection];
      a.inFlight = 5;
      b.inFlight = 2;
      c.inFlight = 3;
      assert.equal(harness.pool.next(), b.real);
      b.hasRoom = false;
      assert.equal(harness.pool.next(), c.real);
      a.hasRoom = false;
      c.hasRoom = false;
      assert.equal(harness.pool.next(), null);
    });

    it('should give the only connection, or null when it is full', async () => {
      const { harness, connections } = await openPool(1);
      const [only] = connections as [FakeConnection];
      assert.equal(harness.pool.next(), only.real);
      only.hasRoom = false;
      assert.equal(harness.pool.next(), null);
    });

    it('should tell when there is room again', async () => {
      const { harness, connections } = await openPool(1);
      const before = harness.available;
      connections[0]?.onAvailable?.(connections[0]);
      assert.equal(harness.available, before + 1);
    });
  });

  describe('when connections break', () => {
    it('should replace one at once while others serve', async () => {
      const { harness, connections } = await openPool(2);
      await harness.clock.advance(5000);
      connections[0]?.break();
      assert.equal(harness.failing, 0);
      assert.equal(harness.pool.next(), connections[1]?.real);
      await harness.clock.advance(1);
      assert.equal(harness.pending.length, 1);
      await harness.succeed();
      assert.equal(harness.pool.openCount, 2);
    });

    it('should be failing from the loss of the last one until there is one again', async () => {
      const { harness, connections } = await openPool(2);
      await harness.clock.advance(5000);
      for (const connection of connections) connection.break();
      assert.equal(harness.failing, 1);
      assert.equal(harness.counted.size, 0);
      assert.equal(harness.pool.next(), null);
      await harness.clock.advance(1);
      assert.equal(harness.pending.length, 1, 'a node that is gone is tried with one connection');
      await harness.succeed();
      assert.equal(harness.failing, 0);
      assert.equal(harness.pending.length, 1);
    });

    it('should replace a connection that was retired by itself, and count its requests until they end', async () => {
      const { harness, connections } = await openPool(1);
      const [old] = connections as [FakeConnection];
      old.inFlight = 3;
      old.orphaned = 257;
      old.retire(null);
      assert.equal(harness.pool.inFlight, 3);
      assert.equal(harness.pool.orphaned, 257);
      await harness.clock.advance(1);
      await harness.succeed();
      old.drain();
      await harness.clock.advance(0);
      assert.equal(harness.pool.orphaned, 0);
      assert.equal(harness.pool.openCount, 1);
    });

    it('should not take over a connection that broke before it was handed over', async () => {
      const harness = new PoolHarness(1);
      void harness.pool.start();
      await harness.clock.advance(0);
      const attempt = harness.pending[0];
      const broken = harness.make();
      broken.break();
      assert.ok(attempt);
      attempt.isOver = true;
      attempt.outcome.resolve(broken.real);
      await harness.clock.advance(0);
      assert.equal(harness.pool.openCount, 0);
      assert.equal(harness.failing, 1);
      await harness.clock.advance(1000);
      assert.equal(harness.pending.length, 1);
    });

    it('should slow down when the node drops each connection at once', async () => {
      const harness = new PoolHarness(1);
      void harness.pool.start();
      await harness.clock.advance(0);
      for (let i = 0; i < 6; i++) {
        await harness.clock.runUntil(() => harness.pending.length > 0);
        (await harness.succeed()).break();
      }
      await harness.clock.advance(1000);
      assert.ok(harness.clock.now() > 15_000, String(harness.clock.now()));
    });
  });

  describe('reconnectNow', () => {
    it('should not wait for the schedule', async () => {
      const harness = new PoolHarness(1);
      void harness.pool.start();
      await harness.clock.advance(0);
      for (let i = 0; i < 5; i++) {
        await harness.fail();
        if (i < 4) await harness.clock.runUntil(() => harness.pending.length > 0);
      }
      harness.pool.reconnectNow();
      await harness.clock.advance(0);
      assert.equal(harness.pending.length, 1);
      await harness.fail();
      await harness.clock.advance(1000);
      assert.equal(harness.pending.length, 1, 'the schedule begins anew');
    });

    it('should try once more at once when the attempt under way fails', async () => {
      const harness = new PoolHarness(1);
      void harness.pool.start();
      await harness.clock.advance(0);
      harness.pool.reconnectNow();
      harness.pool.reconnectNow();
      assert.equal(harness.attempts.length, 1);
      await harness.fail();
      await harness.clock.advance(1);
      assert.equal(harness.pending.length, 1);
      await harness.fail();
      await harness.clock.advance(1);
      assert.equal(harness.pending.length, 0);
    });

    it('should do nothing when nothing is missing', async () => {
      const { harness } = await openPool(2);
      harness.pool.reconnectNow();
      await harness.clock.advance(0);
      assert.equal(harness.pending.length, 0);
    });
  });

  describe('relocate', () => {
    it('should keep the old connections until one to the new address is open, then let them finish', async () => {
      const { harness, connections } = await openPool(2);
      const [a, b] = connections as [FakeConnection, FakeConnection];
      a.inFlight = 1;
      harness.pool.relocate();
      await harness.clock.advance(0);
      assert.equal(harness.pending.length, 1);
      assert.equal(harness.pool.next(), b.real);
      const first = await harness.succeed();
      assert.equal(harness.pool.next(), first.real);
      assert.equal(b.isGone, true);
      assert.equal(a.isGone, false);
      await harness.succeed();
      assert.equal(harness.pool.openCount, 2);
      a.drain();
      assert.equal(a.isGone, true);
      assert.equal(harness.counted.size, 2);
    });

    it('should abandon attempts to the old address', async () => {
      const harness = new PoolHarness(1);
      void harness.pool.start();
      await harness.clock.advance(0);
      harness.pool.relocate();
      await harness.clock.advance(0);
      assert.equal(harness.attempts[0]?.signal.aborted, true);
      assert.equal(harness.pending.length, 1);
      await harness.succeed();
      assert.equal(harness.pool.openCount, 1);
    });

    it('should survive the loss of the old connections while the new address is tried', async () => {
      const { harness, connections } = await openPool(2);
      harness.pool.relocate();
      for (const connection of connections) connection.break();
      assert.equal(harness.failing, 1);
      await harness.clock.advance(0);
      await harness.succeed();
      await harness.succeed();
      assert.equal(harness.pool.openCount, 2);
      assert.equal(harness.failing, 0);
    });
  });

  describe('replaceAll', () => {
    it('should hand over to the new connection in one step', async () => {
      const { harness, connections } = await openPool(2);
      const next = harness.make();
      harness.pool.replaceAll(next.real);
      assert.equal(harness.pool.next(), next.real);
      assert.deepEqual(
        connections.map((connection) => connection.isGone),
        [true, true],
      );
      await harness.clock.advance(0);
      await harness.succeed();
      assert.equal(harness.pool.openCount, 2);
    });

    it('should serve nothing rather than old connections when there is no new one', async () => {
      const { harness } = await openPool(1);
      harness.pool.replaceAll(null);
      assert.equal(harness.pool.next(), null);
      assert.equal(harness.failing, 1);
      await harness.clock.advance(0);
      await harness.succeed();
      assert.equal(harness.failing, 0);
    });

    it('should close what it is given when it is closed', async () => {
      const { harness } = await openPool(1);
      await harness.pool.close(0);
      const late = harness.make();
      harness.pool.replaceAll(late.real);
      assert.equal(late.isGone, true);
    });
  });

  describe('close', () => {
    it('should let requests finish within the drain time', async () => {
      const { harness, connections } = await openPool(2);
      const [a] = connections as [FakeConnection];
      a.inFlight = 1;
      const closing = harness.pool.close(1000);
      assert.equal(harness.pool.next(), null);
      assert.equal(harness.counted.size, 0);
      await harness.clock.advance(500);
      assert.equal(a.isGone, false);
      a.drain();
      await closing;
      assert.equal(harness.clock.pending, 0);
    });

    it('should close the rest when the drain time is over', async () => {
      const { harness, connections } = await openPool(1);
      const [a] = connections as [FakeConnection];
      a.inFlight = 1;
      const closing = harness.pool.close(1000);
      await harness.clock.advance(1000);
      await closing;
      assert.equal(a.isGone, true);
      assert.equal(harness.clock.pending, 0);
    });

    it('should end when the most impatient caller wants it', async () => {
      const { harness, connections } = await openPool(1);
      const [a] = connections as [FakeConnection];
      a.inFlight = 1;
      const patient = harness.pool.close(60_000);
      assert.equal(harness.pool.close(10), patient);
      await harness.clock.advance(10);
      await patient;
      assert.equal(harness.clock.now(), 10);
    });

    it('should not be put off by one who is more patient', async () => {
      const { harness, connections } = await openPool(1);
      (connections[0] as FakeConnection).inFlight = 1;
      const closing = harness.pool.close(10);
      void harness.pool.close(60_000);
      await harness.clock.settle(closing);
      assert.equal(harness.clock.now(), 10);
    });

    it('should not wait for a socket that never reports its end', async () => {
      const { harness, connections } = await openPool(1);
      const [a] = connections as [FakeConnection];
      a.end = (): void => undefined;
      const closing = harness.pool.close(0);
      await harness.clock.advance(1001);
      await closing;
    });

    it('should abort attempts, clear timers, resolve a start that waits, and close what opens too late', async () => {
      const harness = new PoolHarness(1);
      const started = harness.pool.start();
      await harness.clock.advance(0);
      await harness.fail();
      await harness.clock.advance(1000);
      const closing = harness.pool.close(0);
      await Promise.all([started, closing]);
      assert.equal(harness.attempts[1]?.signal.aborted, true);
      assert.equal(harness.clock.pending, 0);
      assert.equal(harness.failing, 0);
      assert.equal(harness.limiter.running, 0);
    });

    it('should close a connection whose opening could not be stopped any more', async () => {
      const harness = new PoolHarness(1);
      void harness.pool.start();
      await harness.clock.advance(0);
      const late = harness.make();
      harness.attempts[0]?.outcome.resolve(late.real);
      await harness.pool.close(0);
      await harness.clock.advance(0);
      assert.equal(late.isGone, true);
      assert.equal(harness.counted.size, 0);
    });

    it('should never start once closed', async () => {
      const harness = new PoolHarness(1);
      await harness.pool.close(0);
      await harness.pool.start();
      harness.pool.reconnectNow();
      harness.pool.relocate();
      assert.equal(harness.attempts.length, 0);
    });
  });
});
