/**
 * All nodes of a real cluster are restarted, one by one, under load, and the clients live through it.
 *
 *     npm run prove -- cluster-rolling-restart
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ChaosRun } from '../support/chaos/chaos-run.ts';
import { assertDeadlines, assertFailuresEnd, assertReturn, assertTrafficGoesOn } from '../support/chaos/checks.ts';
import { ours } from '../support/chaos/contestants.ts';
import { faults } from '../support/chaos/faults.ts';
import type { Figures } from '../support/chaos/figures.ts';
import { isWholeRun, surroundings, writeReliabilityPage } from '../support/chaos/reliability-page.ts';
import { failuresOf, tableOf } from '../support/chaos/report.ts';

describe('A rolling restart under load', () => {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  let run: ChaosRun;
  let figures: Figures[] = [];

  before(async () => {
    run = await ChaosRun.start(ours, say);
    const restarts = run.ring.nodes.map((_, index) => ({ ...faults.restarted, name: `restart of node ${index + 1}` }));
    figures = await run.figuresUnder(restarts);
    say([tableOf(figures), ...failuresOf(figures), surroundings(run.starvedPercent)].join('\n'));
    if (isWholeRun())
      writeReliabilityPage('rolling-restart', `${surroundings(run.starvedPercent)}.\n\n${tableOf(figures)}`);
  });

  after(() => run?.[Symbol.asyncDispose]());

  it('should let traffic go on', () => {
    for (const load of run.loads) {
      assertTrafficGoesOn(load, run.watch);
      assertDeadlines(load, run.watch);
    }
    for (const each of figures) assertFailuresEnd(each);
  });

  it('should find every node again', () => {
    for (const each of figures) if (each.phase !== 'no fault') assertReturn(each);
  });

  it('should have lost no acknowledged write, and applied nothing twice or in secret', async () => {
    for (const load of run.loads) assert.deepEqual(await run.audit(load), [], load.client.name);
  });
});
