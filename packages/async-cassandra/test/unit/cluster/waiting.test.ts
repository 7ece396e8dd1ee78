import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { sleep, waitFor } from '../../../src/cluster/waiting.ts';
import { AbortError } from '../../../src/errors/index.ts';
import { VirtualClock } from '../../support/index.ts';
import { deferred } from './fakes.ts';

function listeners(...signals: AbortSignal[]): number {
  return signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0);
}

describe('sleep', () => {
  it('should end with its time, or with the first of its signals, and leave neither timer nor listener', async () => {
    const clock = new VirtualClock();
    const [a, b] = [new AbortController(), new AbortController()];
    await clock.settle(sleep(clock, 100, a.signal, undefined, b.signal));
    assert.equal(clock.now(), 100);
    assert.equal(listeners(a.signal, b.signal), 0);
    const sleeping = sleep(clock, 100, a.signal, b.signal);
    b.abort();
    await sleeping;
    assert.equal(listeners(a.signal, b.signal), 0);
    assert.equal(clock.pending, 0);
    await sleep(clock, 100, a.signal, b.signal);
    assert.equal(clock.now(), 100);
  });
});

describe('waitFor', () => {
  const timeoutError = (): Error => new Error('too late');

  it('should settle as the work does, and leave neither timer nor listener', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    assert.equal(await waitFor(Promise.resolve(7), { timers: clock, timeoutMs: 10, signal, timeoutError }), 7);
    await assert.rejects(
      waitFor(Promise.reject(new Error('no')), { timers: clock, timeoutMs: 10, signal, timeoutError }),
      /no/,
    );
    assert.equal(clock.pending + listeners(signal), 0);
  });

  it('should not wait longer than it may', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    await assert.rejects(
      clock.settle(waitFor(new Promise(() => undefined), { timers: clock, timeoutMs: 10, signal, timeoutError })),
      /too late/,
    );
    assert.equal(clock.now(), 10);
    assert.equal(listeners(signal), 0);
  });

  it('should let go with the signal, and leave the work to those who share it', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const work = deferred<number>();
    const waiting = waitFor(work.promise, { timers: clock, timeoutMs: 10, signal: controller.signal, timeoutError });
    const other = waitFor(work.promise, { timers: clock, timeoutMs: 10, timeoutError });
    controller.abort(new Error('why'));
    await assert.rejects(
      waiting,
      (error) => error instanceof AbortError && error.outcome === 'notSent' && (error.cause as Error).message === 'why',
    );
    work.resolve(1);
    assert.equal(await other, 1);
    assert.equal(clock.pending + listeners(controller.signal), 0);
  });

  it('should not wait at all when the signal has fired, nor leave a failure of the work unhandled', async () => {
    const clock = new VirtualClock();
    await assert.rejects(
      waitFor(Promise.reject(new Error('unseen')), {
        timers: clock,
        timeoutMs: 10,
        signal: AbortSignal.abort(),
        timeoutError,
      }),
      AbortError,
    );
    assert.equal(clock.pending, 0);
  });
});
