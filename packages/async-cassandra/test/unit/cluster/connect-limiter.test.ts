import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectLimiter } from '../../../src/cluster/connect-limiter.ts';
import { AbortError } from '../../../src/errors/index.ts';
import { type Deferred, deferred, settle } from './fakes.ts';

function start(
  limiter: ConnectLimiter,
  signal = new AbortController().signal,
): { started: () => boolean; work: Deferred<number>; result: Promise<number> } {
  const work = deferred<number>();
  let isStarted = false;
  const result = limiter.run(() => {
    isStarted = true;
    return work.promise;
  }, signal);
  result.catch(() => undefined);
  return { started: () => isStarted, work, result };
}

describe('ConnectLimiter', () => {
  it('should run so many side by side, and the others in order as turns come free', async () => {
    const limiter = new ConnectLimiter(2);
    const tasks = Array.from({ length: 4 }, () => start(limiter));
    await settle();
    assert.deepEqual(
      tasks.map((task) => task.started()),
      [true, true, false, false],
    );
    assert.equal(limiter.waiting, 2);
    tasks[1]?.work.resolve(1);
    await settle();
    assert.deepEqual(
      tasks.map((task) => task.started()),
      [true, true, true, false],
    );
    tasks[0]?.work.reject(new Error('refused'));
    await settle();
    assert.deepEqual(
      tasks.map((task) => task.started()),
      [true, true, true, true],
    );
    tasks[2]?.work.resolve(2);
    tasks[3]?.work.resolve(3);
    await settle();
    assert.equal(limiter.running, 0);
  });

  it('should not start what was aborted while it waited, and leave no listener on the signal', async () => {
    const limiter = new ConnectLimiter(1);
    const first = start(limiter);
    const controller = new AbortController();
    const second = start(limiter, controller.signal);
    controller.abort(new Error('why'));
    await assert.rejects(
      second.result,
      (error) => error instanceof AbortError && (error.cause as Error).message === 'why',
    );
    first.work.resolve(1);
    await settle();
    assert.equal(second.started(), false);
    assert.equal(limiter.running, 0);
    assert.equal(limiter.waiting, 0);
  });

  it('should refuse a task whose signal has fired already', async () => {
    const limiter = new ConnectLimiter(1);
    await assert.rejects(start(limiter, AbortSignal.abort()).result, AbortError);
    assert.equal(limiter.running, 0);
  });
});
