import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectUntil } from '../../support/collect-garbage.ts';
import type { FakeConnection } from './fakes.ts';
import { PoolHarness } from './pool-harness.ts';

/** Gives the pool a connection, which it then loses. Apart, for no frame to hold the connection. */
async function loseOne(harness: PoolHarness, breaks: boolean): Promise<WeakRef<FakeConnection>> {
  await harness.clock.runUntil(() => harness.pending.length > 0);
  const connection = await harness.succeed();
  await harness.clock.advance(5_000);
  if (breaks) connection.break();
  else connection.retire(null);
  return new WeakRef(connection);
}

describe('ConnectionPool', () => {
  it('should hold on to no connection that is gone', async () => {
    const h = new PoolHarness(2);
    void h.pool.start();
    await h.clock.advance(0);
    const gone: WeakRef<FakeConnection>[] = [];
    for (let i = 0; i < 20; i++) gone.push(await loseOne(h, i % 2 === 0));
    // The harness knows them too.
    h.made.length = 0;
    h.attempts.length = 0;
    await collectUntil(() => gone.every((reference) => reference.deref() === undefined));
    assert.equal(gone.filter((reference) => reference.deref() !== undefined).length, 0);
    await h.pool.close(0);
  });
});
