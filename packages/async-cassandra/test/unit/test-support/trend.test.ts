import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeededRandom } from '../../support/index.ts';
import { isRising, trendOf } from '../../support/soak/trend.ts';

const xs = Array.from({ length: 60 }, (_, i) => i * 1000);

describe('the trend of samples', () => {
  it('should be that of a line', () => {
    const trend = trendOf(
      xs,
      xs.map((x) => 5 + x * 0.25),
    );
    assert.ok(Math.abs(trend.slope - 0.25) < 1e-12);
    assert.ok(trend.error < 1e-12);
    assert.ok(Math.abs(trend.growth - 59_000 * 0.25) < 1e-6);
  });

  it('should have the slope and standard error that a calculation by hand gives', () => {
    // Means 2 and 3.2; residuals 0.8, -1.2, 0.8, -1.2, 0.8; sqrt(4.8 / 3 / 10).
    const trend = trendOf([0, 1, 2, 3, 4], [2, 1, 4, 3, 6]);
    assert.ok(Math.abs(trend.slope - 1) < 1e-12);
    assert.ok(Math.abs(trend.error - 0.4) < 1e-12, String(trend.error));
  });

  it('should find a small leak in noise, and none in noise alone', () => {
    let mistaken = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const random = new SeededRandom(seed);
      const noise = xs.map(() => 20 + random.next() * 2);
      const leaking = noise.map((value, i) => value + (i / xs.length) * 4);
      if (isRising(trendOf(xs, noise), 1)) mistaken++;
      assert.ok(isRising(trendOf(xs, leaking), 1), `seed ${seed}`);
    }
    assert.equal(mistaken, 0);
  });

  it('should let pass what is below the tolerance, falls, or does not move', () => {
    assert.equal(
      isRising(
        trendOf(
          xs,
          xs.map((x) => x * 1e-6),
        ),
        1,
      ),
      false,
    );
    assert.equal(
      isRising(
        trendOf(
          xs,
          xs.map((x) => -x),
        ),
        1,
      ),
      false,
    );
    assert.equal(
      isRising(
        trendOf(
          xs,
          xs.map(() => 3),
        ),
        0,
      ),
      false,
    );
  });
});
