import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_TOKEN, MIN_TOKEN, parseToken } from '../../../src/metadata/token.ts';
import { TokenPair, tokenFromWords, writeToken } from '../../../src/metadata/token-pair.ts';
import { seeded } from '../../support/seeded-random.ts';

function parse(text: string): bigint | undefined {
  const out = new TokenPair();
  return parseToken(text, out) ? tokenFromWords(out.hi, out.lo) : undefined;
}

describe('parseToken', () => {
  it('should read the boundaries of words, digit groups and the ring', () => {
    const values = [0n, 1n, -1n, MIN_TOKEN, MAX_TOKEN, MIN_TOKEN + 1n, MAX_TOKEN - 1n];
    for (const power of [31n, 32n, 33n, 62n])
      values.push(2n ** power, 2n ** power - 1n, -(2n ** power), -(2n ** power) - 1n);
    for (let digits = 1n; digits < 19n; digits++) values.push(10n ** digits, 10n ** digits - 1n, -(10n ** digits));
    for (const value of values) assert.equal(parse(String(value)), value, String(value));
  });

  it(
    'should read any 64-bit integer',
    seeded((random) => {
      for (let i = 0; i < 2000; i++) {
        const value = random.bytes(8).readBigInt64BE() >> BigInt(random.int(0, 63));
        assert.equal(parse(String(value)), value);
      }
    }),
  );

  it('should refuse what is not a 64-bit integer', () => {
    const texts = [
      '',
      '-',
      '+1',
      ' 1',
      '1 ',
      '1.5',
      '0x10',
      'abc',
      '-abc',
      '12a',
      '56713727820156410577229101238628035242',
    ];
    for (const text of [...texts, String(MAX_TOKEN + 1n), String(MIN_TOKEN - 1n), '9999999999999999999']) {
      assert.equal(parse(text), undefined, text);
    }
  });
});

describe('writeToken', () => {
  it('should be the inverse of tokenFromWords', () => {
    const out = new TokenPair();
    for (const token of [0n, -1n, MIN_TOKEN, MAX_TOKEN, 2n ** 31n, -(2n ** 32n), 4_886_718_345n]) {
      writeToken(token, out);
      assert.equal(out.hi, out.hi | 0);
      assert.equal(out.lo, out.lo | 0);
      assert.equal(tokenFromWords(out.hi, out.lo), token);
    }
  });
});
