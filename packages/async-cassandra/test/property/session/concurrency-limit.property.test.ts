import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { ConcurrencyLimit } from '../../../src/session/concurrent/concurrency-limit.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { SeededRandom } from '../../support/index.ts';
import { type LimitedServer, simulateLoad } from '../../support/session/limited-server.ts';

function limitOf(bounds: { min: number; max: number; initial: number }, followsLatency: boolean, now: () => number) {
  const random = new SeededRandom(1);
  return new ConcurrencyLimit({ ...bounds, followsLatency, now, random: () => random.next() });
}

const server = fc.record({
  places: fc.integer({ min: 2, max: 150 }),
  serviceMs: fc.integer({ min: 4, max: 60 }),
});

describe('The limit of concurrency', () => {
  it('should_stay_within_its_bounds_whatever_it_is_told', () => {
    const events = fc.array(
      fc.record({
        kind: fc.constantFrom('answer', 'refusal'),
        back: fc.nat(40),
        latencyMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
        passMs: fc.nat(20_000),
      }),
      { maxLength: 400 },
    );
    const bounds = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(2_000), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(bounds, fc.boolean(), events, ([min, more, share], followsLatency, told) => {
        let now = 0;
        const max = min + more;
        const limit = limitOf({ min, max, initial: min + Math.floor(more * share) }, followsLatency, () => now);
        for (const { kind, back, latencyMs, passMs } of told) {
          now += passMs;
          const number = limit.begin(limit.current) - back;
          const pauseMs = kind === 'refusal' ? limit.onRefusal(number) : 0;
          if (kind === 'answer') limit.onAnswer(number, latencyMs);
          assert.ok(pauseMs >= 0 && pauseMs <= 1_000);
          assert.ok(
            Number.isInteger(limit.current) && limit.current >= min && limit.current <= max,
            `${limit.current}`,
          );
        }
      }),
      { numRuns: propertyRuns(500) },
    );
  });

  it('should_use_a_server_nearly_in_full_without_a_long_queue', () => {
    fc.assert(
      fc.property(server, fc.integer({ min: 1, max: 1e9 }), ({ places, serviceMs }, seed) => {
        // Where few are served at a time it begins with too many, and each measuring of the idle latency, with a quarter, takes it down.
        const load = simulateLoad({
          seed,
          durationMs: 50_000,
          servers: [{ fromMs: 0, places, serviceMs, queue: 1e9 }],
        });
        const best = (places / serviceMs) * 10_000;
        const done = load.answeredBetween(40_000, 50_000);
        assert.ok(done >= 0.85 * best, `${done} of ${best}`);
        const latency = load.meanLatencyBetween(40_000, 50_000);
        // It settles where as many are under way as twice the idle latency takes, and their square root: n = 2 * places + sqrt(n).
        const settled = ((1 + Math.sqrt(1 + 8 * places)) / 2) ** 2;
        const expected = (settled / places) * serviceMs;
        assert.ok(latency <= expected * 1.25 + 2, `${latency} ms with ${serviceMs} ms of work, ${expected} expected`);
      }),
      { numRuns: propertyRuns(60) },
    );
  });

  it('should_give_way_to_a_server_that_shrinks_and_use_it_again_when_it_grows', () => {
    fc.assert(
      fc.property(server, fc.integer({ min: 1, max: 1e9 }), fc.boolean(), ({ places, serviceMs }, seed, adaptive) => {
        const small: LimitedServer = { fromMs: 8_000, places: Math.max(1, places >> 2), serviceMs, queue: 5 };
        const load = simulateLoad({
          seed,
          durationMs: 32_000,
          adaptive,
          servers: [
            { fromMs: 0, places, serviceMs, queue: 1e9 },
            small,
            { fromMs: 20_000, places, serviceMs, queue: 1e9 },
          ],
        });
        // It keeps the small one busy, and most of what it asks is not refused.
        const smallBest = (small.places / serviceMs) * 8_000;
        assert.ok(
          load.answeredBetween(12_000, 20_000) >= 0.5 * smallBest,
          `small: ${load.answeredBetween(12_000, 20_000)} of ${smallBest}`,
        );
        assert.ok(load.refusedBetween(12_000, 20_000) <= load.answeredBetween(12_000, 20_000), 'refused');
        const best = (Math.min(places, load.max) / serviceMs) * 8_000;
        assert.ok(
          load.answeredBetween(24_000, 32_000) >= 0.8 * best,
          `again: ${load.answeredBetween(24_000, 32_000)} of ${best}`,
        );
      }),
      { numRuns: propertyRuns(40) },
    );
  });

  it('should_ask_a_server_that_refuses_everything_about_once_a_second', () => {
    for (const adaptive of [true, false]) {
      const load = simulateLoad({
        seed: 5,
        durationMs: 60_000,
        adaptive,
        servers: [{ fromMs: 0, places: 0, serviceMs: 1, queue: 0 }],
      });
      assert.ok(load.refusedBetween(30_000, 60_000) <= 62, `${load.refusedBetween(30_000, 60_000)}`);
    }
  });
});
