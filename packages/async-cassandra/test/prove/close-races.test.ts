/**
 * Ten thousand histories of up to 50 operations that race with `close()`, on virtual time: every promise settles, as a
 * result or as a typed error, and nothing is left open.
 *
 *     npm run prove -- close-races
 *
 * `TEST_SEED` repeats a history, `PROPERTY_SCALE` scales their count.
 */
import { it } from 'node:test';
import { propertyRuns } from '../support/property-runs.ts';
import { chooseSeed } from '../support/seeded-random.ts';
import { raceWithClose } from '../support/session/close-race.ts';

const seed = chooseSeed() >>> 0;
const count = process.env['TEST_SEED'] === undefined ? propertyRuns(10_000) : 1;

it('should_settle_every_operation_that_races_with_close', async (t) => {
  t.diagnostic(`TEST_SEED=${seed}, ${count} histories`);
  for (let i = 0; i < count; i++) {
    try {
      await raceWithClose((seed + i) >>> 0);
    } catch (cause) {
      throw new Error(`TEST_SEED=${(seed + i) >>> 0} fails`, { cause });
    }
  }
});
