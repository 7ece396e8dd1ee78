import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Duration } from '../../../../src/codecs/index.ts';
import { InvalidValueError } from '../../../../src/errors/index.ts';

const HOUR = 3_600_000_000_000n;

describe('Duration', () => {
  it('should read the units that Cassandra reads', () => {
    const nanoseconds = 5n * HOUR + 6n * 60_000_000_000n + 7_008_009_010n;
    assert.deepEqual(Duration.fromString('1y2mo3w4d5h6m7s8ms9us10ns'), new Duration(14, 25, nanoseconds));
    assert.deepEqual(Duration.fromString('1Y2MO4D5H'), new Duration(14, 4, 5n * HOUR));
    assert.deepEqual(Duration.fromString('5m'), new Duration(0, 0, 300_000_000_000n));
    assert.deepEqual(Duration.fromString('5mo'), new Duration(5, 0, 0n));
    assert.deepEqual(Duration.fromString('5ms'), new Duration(0, 0, 5_000_000n));
    assert.deepEqual(Duration.fromString('90m'), new Duration(0, 0, 90n * 60_000_000_000n));
    for (const micro of ['5us', '5\u00b5s', '5\u03bcs'])
      assert.deepEqual(Duration.fromString(micro), new Duration(0, 0, 5000n));
    assert.deepEqual(Duration.fromString('-1mo1d1ns'), new Duration(-1, -1, -1n));
  });

  it('should read the forms of ISO 8601 that Cassandra reads', () => {
    assert.deepEqual(Duration.fromString('P1Y2M3DT4H5M6S'), new Duration(14, 3, 4n * HOUR + 306_000_000_000n));
    assert.deepEqual(Duration.fromString('PT5M'), new Duration(0, 0, 300_000_000_000n));
    assert.deepEqual(Duration.fromString('P5M'), new Duration(5, 0, 0n));
    assert.deepEqual(Duration.fromString('-P2W'), new Duration(0, -14, 0n));
    assert.deepEqual(Duration.fromString('P0001-02-03T04:05:06'), Duration.fromString('P1Y2M3DT4H5M6S'));
  });

  it('should refuse other texts, units out of order, twice, and what is out of range', () => {
    const bad = [
      '',
      '-',
      '1',
      'y',
      '1x',
      '1d1y',
      '1h1h',
      '1.5s',
      '1y 2mo',
      'P1',
      'P1H',
      'P1W2D',
      'p1d',
      'PT1H1H',
      'P1-02-03T04:05:06',
      '--1d',
      '2147483648mo',
      '178956970y8mo',
      '2147483648d',
      '9223372036854775808ns',
      '2562048h',
      `${'1'.repeat(200)}d`,
    ];
    for (const text of bad) assert.throws(() => Duration.fromString(text), InvalidValueError, text);
  });

  it('should hold the whole range of its parts', () => {
    const most = new Duration(2 ** 31 - 1, 2 ** 31 - 1, 2n ** 63n - 1n);
    const least = new Duration(-(2 ** 31), -(2 ** 31), -(2n ** 63n));
    assert.equal(most.toString(), '178956970y7mo2147483647d2562047h47m16s854ms775us807ns');
    assert.equal(least.toString(), '-178956970y8mo2147483648d2562047h47m16s854ms775us808ns');
    for (const duration of [most, least]) assert.deepEqual(Duration.fromString(duration.toString()), duration);
  });

  it('should refuse parts of different signs, out of range or no integers', () => {
    const bad: readonly [number, number, bigint | number][] = [
      [-1, 1, 0n],
      [1, 0, -1n],
      [0, -1, 1n],
      [2 ** 31, 0, 0n],
      [0, -(2 ** 31) - 1, 0n],
      [0, 0, 2n ** 63n],
      [0.5, 0, 0n],
      [Number.NaN, 0, 0n],
      [0, 0, 0.5],
      [0, 0, 2 ** 53],
    ];
    for (const parts of bad) assert.throws(() => new Duration(...parts), InvalidValueError, String(parts));
  });

  it('should be written in the form of Cassandra', () => {
    assert.equal(String(new Duration(14, 3, 4n * HOUR + 5n)), '1y2mo3d4h5ns');
    assert.equal(String(new Duration(0, 0, 0n)), '0s');
    assert.equal(String(new Duration(-0, -0, -0)), '0s');
    assert.equal(String(new Duration(0, -1, 0)), '-1d');
    assert.equal(JSON.stringify(new Duration(1, 0, 0n)), '"1mo"');
  });

  it('should equal a duration of the same parts only', () => {
    assert.ok(new Duration(1, 2, 3).equals(new Duration(1, 2, 3n)));
    assert.ok(!new Duration(0, 1, 0n).equals(new Duration(0, 0, 24n * HOUR)));
    assert.ok(!new Duration(1, 2, 3n).equals('1mo2d3ns'));
    const duration = new Duration(1, 0, 0n);
    assert.equal(Duration.from(duration), duration);
    assert.deepEqual(Duration.from('1mo'), duration);
  });
});
