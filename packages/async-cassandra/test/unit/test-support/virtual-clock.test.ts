import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SeededRandom, VirtualClock } from '../../support/index.ts';

describe('VirtualClock', () => {
  test('runs timers in order of time, then of making, promises in between', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.setTimeout(() => seen.push('b10'), 10);
    clock.setTimeout(() => {
      seen.push('a5');
      void Promise.resolve().then(() => seen.push('promise of a5'));
      clock.nextTick(() => seen.push('tick of a5'));
      clock.setTimeout(() => seen.push('c10'), 5);
    }, 5);
    clock.setTimeout(() => seen.push('also 5'), 5);
    await clock.advance(9);
    assert.deepEqual(seen, ['a5', 'tick of a5', 'promise of a5', 'also 5']);
    assert.equal(clock.now(), 9);
    await clock.advance(1);
    assert.deepEqual(seen.slice(4), ['b10', 'c10']);
  });

  test('keeps cleared timers from running and counts what waits', async () => {
    const clock = new VirtualClock();
    const random = new SeededRandom(7);
    const fired: number[] = [];
    const handles = Array.from({ length: 1000 }, (_, i) =>
      clock.setTimeout(() => fired.push(i), 1 + random.int(0, 50)),
    );
    handles.forEach((handle, i) => {
      if (i % 3 !== 0) clock.clearTimeout(handle);
    });
    assert.equal(clock.pending, 334);
    await clock.advance(100);
    assert.deepEqual(
      [...fired].sort((a, b) => a - b),
      handles.map((_, i) => i).filter((i) => i % 3 === 0),
    );
    clock.clearTimeout(handles[0] as never);
    assert.equal(clock.pending, 0);
  });

  test('is idle when only unref timers are left', async () => {
    const clock = new VirtualClock();
    let beats = 0;
    const beat = (): void => {
      beats++;
      clock.setTimeout(beat, 30_000).unref?.();
    };
    beat();
    clock.setTimeout(() => {}, 65_000);
    await clock.runUntilIdle();
    assert.deepEqual([clock.now(), beats, clock.pending], [65_000, 3, 1]);
    assert.equal(clock.wallClockMicros(), 1_767_225_665_000_000);
  });

  test('says that a promise nobody will settle is a deadlock', async () => {
    const clock = new VirtualClock();
    assert.equal(await clock.settle(new Promise((resolve) => clock.setTimeout(() => resolve('late'), 1e6))), 'late');
    await assert.rejects(clock.settle(new Promise(() => {})), /deadlock/);
    await assert.rejects(
      clock.runUntil(() => clock.now() < 0),
      /deadlock/,
    );
  });
});
