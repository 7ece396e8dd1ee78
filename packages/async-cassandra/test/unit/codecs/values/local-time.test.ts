import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LocalTime } from '../../../../src/codecs/index.ts';
import { InvalidValueError } from '../../../../src/errors/index.ts';

describe('LocalTime', () => {
  it('should hold every nanosecond of a day', () => {
    assert.deepEqual(
      { ...LocalTime.fromNanosecondOfDay(86_399_999_999_999) },
      { hour: 23, minute: 59, second: 59, nanosecond: 999_999_999 },
    );
    assert.equal(LocalTime.fromNanosecondOfDay(86_399_999_999_999n).nanosecondOfDay, 86_399_999_999_999);
    assert.equal(LocalTime.fromNanosecondOfDay(0).toString(), '00:00:00');
    for (const bad of [-1, 86_400_000_000_000, 0.5, Number.NaN, -1n])
      assert.throws(() => LocalTime.fromNanosecondOfDay(bad), InvalidValueError);
  });

  it('should be written with as many digits as it needs and read back', () => {
    const texts: readonly [string, LocalTime][] = [
      ['08:30:15', new LocalTime(8, 30, 15)],
      ['08:30:15.500', new LocalTime(8, 30, 15, 500_000_000)],
      ['08:30:15.000500', new LocalTime(8, 30, 15, 500_000)],
      ['23:59:59.000000001', new LocalTime(23, 59, 59, 1)],
    ];
    for (const [text, time] of texts) {
      assert.equal(time.toString(), text);
      assert.equal(JSON.stringify(time), `"${text}"`);
      assert.deepEqual(LocalTime.fromString(text), time);
    }
    assert.deepEqual(LocalTime.fromString('08:30'), new LocalTime(8, 30));
    assert.deepEqual(LocalTime.fromString('08:30:15.5'), new LocalTime(8, 30, 15, 500_000_000));
  });

  it('should refuse what is no time of day', () => {
    for (const text of [
      '',
      '8:30',
      '24:00:00',
      '23:60:00',
      '23:59:60',
      '12:00:00.',
      '12:00:00.1234567890',
      '12:00:00Z',
      '-01:00:00',
    ]) {
      assert.throws(() => LocalTime.fromString(text), InvalidValueError, text);
    }
    for (const parts of [
      [24, 0],
      [0, 60],
      [0, 0, 60],
      [0, 0, 0, 1e9],
      [0.5, 0],
      [-1, 0],
    ] as const) {
      assert.throws(() => new LocalTime(parts[0], parts[1], parts[2], parts[3]), InvalidValueError);
    }
  });

  it('should compare and convert', () => {
    const time = new LocalTime(12, 0);
    assert.equal(time.compare(new LocalTime(12, 0, 0, 1)), -1);
    assert.equal(time.compare(LocalTime.from('12:00')), 0);
    assert.ok(time.equals(LocalTime.from('12:00:00.000')));
    assert.ok(!time.equals('12:00:00'));
    assert.equal(LocalTime.from(time), time);
  });
});
