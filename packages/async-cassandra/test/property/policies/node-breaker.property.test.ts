import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { type BreakerState, NodeBreaker } from '../../../src/policies/node-breaker.ts';
import { propertyRuns } from '../../support/property-runs.ts';

const SLOTS = 3;
const OPEN_MS = 100;
const WINDOW_MS = 400;
const MIN_FAILURES = 3;

type Step =
  | { readonly do: 'request' | 'succeed' | 'fail' | 'reset'; readonly slot: number }
  | { readonly do: 'succeedOften' | 'failOften'; readonly slot: number; readonly times: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'reserve'; readonly count: number };

const slot = fc.nat(SLOTS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('request' as const, 'request' as const, 'succeed' as const, 'fail' as const, 'fail' as const),
      slot,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('succeedOften' as const, 'failOften' as const),
      slot,
      times: fc.integer({ min: 2, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), slot }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 50, 99, 100, 101, 200, 400, 401) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reserve' as const), count: fc.integer({ min: 1, max: 12 }) }) },
);

/** One node: while it is closed every outcome since its window began, counted anew each time; then when it may be probed. */
class BreakerModel {
  readonly #ratio: number;
  #window: { readonly sinceMs: number; readonly outcomes: boolean[] } | null = null;
  #open: { untilMs: number; isProbed: boolean } | null = null;

  constructor(ratio: number) {
    this.#ratio = ratio;
  }

  get isClosed(): boolean {
    return this.#open === null;
  }

  isShut(now: number): boolean {
    return this.#open !== null && now < this.#open.untilMs;
  }

  state(now: number): BreakerState {
    if (this.#open === null) return 'closed';
    return this.#open.isProbed || now >= this.#open.untilMs ? 'halfOpen' : 'open';
  }

  requested(now: number): void {
    if (this.#open !== null) this.#open = { untilMs: now + OPEN_MS, isProbed: true };
  }

  succeeded(): void {
    if (this.#open === null) this.#window?.outcomes.push(true);
    else if (this.#open.isProbed) this.reset();
  }

  failed(now: number): void {
    if (this.#open !== null) {
      this.#open = { untilMs: now + OPEN_MS, isProbed: false };
      return;
    }
    if (this.#window === null || now - this.#window.sinceMs > WINDOW_MS) this.#window = { sinceMs: now, outcomes: [] };
    const { outcomes } = this.#window;
    outcomes.push(false);
    const failures = outcomes.filter((isGood) => !isGood).length;
    if (failures >= MIN_FAILURES && failures / outcomes.length >= this.#ratio)
      this.#open = { untilMs: now + OPEN_MS, isProbed: false };
  }

  reset(): void {
    this.#open = null;
    this.#window = null;
  }
}

describe('NodeBreaker, against a model', () => {
  it('should open, be probed by one request at a time, and close as its rules say, each node for itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(0.25, 0.5, 0.75), fc.array(step, { maxLength: 60 }), (failureRatio, steps) => {
        const options = { minFailures: MIN_FAILURES, failureRatio, windowMs: WINDOW_MS, openMs: OPEN_MS };
        const breaker = new NodeBreaker('circuitBreaker', options);
        breaker.reserve(SLOTS);
        const models = Array.from({ length: SLOTS }, () => new BreakerModel(failureRatio));
        const probedAt = new Array<number>(SLOTS).fill(Number.NEGATIVE_INFINITY);
        // Away from 0, which is what a node that never failed has as its time.
        let now = 1_000_000;
        for (const action of steps) {
          if (action.do === 'wait') now += action.ms;
          else if (action.do === 'reserve') breaker.reserve(action.count);
          else {
            const model = models[action.slot] as BreakerModel;
            const times = 'times' in action ? action.times : 1;
            for (let i = 0; i < times; i++) one(breaker, model, action, now, probedAt);
          }
          for (const [i, model] of models.entries()) {
            assert.equal(breaker.stateOf(i, now), model.state(now));
            assert.equal(breaker.isShut(i, now), model.isShut(now));
          }
          assert.equal(breaker.openCount, models.filter((model) => !model.isClosed).length, 'openCount');
        }
        // Left alone, no node stays shut: one request is enough to bring it back.
        now += OPEN_MS;
        for (const [i, model] of models.entries()) {
          assert.equal(breaker.isShut(i, now), false);
          breaker.enter(i, now);
          breaker.succeeded(i);
          assert.equal(breaker.stateOf(i, now), 'closed');
          if (!model.isClosed) model.reset();
        }
        assert.equal(breaker.openCount, 0);
      }),
      { numRuns: propertyRuns(5_000) },
    );
  });
});

function one(
  breaker: NodeBreaker,
  model: BreakerModel,
  { do: what, slot: at }: { readonly do: string; readonly slot: number },
  now: number,
  probedAt: number[],
): void {
  switch (what) {
    case 'request':
      if (breaker.isShut(at, now)) return;
      if (!model.isClosed) {
        assert.ok(now - (probedAt[at] as number) >= OPEN_MS, 'no two probes at a time');
        probedAt[at] = now;
      }
      breaker.enter(at, now);
      model.requested(now);
      return;
    case 'reset':
      breaker.reset(at);
      model.reset();
      probedAt[at] = Number.NEGATIVE_INFINITY;
      return;
    case 'succeed':
    case 'succeedOften':
      breaker.succeeded(at);
      model.succeeded();
      if (model.isClosed) probedAt[at] = Number.NEGATIVE_INFINITY;
      return;
    default:
      breaker.failed(at, now);
      model.failed(now);
  }
}
