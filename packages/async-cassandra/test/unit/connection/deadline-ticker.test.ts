import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DeadlineSource, DeadlineTicker } from '../../../src/connection/index.ts';
import type { SeededRandom } from '../../support/index.ts';
import { seeded, VirtualClock } from '../../support/index.ts';

/** Deadlines in a list; says when each was expired. */
class Deadlines implements DeadlineSource {
  readonly fired: { readonly deadline: number; readonly at: number }[] = [];
  calls = 0;
  waiting: number[] = [];

  expire(now: number): number {
    this.calls++;
    for (const deadline of this.waiting.filter((one) => one <= now)) this.fired.push({ deadline, at: now });
    this.waiting = this.waiting.filter((one) => one > now);
    return Math.min(...this.waiting);
  }
}

describe('DeadlineTicker', () => {
  it(
    'should come never early and at most a tick late, for many sources and deadlines',
    seeded(async (random: SeededRandom) => {
      const clock = new VirtualClock();
      const ticker = new DeadlineTicker(clock);
      const sources = Array.from({ length: 5 }, () => new Deadlines());
      for (const source of sources) ticker.add(source);
      let made = 0;
      for (let step = 0; step < 300; step++) {
        const source = random.pick(sources);
        const deadline = clock.now() + random.next() * random.pick([5, 50, 5000]);
        source.waiting.push(deadline);
        ticker.schedule(deadline);
        made++;
        await clock.advance(random.next() * 40);
      }
      await clock.advance(6000);
      const fired = sources.flatMap((source) => source.fired);
      assert.equal(fired.length, made);
      for (const { deadline, at } of fired) assert.ok(at >= deadline && at < deadline + 11, `${deadline} at ${at}`);
      assert.equal(ticker.nextAt, Infinity);
      assert.equal(clock.pending, 0);
    }),
  );

  it('should not be armed without deadlines, nor hold the process with some', async () => {
    const clock = new VirtualClock();
    const ticker = new DeadlineTicker(clock);
    const source = new Deadlines();
    ticker.add(source);
    ticker.schedule(Infinity);
    assert.equal(clock.pending, 0);
    source.waiting.push(100);
    ticker.schedule(100);
    assert.equal(clock.pending, 1);
    await clock.runUntilIdle(10);
    assert.equal(clock.now(), 0);
    await clock.advance(200);
    assert.equal(source.calls, 1);
    assert.equal(clock.pending, 0);
  });

  it('should have one timer, at the earliest deadline', async () => {
    const clock = new VirtualClock();
    const ticker = new DeadlineTicker(clock);
    const source = new Deadlines();
    ticker.add(source);
    for (const deadline of [500, 300, 305, 400, 100, 600]) {
      source.waiting.push(deadline);
      ticker.schedule(deadline);
      assert.equal(clock.pending, 1);
    }
    await clock.advance(1000);
    assert.deepEqual(
      source.fired.map(({ at }) => at),
      [100, 300, 310, 400, 500, 600],
    );
  });

  it('should be disarmed when its last source goes, from within expire too', async () => {
    const clock = new VirtualClock();
    const ticker = new DeadlineTicker(clock);
    const first = new Deadlines();
    ticker.add(first);
    ticker.schedule(100);
    ticker.remove(first);
    assert.equal(ticker.nextAt, Infinity);
    assert.equal(clock.pending, 0);
    const leaving: DeadlineSource = {
      expire: () => {
        ticker.remove(first);
        ticker.remove(leaving);
        return 900;
      },
    };
    first.waiting.push(700);
    ticker.add(first);
    ticker.add(leaving);
    ticker.schedule(50);
    await clock.advance(60);
    assert.equal(ticker.nextAt, Infinity);
    assert.equal(clock.pending, 0);
  });

  it('should take deadlines beyond the longest timer of the runtime', async () => {
    const clock = new VirtualClock();
    const waits: number[] = [];
    const ticker = new DeadlineTicker({
      now: () => clock.now(),
      wallClockMicros: () => 0,
      setTimeout: (callback, ms) => {
        waits.push(ms);
        return clock.setTimeout(callback, ms);
      },
      clearTimeout: (handle) => {
        clock.clearTimeout(handle);
      },
      setImmediate: (callback) => {
        clock.setImmediate(callback);
      },
      nextTick: (callback) => {
        clock.nextTick(callback);
      },
    });
    const source = new Deadlines();
    ticker.add(source);
    const deadline = 6 * 10 ** 9;
    source.waiting.push(deadline);
    ticker.schedule(deadline);
    await clock.advance(deadline + 10);
    assert.ok(Math.max(...waits) <= 2 ** 31 - 1);
    assert.ok(source.calls < 10);
    assert.deepEqual(source.fired, [{ deadline, at: deadline }]);
  });

  it('should round waits up to whole milliseconds, which is what timers know', () => {
    const clock = new VirtualClock();
    const waits: number[] = [];
    const ticker = new DeadlineTicker({
      now: () => 3.7,
      wallClockMicros: () => 0,
      setTimeout: (callback, ms) => {
        waits.push(ms);
        return clock.setTimeout(callback, ms);
      },
      clearTimeout: () => undefined,
      setImmediate: () => undefined,
      nextTick: () => undefined,
    });
    ticker.add(new Deadlines());
    ticker.schedule(12);
    assert.deepEqual(waits, [17]);
  });
});
