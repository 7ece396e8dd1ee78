import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CoalescedTask } from '../../../src/cluster/coalesced-task.ts';
import { type Deferred, deferred, settle } from './fakes.ts';

function setUp(): { runs: Deferred<number>[]; task: CoalescedTask<number> } {
  const runs: Deferred<number>[] = [];
  const task = new CoalescedTask<number>(() => {
    const run = deferred<number>();
    runs.push(run);
    return run.promise;
  });
  return { runs, task };
}

describe('CoalescedTask', () => {
  it('should share the next run among all who ask during one', async () => {
    const { runs, task } = setUp();
    const first = task.request();
    const others = [task.request(), task.request(), task.request()];
    assert.equal(runs.length, 1);
    runs[0]?.resolve(1);
    assert.equal(await first, 1);
    await settle();
    assert.equal(runs.length, 2);
    runs[1]?.resolve(2);
    assert.deepEqual(await Promise.all(others), [2, 2, 2]);
    assert.equal(runs.length, 2);
  });

  it('should never run twice at the same time, not even for those who wait for a run and ask again', async () => {
    const { runs, task } = setUp();
    const again = task.request().then(() => task.request());
    const queued = task.request();
    runs[0]?.resolve(1);
    await settle();
    assert.equal(runs.length, 2);
    runs[1]?.resolve(2);
    assert.equal(await queued, 2);
    await settle();
    assert.equal(runs.length, 3);
    runs[2]?.resolve(3);
    assert.equal(await again, 3);
  });

  it('should go on after a run that failed', async () => {
    const { runs, task } = setUp();
    const first = task.request();
    const second = task.request();
    runs[0]?.reject(new Error('no'));
    await assert.rejects(first, /no/);
    await settle();
    runs[1]?.resolve(2);
    assert.equal(await second, 2);
    const third = task.request();
    runs[2]?.resolve(3);
    assert.equal(await third, 3);
  });
});
