import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Debouncer } from '../../../src/cluster/debouncer.ts';
import { VirtualClock } from '../../support/index.ts';

function setUp(random: () => number = () => 0): {
  clock: VirtualClock;
  batches: (readonly number[])[];
  debouncer: Debouncer<number>;
} {
  const clock = new VirtualClock();
  const batches: (readonly number[])[] = [];
  const debouncer = new Debouncer<number>({ timers: clock, windowMs: 1000, random, maxEvents: 4 }, (batch) =>
    batches.push(batch),
  );
  return { clock, batches, debouncer };
}

describe('Debouncer', () => {
  it('should deliver what came within a window as one batch', async () => {
    const { clock, batches, debouncer } = setUp();
    debouncer.add(1);
    await clock.advance(999);
    debouncer.add(2);
    assert.deepEqual(batches, []);
    await clock.advance(1);
    assert.deepEqual(batches, [[1, 2]]);
  });

  it('should end windows early at random, by half at most', async () => {
    const { clock, batches, debouncer } = setUp(() => 0.999);
    debouncer.add(1);
    await clock.advance(500);
    assert.deepEqual(batches, []);
    await clock.advance(1);
    assert.deepEqual(batches, [[1]]);
  });

  it('should deliver a full batch at once and begin a new window after it', async () => {
    const { clock, batches, debouncer } = setUp();
    for (const event of [1, 2, 3, 4, 5]) debouncer.add(event);
    assert.deepEqual(batches, [[1, 2, 3, 4]]);
    await clock.advance(1000);
    assert.deepEqual(batches, [[1, 2, 3, 4], [5]]);
  });

  it('should not be put off by events that keep coming', async () => {
    const { clock, batches, debouncer } = setUp();
    for (let i = 0; i < 3; i++) {
      debouncer.add(i);
      await clock.advance(400);
    }
    assert.deepEqual(batches, [[0, 1, 2]]);
  });

  it('should forget on clear and keep no timer', () => {
    const { clock, batches, debouncer } = setUp();
    debouncer.add(1);
    debouncer.clear();
    assert.equal(clock.pending, 0);
    debouncer.flush();
    assert.deepEqual(batches, []);
  });

  it('should take nothing any more once closed', () => {
    const { clock, batches, debouncer } = setUp();
    debouncer.add(1);
    debouncer.close();
    debouncer.add(2);
    debouncer.flush();
    assert.equal(clock.pending, 0);
    assert.deepEqual(batches, []);
  });
});
