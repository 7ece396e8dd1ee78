import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import type { FakeConnection } from '../../unit/cluster/fakes.ts';
import { PoolHarness } from '../../unit/cluster/pool-harness.ts';

type Step =
  | {
      readonly do:
        | 'succeed'
        | 'fail'
        | 'reconnectNow'
        | 'relocate'
        | 'replaceByNone'
        | 'replaceByOpen'
        | 'replaceByBroken'
        | 'succeedBroken';
    }
  | { readonly do: 'break' | 'retire' | 'fillUp' | 'makeRoom' | 'drain'; readonly which: number }
  | { readonly do: 'load'; readonly which: number; readonly inFlight: number }
  | { readonly do: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Step>({ do: 'succeed' }) },
  { weight: 3, arbitrary: fc.constantFrom<Step>({ do: 'fail' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Step>(
      { do: 'reconnectNow' },
      { do: 'relocate' },
      { do: 'replaceByNone' },
      { do: 'replaceByOpen' },
      { do: 'replaceByBroken' },
      { do: 'succeedBroken' },
    ),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'break' as const,
        'retire' as const,
        'fillUp' as const,
        'makeRoom' as const,
        'drain' as const,
      ),
      which: fc.nat(7),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('load' as const), which: fc.nat(7), inFlight: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 50, 999, 1000, 4000, 100_000) }),
  },
);

/** What a pool should be, without any of its timers and attempts: which connections serve, and whether it is failing. */
class PoolModel {
  serving: FakeConnection[] = [];
  outdated: FakeConnection[] = [];
  isFailing = false;
  /** How often those who wait for a connection were to be told. */
  told = 0;

  open(connection: FakeConnection): void {
    this.outdated = [];
    this.serving.push(connection);
    this.isFailing = false;
    this.told++;
  }

  lose(connection: FakeConnection): void {
    this.serving = this.serving.filter((other) => other !== connection);
    this.outdated = this.outdated.filter((other) => other !== connection);
    if (this.all.length === 0) this.isFailing = true;
  }

  failedAttempt(): void {
    if (this.all.length === 0) this.isFailing = true;
  }

  relocate(): void {
    this.outdated = this.all;
    this.serving = [];
  }

  replaceBy(connection: FakeConnection | null): void {
    this.serving = connection === null ? [] : [connection];
    this.outdated = [];
    this.isFailing = connection === null;
    if (connection !== null) this.told++;
  }

  get all(): FakeConnection[] {
    return [...this.outdated, ...this.serving];
  }
}

async function apply(harness: PoolHarness, model: PoolModel, action: Step): Promise<void> {
  const { pool, clock } = harness;
  switch (action.do) {
    case 'succeed':
      if (harness.pending.length > 0) model.open(await harness.succeed());
      return;
    case 'succeedBroken': {
      const attempt = harness.pending[0];
      if (attempt === undefined) return;
      const connection = harness.make();
      connection.break();
      attempt.isOver = true;
      attempt.outcome.resolve(connection.real);
      await clock.advance(0);
      model.failedAttempt();
      return;
    }
    case 'fail':
      if (harness.pending.length === 0) return;
      await harness.fail();
      model.failedAttempt();
      return;
    case 'reconnectNow':
      pool.reconnectNow();
      return;
    case 'relocate':
      pool.relocate();
      model.relocate();
      return;
    case 'replaceByNone':
      pool.replaceAll(null);
      model.replaceBy(null);
      return;
    case 'replaceByBroken': {
      const connection = harness.make();
      connection.break();
      pool.replaceAll(connection.real);
      model.replaceBy(null);
      return;
    }
    case 'replaceByOpen': {
      const connection = harness.make();
      pool.replaceAll(connection.real);
      model.replaceBy(connection);
      return;
    }
    case 'wait':
      await clock.advance(action.ms);
      return;
    default: {
      const connection = harness.made[action.which % Math.max(1, harness.made.length)];
      if (connection === undefined) return;
      if (action.do === 'load') {
        if (connection.isOpen) connection.inFlight = action.inFlight;
      } else if (action.do === 'drain') connection.drain();
      else if (action.do === 'fillUp') connection.hasRoom = false;
      else if (action.do === 'makeRoom') connection.hasRoom = true;
      else {
        const isServing = model.all.includes(connection);
        if (action.do === 'break') connection.break();
        else connection.retire(null);
        if (isServing) model.lose(connection);
      }
    }
  }
}

function check(harness: PoolHarness, model: PoolModel, size: number, action: Step): void {
  const { pool } = harness;
  const usable = model.all.filter((connection) => connection.hasRoom);
  const next = pool.next() as FakeConnection | null;
  if (usable.length === 0) assert.equal(next, null);
  else {
    assert.ok(next !== null && usable.includes(next), 'gives a connection that it has');
    assert.equal(
      next.inFlight,
      Math.min(...usable.map((connection) => connection.inFlight)),
      'gives the least busy one',
    );
  }
  assert.equal(pool.openCount, model.all.length);
  assert.deepEqual(
    new Set(harness.counted),
    new Set(model.all.map((connection) => connection.real)),
    'tells of what is open',
  );
  assert.equal(harness.failing, model.isFailing ? 1 : 0, 'is failing');
  const pending = harness.pending.length;
  assert.ok(pending <= size - model.serving.length, `does not connect more than it may: ${pending}`);
  if (model.serving.length < size)
    assert.ok(pending > 0 || harness.clock.pending > 0, 'does not forget what is missing');
  else assert.equal(pending, 0);
  assert.equal(pool.isComplete, model.serving.length === size, 'is complete');
  if (action.do === 'reconnectNow' && model.serving.length < size) assert.ok(pending > 0, 'does not wait any longer');
  assert.equal(harness.available, model.told, 'tells each time that there is a connection more');
}

describe('ConnectionPool, against a model', () => {
  it('should serve exactly what is open, and never stop replacing what is missing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (size, steps) => {
        const harness = new PoolHarness(size);
        const model = new PoolModel();
        void harness.pool.start();
        await harness.clock.advance(0);
        for (const action of steps) {
          await apply(harness, model, action);
          await harness.clock.advance(0);
          check(harness, model, size, action);
        }
        await closesCleanly(harness);
      }),
      { numRuns: propertyRuns(3000) },
    );
  });
});

async function closesCleanly(harness: PoolHarness): Promise<void> {
  const closing = harness.pool.close(500);
  assert.equal(harness.pool.next(), null);
  assert.equal(harness.counted.size, 0);
  await harness.clock.settle(closing);
  await harness.clock.advance(0);
  assert.ok(
    harness.made.every((connection) => connection.isGone),
    'closes all connections',
  );
  assert.equal(harness.clock.pending, 0, 'leaves no timer');
  assert.equal(harness.limiter.running + harness.limiter.waiting, 0, 'leaves no attempt');
  assert.equal(harness.failing, 0);
}
