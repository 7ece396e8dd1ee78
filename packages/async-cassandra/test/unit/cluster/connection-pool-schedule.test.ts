import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_PARALLEL_CONNECTS } from '../../../src/cluster/connect-limiter.ts';
import { PoolHarness } from './pool-harness.ts';

/** A started pool whose attempts have failed so often; nothing is under way, the next one waits for its time. */
async function failingPool(size: number, failures: number): Promise<PoolHarness> {
  const harness = new PoolHarness(size);
  void harness.pool.start();
  await harness.clock.advance(0);
  for (let i = 0; i < failures; i++) {
    await harness.clock.runUntil(() => harness.pending.length > 0);
    await harness.fail();
  }
  return harness;
}

/** How long it takes until there is another attempt. */
async function msToNext(harness: PoolHarness): Promise<number> {
  const before = harness.clock.now();
  await harness.clock.runUntil(() => harness.pending.length > 0);
  return harness.clock.now() - before;
}

describe('ConnectionPool, when it tries again', () => {
  it('should begin the schedule anew at another address, and in another keyspace', async () => {
    for (const change of ['relocate', 'replaceAll'] as const) {
      const h = await failingPool(1, 5);
      if (change === 'relocate') h.pool.relocate();
      else h.pool.replaceAll(null);
      await h.clock.advance(0);
      assert.equal(h.pending.length, 1, 'tries at once');
      await h.fail();
      assert.equal(await msToNext(h), 1_000, change);
      await h.pool.close(0);
    }
  });

  it('should not take news of the old address for news of the new one', async () => {
    const h = new PoolHarness(1);
    void h.pool.start();
    await h.clock.advance(0);
    h.pool.reconnectNow();
    h.pool.relocate();
    await h.clock.advance(0);
    await h.fail();
    assert.equal(await msToNext(h), 1_000);
    await h.pool.close(0);
  });

  it('should take one step of the schedule for attempts side by side that fail', async () => {
    const h = new PoolHarness(4);
    void h.pool.start();
    await h.clock.advance(0);
    await h.succeed();
    assert.equal(h.pending.length, 3);
    for (let i = 0; i < 3; i++) await h.fail();
    assert.equal(await msToNext(h), 1_000);
    assert.equal(h.pending.length, 3);
    for (let i = 0; i < 3; i++) await h.fail();
    assert.equal(await msToNext(h), 2_000);
    await h.pool.close(0);
  });

  it('should not count the wait for a turn as part of the attempt', async () => {
    const h = new PoolHarness(1);
    const others: (() => void)[] = [];
    for (let i = 0; i < MAX_PARALLEL_CONNECTS; i++)
      void h.limiter.run(() => new Promise<void>((resolve) => others.push(resolve)), new AbortController().signal);
    void h.pool.start();
    await h.clock.advance(700);
    assert.equal(h.attempts.length, 0);
    for (const end of others) end();
    await h.clock.advance(0);
    await h.fail();
    assert.equal(await msToNext(h), 1_000);
    await h.pool.close(0);
  });

  it('should try at once upon news although connections to the old address still serve', async () => {
    const h = new PoolHarness(1);
    void h.pool.start();
    await h.clock.advance(0);
    await h.succeed();
    h.pool.relocate();
    await h.clock.advance(0);
    await h.fail();
    h.pool.reconnectNow();
    await h.clock.advance(0);
    assert.equal(h.pending.length, 1);
    await h.pool.close(0);
  });
});
