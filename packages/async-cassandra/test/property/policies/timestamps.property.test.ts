import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { MonotonicTimestampGenerator } from '../../../src/policies/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';

describe('MonotonicTimestampGenerator, whatever the clock does', () => {
  it('should give growing timestamps that stay near the clock', () => {
    const step = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -200_000, max: 200_000 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let now = 1_700_000_000_000_000;
        const generator = new MonotonicTimestampGenerator({ now: () => now, maxDriftMs: 50 });
        let last = 0n;
        for (const change of steps) {
          now += change;
          const next = generator.next();
          if (next === null) {
            assert.ok(last + 1n - BigInt(now) > 50_000n, 'only a clock set far back leaves timestamps to the server');
            continue;
          }
          assert.ok(next > last);
          assert.ok(next - BigInt(now) <= 50_000n);
          last = next;
        }
      }),
      { numRuns: propertyRuns(2_000) },
    );
  });
});
