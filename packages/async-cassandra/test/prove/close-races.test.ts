/**
 * Operations that race with `close()`: every promise settles, as a result or as a typed error, and nothing is left open.
 * Ten thousand histories of up to 50 operations on virtual time, as many of `connect()` that fails or is shut down, and
 * twenty of 10,000 operations on real sockets.
 *
 *     npm run prove -- close-races
 *
 * `TEST_SEED` repeats a history, `PROPERTY_SCALE` scales their count.
 */
import { it } from 'node:test';
import { propertyRuns } from '../support/property-runs.ts';
import { chooseSeed } from '../support/seeded-random.ts';
import { raceWithClose } from '../support/session/close-race.ts';
import { raceConnect } from '../support/session/connect-race.ts';
import { raceSeeds } from '../support/session/race-seeds.ts';
import { raceOnSockets } from '../support/session/socket-race.ts';

const seed = chooseSeed() >>> 0;
const isRepeated = process.env['TEST_SEED'] !== undefined;
const count = isRepeated ? 1 : propertyRuns(10_000);
const OPERATIONS = 10_000;
/** Fewer than `propertyRuns` makes of it: each is a test in itself. */
const socketRuns = isRepeated ? 1 : Math.max(2, Math.round(20 * Number(process.env['PROPERTY_SCALE'] ?? 1)));

it('should_settle_every_operation_that_races_with_close', async (t) => {
  t.diagnostic(`TEST_SEED=${seed}, ${count} histories`);
  await raceSeeds(seed, count, raceWithClose);
});

it('should_leave_nothing_of_connect_that_fails_or_races_with_shutdown', async (t) => {
  t.diagnostic(`TEST_SEED=${seed}, ${count} histories`);
  await raceSeeds(seed, count, raceConnect);
});

it('should_settle_every_operation_that_races_with_close_on_sockets', async (t) => {
  const totals = new Map<string, number>();
  await raceSeeds(seed, socketRuns, async (each) => {
    for (const [name, times] of await raceOnSockets(each, OPERATIONS))
      totals.set(name, (totals.get(name) ?? 0) + times);
  });
  const told = [...totals].sort(([, a], [, b]) => b - a).map(([name, times]) => `${name} ${times}`);
  t.diagnostic(`TEST_SEED=${seed}, ${socketRuns} histories of ${OPERATIONS} operations: ${told.join(', ')}`);
});
