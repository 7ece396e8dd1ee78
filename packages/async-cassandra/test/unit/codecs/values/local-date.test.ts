import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LocalDate } from '../../../../src/codecs/index.ts';
import { InvalidValueError } from '../../../../src/errors/index.ts';
import { type SeededRandom, seeded } from '../../../support/seeded-random.ts';

describe('LocalDate', () => {
  it('should cover all that a CQL date holds', () => {
    assert.equal(LocalDate.fromDaysSinceEpoch(-(2 ** 31)).toString(), '-5877641-06-23');
    assert.equal(LocalDate.fromDaysSinceEpoch(2 ** 31 - 1).toString(), '+5881580-07-11');
    assert.equal(LocalDate.fromString('-5877641-06-23').daysSinceEpoch, -(2 ** 31));
    assert.equal(LocalDate.fromString('+5881580-07-11').daysSinceEpoch, 2 ** 31 - 1);
    for (const text of ['-5877641-06-22', '+5881580-07-12'])
      assert.throws(() => LocalDate.fromString(text), InvalidValueError);
    for (const days of [2 ** 31, -(2 ** 31) - 1, 0.5, Number.NaN])
      assert.throws(() => LocalDate.fromDaysSinceEpoch(days), InvalidValueError);
  });

  it(
    'should agree with Date on every day that both hold',
    seeded((random: SeededRandom) => {
      for (let i = 0; i < 20_000; i++) {
        const days = i < 3000 ? i - 1500 : random.int(-100_000_000, 100_000_000);
        const date = new Date(days * 86_400_000);
        const local = LocalDate.fromDaysSinceEpoch(days);
        assert.deepEqual(
          [local.year, local.month, local.day],
          [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()],
        );
        assert.equal(new LocalDate(local.year, local.month, local.day).daysSinceEpoch, days);
        assert.deepEqual(LocalDate.fromString(local.toString()), local);
        assert.deepEqual(local.toDate(), date);
        assert.deepEqual(LocalDate.fromDate(new Date(days * 86_400_000 + 86_399_999)), local);
      }
    }),
  );

  it('should know years before the first and beyond four digits', () => {
    assert.deepEqual(
      { ...LocalDate.fromString('-0044-03-15') },
      { year: -44, month: 3, day: 15, daysSinceEpoch: -735_525 },
    );
    assert.equal(LocalDate.fromString('0000-01-01').toString(), '0000-01-01');
    assert.equal(LocalDate.fromString('-0000-01-01').year, 0);
    assert.equal(new LocalDate(12_024, 2, 29).toString(), '+12024-02-29');
    assert.equal(new LocalDate(33, 4, 3).toString(), '0033-04-03');
  });

  it('should refuse days that are not in the calendar', () => {
    for (const text of [
      '2023-02-29',
      '1900-02-29',
      '2024-04-31',
      '2024-13-01',
      '2024-00-10',
      '2024-01-00',
      '2024-1-1',
      '24-01-01',
      '',
      '2024-01-01T00:00',
      ' 2024-01-01',
    ]) {
      assert.throws(() => LocalDate.fromString(text), InvalidValueError, text);
    }
    assert.throws(() => new LocalDate(2024, 1.5, 1), InvalidValueError);
    assert.throws(() => LocalDate.fromDate(new Date(Number.NaN)), InvalidValueError);
    assert.equal(new LocalDate(2000, 2, 29).day, 29);
  });

  it('should compare, convert and serialise', () => {
    const [earlier, later] = [new LocalDate(-1, 12, 31), new LocalDate(2024, 2, 29)];
    assert.equal(earlier.compare(later), -1);
    assert.equal(later.compare(earlier), 1);
    assert.equal(later.compare(LocalDate.from('2024-02-29')), 0);
    assert.ok(later.equals(LocalDate.from(new Date('2024-02-29T23:59:59Z'))));
    assert.ok(!later.equals(later.toDate()));
    assert.equal(LocalDate.from(later), later);
    assert.equal(JSON.stringify(later), '"2024-02-29"');
    assert.throws(() => LocalDate.fromDaysSinceEpoch(100_000_001).toDate(), InvalidValueError);
  });
});
