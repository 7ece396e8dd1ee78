import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { raceCandidates, type RaceOutcome } from '../../../src/cluster/race-candidates.ts';
import { VirtualClock } from '../../support/index.ts';
import { type Deferred, deferred } from './fakes.ts';

interface Started {
  readonly name: string;
  readonly at: number;
  readonly signal: AbortSignal;
  readonly outcome: Deferred<string>;
}

class RaceHarness {
  readonly clock = new VirtualClock();
  readonly started: Started[] = [];
  readonly discarded: string[] = [];
  readonly abort = new AbortController();

  run(names: readonly string[], maxParallel = 3): Promise<RaceOutcome<string, string>> {
    return raceCandidates(names, {
      timers: this.clock,
      staggerMs: 500,
      maxParallel,
      signal: this.abort.signal,
      attempt: (name, signal) => {
        const outcome = deferred<string>();
        signal.addEventListener('abort', () => outcome.reject(new Error('aborted')), { once: true });
        this.started.push({ name, at: this.clock.now(), signal, outcome });
        return outcome.promise;
      },
      discard: (result) => this.discarded.push(result),
    });
  }

  get names(): string[] {
    return this.started.map(({ name }) => name);
  }
}

describe('raceCandidates', () => {
  it('should try one at a time while they fail quickly', async () => {
    const harness = new RaceHarness();
    const race = harness.run(['a', 'b', 'c']);
    await harness.clock.advance(0);
    assert.deepEqual(harness.names, ['a']);
    harness.started[0]?.outcome.reject(new Error('no'));
    await harness.clock.advance(0);
    assert.deepEqual(harness.names, ['a', 'b']);
    harness.started[1]?.outcome.resolve('B');
    assert.deepEqual(await harness.clock.settle(race), { winner: 'B' });
    assert.equal(harness.clock.pending, 0);
  });

  it('should not be held up by one that does not answer, nor start more than it may', async () => {
    const harness = new RaceHarness();
    const race = harness.run(['a', 'b', 'c', 'd', 'e']);
    await harness.clock.advance(5000);
    assert.deepEqual(
      harness.started.map(({ name, at }) => [name, at]),
      [
        ['a', 0],
        ['b', 500],
        ['c', 1000],
      ],
    );
    harness.started[1]?.outcome.reject(new Error('no'));
    await harness.clock.advance(0);
    assert.deepEqual(harness.names, ['a', 'b', 'c', 'd']);
    harness.started[0]?.outcome.resolve('A');
    assert.deepEqual(await harness.clock.settle(race), { winner: 'A' });
    assert.equal(harness.started[2]?.signal.aborted, true);
    assert.equal(harness.started[3]?.signal.aborted, true);
    assert.equal(harness.clock.pending, 0);
  });

  it('should discard the result of one that comes in second', async () => {
    const harness = new RaceHarness();
    const race = harness.run(['a', 'b']);
    await harness.clock.advance(500);
    harness.started[0]?.outcome.resolve('A');
    harness.started[1]?.outcome.resolve('B');
    assert.deepEqual(await harness.clock.settle(race), { winner: 'A' });
    assert.deepEqual(harness.discarded, ['B']);
  });

  it('should tell why each failed', async () => {
    const harness = new RaceHarness();
    const race = harness.run(['a', 'b']);
    for (let i = 0; i < 2; i++) {
      await harness.clock.advance(0);
      harness.started[i]?.outcome.reject(new Error(`no ${i}`));
    }
    const outcome = await harness.clock.settle(race);
    assert.ok('failures' in outcome);
    assert.deepEqual(
      outcome.failures.map(({ candidate, error }) => [candidate, (error as Error).message]),
      [
        ['a', 'no 0'],
        ['b', 'no 1'],
      ],
    );
  });

  it('should end at once, and abort all, when its signal fires', async () => {
    const harness = new RaceHarness();
    const race = harness.run(['a', 'b', 'c']);
    await harness.clock.advance(600);
    harness.abort.abort();
    const outcome = await harness.clock.settle(race);
    assert.ok('failures' in outcome);
    assert.deepEqual(harness.names, ['a', 'b']);
    assert.equal(harness.clock.pending, 0);
    assert.deepEqual(await harness.run(['a']), { failures: [] });
  });

  it('should have nothing to tell without candidates', async () => {
    assert.deepEqual(await new RaceHarness().run([]), { failures: [] });
  });
});
