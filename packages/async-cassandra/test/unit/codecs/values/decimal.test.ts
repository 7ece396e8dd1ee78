import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Decimal } from '../../../../src/codecs/index.ts';
import { InvalidValueError } from '../../../../src/errors/index.ts';

/** The table of Java's BigDecimal.toString documentation, and cases around its limits. */
const texts: readonly [unscaled: bigint, scale: number, text: string][] = [
  [123n, 0, '123'],
  [-123n, 0, '-123'],
  [123n, -1, '1.23E+3'],
  [123n, -3, '1.23E+5'],
  [123n, 1, '12.3'],
  [123n, 5, '0.00123'],
  [123n, 10, '1.23E-8'],
  [-123n, 12, '-1.23E-10'],
  [0n, 0, '0'],
  [0n, 2, '0.00'],
  [0n, -2, '0E+2'],
  [1n, 6, '0.000001'],
  [1n, 7, '1E-7'],
  [-1n, 6, '-0.000001'],
  [12345n, 5, '0.12345'],
  [1n, 2 ** 31 - 1, '1E-2147483647'],
  [1n, -(2 ** 31), '1E+2147483648'],
  [12n, 2 ** 31 - 1, '1.2E-2147483646'],
];

describe('Decimal', () => {
  it('should be written as BigDecimal writes it and read back exactly', () => {
    for (const [unscaled, scale, text] of texts) {
      const decimal = new Decimal(unscaled, scale);
      assert.equal(decimal.toString(), text);
      assert.equal(JSON.stringify({ decimal }), `{"decimal":"${text}"}`);
      assert.deepEqual(Decimal.fromString(text), decimal);
    }
  });

  it('should read every form of a decimal number', () => {
    assert.deepEqual(Decimal.fromString('+1.50'), new Decimal(150n, 2));
    assert.deepEqual(Decimal.fromString('.5'), new Decimal(5n, 1));
    assert.deepEqual(Decimal.fromString('5.'), new Decimal(5n, 0));
    assert.deepEqual(Decimal.fromString('1e3'), new Decimal(1n, -3));
    assert.deepEqual(Decimal.fromString('1.25E+1'), new Decimal(125n, 1));
    assert.deepEqual(Decimal.fromString('-0.0'), new Decimal(0n, 1));
    assert.deepEqual(Decimal.fromString('1e0'), new Decimal(1n, 0));
  });

  it('should refuse what is no decimal number of a 32-bit scale', () => {
    for (const text of [
      '',
      '.',
      '-',
      'e5',
      '1e',
      '1e1.5',
      '0x10',
      '1 ',
      ' 1',
      '1,5',
      'NaN',
      'Infinity',
      '1e2147483649',
      '1e-2147483648',
      '1_000',
      '٣',
    ]) {
      assert.throws(() => Decimal.fromString(text), InvalidValueError, text);
    }
    assert.throws(() => new Decimal(1n, 2 ** 31), InvalidValueError);
    assert.throws(() => new Decimal(1n, 0.5), InvalidValueError);
    assert.throws(() => new Decimal(1 as never, 0), InvalidValueError);
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => Decimal.fromNumber(number), InvalidValueError);
  });

  it('should be made of a number as that number is written', () => {
    assert.equal(String(Decimal.fromNumber(0.1)), '0.1');
    assert.equal(String(Decimal.fromNumber(-12.5)), '-12.5');
    assert.deepEqual(Decimal.fromNumber(1e21), new Decimal(1n, -21));
    assert.deepEqual(Decimal.fromNumber(1.5e-7), new Decimal(15n, 8));
    assert.deepEqual(Decimal.fromNumber(-0), new Decimal(0n, 0));
  });

  it('should be made of any form that a column accepts', () => {
    const decimal = new Decimal(125n, 1);
    assert.equal(Decimal.from(decimal), decimal);
    assert.deepEqual(Decimal.from('12.5'), decimal);
    assert.deepEqual(Decimal.from(12.5), decimal);
    assert.deepEqual(Decimal.from(125n), new Decimal(125n, 0));
  });

  it('should compare by value, whatever the scale', () => {
    const ascending = [
      '-1e2147483648',
      '-10',
      '-9.99',
      '-1E-2147483647',
      '0',
      '1E-2147483647',
      '0.1',
      '1',
      '1.000000001',
      '9',
      '10',
      '99.99',
      '1E+2147483648',
    ];
    for (const [i, a] of ascending.entries()) {
      for (const [j, b] of ascending.entries()) {
        assert.equal(Decimal.fromString(a).compare(Decimal.fromString(b)), Math.sign(i - j), `${a} and ${b}`);
      }
    }
    assert.ok(Decimal.fromString('1.0').equals(Decimal.fromString('1.000')));
    assert.ok(Decimal.fromString('0E+9').equals(Decimal.fromString('-0.00')));
    assert.ok(!Decimal.fromString('1.0').equals(Decimal.fromString('1.01')));
    assert.ok(!Decimal.fromString('1.0').equals('1.0'));
  });

  it('should become the nearest number', () => {
    assert.equal(Decimal.fromString('0.1').toNumber(), 0.1);
    assert.equal(new Decimal(1n, 2 ** 31 - 1).toNumber(), 0);
    assert.equal(new Decimal(-1n, -(2 ** 31)).toNumber(), Number.NEGATIVE_INFINITY);
    assert.equal(Decimal.fromString('9007199254740993').toNumber(), 9007199254740992);
  });

  it('should cost nothing however large the scale', () => {
    const started = performance.now();
    const hostile = [new Decimal(7n, 2 ** 31 - 1), new Decimal(7n, -(2 ** 31))];
    for (const a of hostile) {
      for (const b of hostile) a.compare(b);
      a.toNumber();
      assert.ok(a.toString().length < 20);
    }
    assert.ok(performance.now() - started < 500);
  });
});
