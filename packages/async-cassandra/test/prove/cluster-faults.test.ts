/**
 * Three real nodes under a steady load, and six faults, one after the other; cassandra-driver beside, under the same. At full
 * size the figures are written to docs/reliability.md.
 *
 *     npm run prove -- cluster-faults
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ChaosRun, faultSeconds } from '../support/chaos/chaos-run.ts';
import { assertDeadlines, assertFailuresEnd, assertReturn } from '../support/chaos/checks.ts';
import { ours, theirs } from '../support/chaos/contestants.ts';
import { faults } from '../support/chaos/faults.ts';
import type { Figures } from '../support/chaos/figures.ts';
import { isWholeRun, surroundings, writeReliabilityPage } from '../support/chaos/reliability-page.ts';
import { failuresOf, tableOf } from '../support/chaos/report.ts';

describe('Three nodes under load, with faults', () => {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  let run: ChaosRun;
  let figures: Figures[] = [];
  const isOurs = (name: string): boolean => ours.some((contestant) => contestant.name === name);

  before(async () => {
    run = await ChaosRun.start([...ours, ...theirs], say);
    figures = await run.figuresUnder(Object.values(faults));
    say([tableOf(figures), ...failuresOf(figures), surroundings(run.starvedPercent)].join('\n'));
    if (!isWholeRun()) return;
    writeReliabilityPage(
      'faults',
      `${surroundings(run.starvedPercent)}; faults of ${faultSeconds()} s.\n\n${tableOf(figures)}`,
    );
  });

  after(() => run?.[Symbol.asyncDispose]());

  it('should let no request outlast its deadline', () => {
    const loads = run.loads.filter(({ client }) => isOurs(client.name));
    assert.equal(loads.length, ours.length);
    for (const load of loads) assertDeadlines(load, run.watch);
  });

  it('should fail no idempotent request later than 5 s after a fault began', () => {
    for (const each of figures) if (isOurs(each.client)) assertFailuresEnd(each);
  });

  it('should use a node again within 10 s of its return', () => {
    for (const each of figures) if (isOurs(each.client) && each.phase !== 'no fault') assertReturn(each);
  });

  it('should have lost no acknowledged write, and applied nothing twice or in secret', async () => {
    for (const load of run.loads) {
      const wrong = await run.audit(load);
      if (isOurs(load.client.name)) assert.deepEqual(wrong, [], load.client.name);
      else say(`${load.client.name}: ${wrong.length} contradictions ${wrong.slice(0, 10).join('; ')}`);
    }
  });
});
