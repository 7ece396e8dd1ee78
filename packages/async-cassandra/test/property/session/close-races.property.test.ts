import { test } from 'node:test';
import { propertyRuns } from '../../support/property-runs.ts';
import { chooseSeed } from '../../support/index.ts';
import { raceWithClose } from '../../support/session/close-race.ts';
import { raceConnect } from '../../support/session/connect-race.ts';
import { raceSeeds } from '../../support/session/race-seeds.ts';

const seed = chooseSeed() >>> 0;
const runs = (full: number): number => (process.env['TEST_SEED'] === undefined ? propertyRuns(full) : 1);

test('operations that race with close() should all settle, as a result or as a typed error', () =>
  raceSeeds(seed, runs(1500), raceWithClose));

test('connect() that races with faults and shutdown() should settle, and leave nothing when it fails', () =>
  raceSeeds(seed, runs(1500), raceConnect));
