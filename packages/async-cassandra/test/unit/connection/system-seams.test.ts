import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemTimers } from '../../../src/connection/index.ts';

describe('the timers of the process', () => {
  for (const ms of [2 ** 31, 3e9, Infinity])
    it(`should wait for ${ms} ms as long as they can, where Node's own would end at once`, async () => {
      const warnings: string[] = [];
      const onWarning = (warning: Error): void => void warnings.push(warning.name);
      process.on('warning', onWarning);
      let hasFired = false;
      const long = systemTimers.setTimeout(() => {
        hasFired = true;
      }, ms);
      // One that was set later and ends before: what ends at once has ended by then.
      await new Promise<void>((resolve) => systemTimers.setTimeout(resolve, 20));
      systemTimers.clearTimeout(long);
      process.off('warning', onWarning);
      assert.equal(hasFired, false);
      assert.deepEqual(warnings, []);
    });
});
