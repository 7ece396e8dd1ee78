import assert from 'node:assert/strict';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LockOptions, withLock } from '../../../src/fetch/cache-lock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const quiet: LockOptions = { signal: undefined, onWait: () => undefined };
const noProcess = 2 ** 22 + 1; // above the largest process id of Linux

describe('the lock of the cache', () => {
  it('should let one in at a time, whatever becomes of the work', async (t) => {
    const path = join(temporaryFolder(t), 'lock');
    let inside = 0;
    let most = 0;
    let waits = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await sleep(20);
      inside -= 1;
      throw new Error('work failed');
    };
    const onWait = (): void => void (waits += 1);
    const all = Array.from({ length: 3 }, () => withLock(path, { signal: undefined, onWait }, work));
    const results = await Promise.allSettled(all);
    assert.deepEqual(
      results.map((each) => each.status),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.equal(most, 1);
    assert.equal(waits, 2, 'each says once that it waits');
    assert.ok(!existsSync(path));
  });

  it('should take over from a process of this host that is gone', async (t) => {
    const path = join(temporaryFolder(t), 'lock');
    writeFileSync(path, JSON.stringify({ owner: 'x', pid: noProcess, host: hostname() }));
    assert.equal(await withLock(path, quiet, async () => 'done'), 'done');
  });

  it('should take over from another host only when its lock was not touched for long', async (t) => {
    const path = join(temporaryFolder(t), 'lock');
    writeFileSync(path, JSON.stringify({ owner: 'x', pid: noProcess, host: 'elsewhere' }));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 400);
    const waiting = withLock(path, { ...quiet, signal: controller.signal }, async () => 'done');
    await assert.rejects(waiting, { code: 'ABORTED' });
    assert.ok(existsSync(path));
    const longAgo = new Date(Date.now() - 30_000);
    utimesSync(path, longAgo, longAgo);
    assert.equal(await withLock(path, quiet, async () => 'done'), 'done');
  });

  it('should leave a lock alone that somebody else took over', async (t) => {
    const path = join(temporaryFolder(t), 'lock');
    await withLock(path, quiet, async () => writeFileSync(path, JSON.stringify({ owner: 'another' })));
    assert.match(readFileSync(path, 'utf8'), /another/);
  });

  it('should wait for a lock that is just being written', async (t) => {
    const path = join(temporaryFolder(t), 'lock');
    writeFileSync(path, '');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    await assert.rejects(
      withLock(path, { ...quiet, signal: controller.signal }, async () => 1),
      { code: 'ABORTED' },
    );
  });
});
