import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LatencyHistogram } from '../../../src/policies/latency-histogram.ts';
import { seeded } from '../../support/seeded-random.ts';

describe('LatencyHistogram', () => {
  it('should be empty at first', () => {
    const histogram = new LatencyHistogram(100);
    assert.equal(histogram.total, 0);
    assert.equal(histogram.percentile(50), 0);
  });

  it('should know every size of value to 4 %, never as too small', () => {
    for (let value = 1; value < 2 ** 31; value = Math.ceil(value * 1.37)) {
      const histogram = new LatencyHistogram(100);
      histogram.add(value);
      const found = histogram.percentile(50);
      assert.ok(found >= value && found <= value * 1.04, `${value} was found as ${found}`);
    }
  });

  it('should forget everything when it is cleared', () => {
    const histogram = new LatencyHistogram(100);
    for (const value of [1, 1000, 1_000_000]) histogram.add(value);
    histogram.clear();
    assert.equal(histogram.total, 0);
    assert.equal(histogram.percentile(99), 0);
    histogram.add(7);
    assert.equal(histogram.percentile(99), 7);
  });

  it('should count what is out of range as the nearest value', () => {
    const histogram = new LatencyHistogram(100);
    for (const value of [-5, Number.NaN, 0.4]) histogram.add(value);
    assert.equal(histogram.percentile(100), 0);
    for (const value of [2 ** 31, 1e15, Number.POSITIVE_INFINITY]) histogram.add(value);
    assert.equal(histogram.percentile(100), 2 ** 31 - 1);
    assert.equal(histogram.total, 6);
  });

  it(
    'should agree with sorting',
    seeded((random) => {
      const values = Array.from({ length: 5_000 }, () => Math.floor(Math.exp(random.next() * 15)));
      const histogram = new LatencyHistogram(10_000);
      for (const value of values) histogram.add(value);
      const sorted = values.toSorted((a, b) => a - b);
      for (const percentile of [1, 25, 50, 90, 99, 99.9, 100]) {
        const exact = sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] as number;
        const found = histogram.percentile(percentile);
        assert.ok(
          found >= exact && found <= Math.max(exact + 1, exact * 1.04),
          `p${percentile}: ${found} for ${exact}`,
        );
      }
    }),
  );

  it('should halve its counts when its memory is full', () => {
    const histogram = new LatencyHistogram(1_000);
    for (let i = 0; i < 999; i++) histogram.add(10);
    assert.equal(histogram.total, 999);
    histogram.add(10);
    assert.equal(histogram.total, 500);
    for (let i = 0; i < 100_000; i++) histogram.add(i);
    assert.ok(histogram.total < 1_000);
  });
});
