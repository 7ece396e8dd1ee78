import { test } from 'node:test';
import { propertyRuns } from '../../support/property-runs.ts';
import { chooseSeed } from '../../support/index.ts';
import { raceWithClose } from '../../support/session/close-race.ts';

test('operations that race with close() should all settle, as a result or as a typed error', async () => {
  const first = chooseSeed();
  const runs = process.env['TEST_SEED'] === undefined ? propertyRuns(2000) : 1;
  for (let i = 0; i < runs; i++) {
    const seed = (first + i) >>> 0;
    try {
      await raceWithClose(seed);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${message}\nRepeat with TEST_SEED=${seed}`, { cause });
    }
  }
});
