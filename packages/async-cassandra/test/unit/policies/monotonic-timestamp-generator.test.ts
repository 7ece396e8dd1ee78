import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { MonotonicTimestampGenerator } from '../../../src/policies/index.ts';

const START = 1_700_000_000_000_000;

describe('MonotonicTimestampGenerator', () => {
  it('should follow the clock, in microseconds', () => {
    let now = START;
    const generator = new MonotonicTimestampGenerator({ now: () => now });
    assert.equal(generator.next(), BigInt(START));
    now += 12.7;
    assert.equal(generator.next(), BigInt(START + 12));
  });

  it('should go on by one microsecond within a tick of the clock', () => {
    const generator = new MonotonicTimestampGenerator({ now: () => START });
    assert.deepEqual(
      [generator.next(), generator.next(), generator.next()],
      [0, 1, 2].map((step) => BigInt(START + step)),
    );
  });

  it('should never go back, nor give a timestamp twice, when the clock is set back', () => {
    let now = START;
    const generator = new MonotonicTimestampGenerator({ now: () => now });
    let last = generator.next() as bigint;
    for (const step of [-500_000, 0, 300, 100_000, -1_000, 900_000, 5]) {
      now += step;
      for (let i = 0; i < 50; i++) {
        const next = generator.next() as bigint;
        assert.ok(next > last);
        last = next;
      }
    }
    assert.ok(last < BigInt(now + 1_000));
  });

  it('should leave timestamps to the server while they would be too far ahead of the clock', () => {
    let now = START;
    const generator = new MonotonicTimestampGenerator({ now: () => now, maxDriftMs: 10 });
    assert.equal(generator.next(), BigInt(START));
    now -= 10_000;
    assert.equal(generator.next(), null);
    now += 1;
    assert.equal(generator.next(), BigInt(START + 1));
    assert.equal(generator.next(), null);
    now = START + 2;
    assert.equal(generator.next(), BigInt(START + 2));
  });

  it('should tell that it runs ahead of the clock, but not all the time', () => {
    let now = START;
    const told: number[] = [];
    const generator = new MonotonicTimestampGenerator({
      now: () => now,
      warnDriftMs: 100,
      warnIntervalMs: 1_000,
      onDrift: (drift) => told.push(drift),
    });
    generator.next();
    now -= 90_000;
    generator.next();
    assert.equal(told.length, 0);
    now -= 60_000;
    for (let i = 0; i < 5; i++) generator.next();
    assert.equal(told.length, 1);
    assert.ok((told[0] as number) > 150 && (told[0] as number) < 151);
    now = START + 2_000_000;
    generator.next();
    now -= 500_000;
    generator.next();
    assert.equal(told.length, 2);
  });

  it('should take the clock of its cluster unless it was given one', () => {
    const own = new MonotonicTimestampGenerator({ now: () => START });
    own.init(() => 5);
    assert.equal(own.next(), BigInt(START));
    const other = new MonotonicTimestampGenerator();
    assert.throws(() => other.next(), ConfigurationError);
    other.init(() => START);
    assert.equal(other.next(), BigInt(START));
  });

  it('should give no timestamp twice to clusters that share it, within one tick of the clock', () => {
    const shared = new MonotonicTimestampGenerator();
    // Each cluster that uses it tells it its clock; they all stand still.
    for (let cluster = 0; cluster < 2; cluster++) shared.init(() => START);
    const given = Array.from({ length: 1_000 }, () => shared.next());
    assert.equal(new Set(given).size, 1_000);
  });

  it('should refuse options that are wrong', () => {
    for (const [name, value] of [
      ['maxDriftMs', -1],
      ['warnDriftMs', '5'],
      ['warnIntervalMs', Number.NaN],
      ['onDrift', 5],
      ['now', 5],
      ['clock', 5],
    ] as const) {
      assert.throws(
        () => new MonotonicTimestampGenerator({ [name]: value }),
        (error) => error instanceof ConfigurationError && error.path === `timestampGenerator.${name}`,
        name,
      );
    }
  });
});
