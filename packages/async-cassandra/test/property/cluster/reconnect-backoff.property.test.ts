import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { ReconnectBackoff } from '../../../src/cluster/reconnect-backoff.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

const QUICK_MS = 100;
const SOUND_MS = 1_000;
const MOST_JITTER = 0.15;

type Step =
  | { readonly do: 'failed'; readonly tookMs: number }
  | { readonly do: 'lost'; readonly livedMs: number }
  | { readonly do: 'reset' };

const someMs = fc.constantFrom(0, 1, 9, 10, 11, 99, 100, 101, 500, 999, 1_000, 1_001, 3_999, 4_000, 60_000, 1e7);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('failed' as const), tookMs: someMs }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('lost' as const), livedMs: someMs }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'reset' }) },
);

const schedules: readonly (readonly number[])[] = [
  [10],
  [10, 20, 50],
  [1_000, 2_000, 4_000, 8_000, 16_000, 60_000],
  [5_000],
  [0, 0, 30, 5_000],
];

/** Where in the schedule one is, and how long the last delay was meant to be. */
class BackoffModel {
  readonly #delays: readonly number[];
  #step = 0;
  #last = 0;

  constructor(delays: readonly number[]) {
    this.#delays = delays;
  }

  /** The policy's delay that has to be waited now. */
  next(): number {
    this.#last = this.#delays[Math.min(this.#step++, this.#delays.length - 1)] as number;
    return this.#last;
  }

  /** Whether the loss of a connection that lived so long is the end of a sound one; else it is one more failure. */
  isSound(livedMs: number): boolean {
    return this.#last === 0 || (livedMs >= SOUND_MS && livedMs >= this.#last);
  }

  /** The loss of a sound connection is answered quickly, once: the next one has to live for a second. */
  quick(): void {
    this.#step = 0;
    this.#last = QUICK_MS;
  }

  reset(): void {
    this.#step = 0;
    this.#last = 0;
  }
}

describe('ReconnectBackoff, against a model', () => {
  it('should wait as the schedule says, never longer and hardly shorter, and be quick after sound connections only', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...schedules),
        fc.constantFrom('none', 'most', 'some'),
        fc.nat(),
        fc.array(step, { maxLength: 40 }),
        (delays, jitter, seed, steps) => {
          const { next } = new SeededRandom(seed);
          const random = { none: () => 0, most: () => 1 - 2 ** -40, some: next }[jitter];
          const backoff = new ReconnectBackoff({ schedule: () => delays.values() }, random);
          const model = new BackoffModel(delays);
          for (const action of steps) {
            if (action.do === 'reset') {
              backoff.reset();
              model.reset();
              continue;
            }
            const took = action.do === 'failed' ? action.tookMs : 0;
            const waits = action.do === 'failed' ? backoff.failed(took) : backoff.lost(action.livedMs);
            if (action.do === 'lost' && model.isSound(action.livedMs)) {
              model.quick();
              spread(waits, QUICK_MS, jitter);
            } else follows(waits, model.next(), took, jitter);
          }
        },
      ),
      { numRuns: propertyRuns(3_000) },
    );
  });
});

/** A delay counts from the beginning of the attempt; where that took longer than the delay, clients are spread a little. */
function follows(waits: number, delay: number, took: number, jitter: string): void {
  const least = delay * (1 - MOST_JITTER);
  assert.ok(waits >= 0 && waits <= delay, `waits ${waits} of ${delay}`);
  assert.ok(waits >= least - took, `waits ${waits} of ${delay} after ${took}`);
  if (took >= delay) spread(waits, Math.min(delay, QUICK_MS), jitter, least);
  else if (jitter === 'none') assert.equal(waits, delay - took);
  else if (jitter === 'most' && least - took > QUICK_MS) assert.ok(waits <= least - took + 1e-6, 'is made shorter');
}

function spread(waits: number, most: number, jitter: string, least: number = most): void {
  assert.ok(waits >= 0 && waits <= most, `waits ${waits} of at most ${most}`);
  if (jitter === 'none') assert.equal(waits, 0);
  if (jitter === 'most') assert.ok(waits >= Math.min(least, most) * 0.999, `waits ${waits}, spread over ${most}`);
}
