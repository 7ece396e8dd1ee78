import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Decimal, Duration, LocalDate, LocalTime, toPlain, Uuid } from '../../../src/codecs/index.ts';

class Address {
  readonly street: string;
  readonly zip: bigint;
  constructor(street: string, zip: bigint) {
    this.street = street;
    this.zip = zip;
  }
}

describe('toPlain', () => {
  it('should make a row that JSON holds without loss', () => {
    const row = {
      big: 2n ** 63n,
      at: new Date(0),
      blob: Buffer.from([0, 255]),
      tags: new Set(['a', 'b']),
      counts: new Map<string, bigint>([
        ['x', 1n],
        ['__proto__', 2n],
      ]),
      byNumber: new Map([
        [1, 'a'],
        [2.5, 'b'],
      ]),
      byDate: new Map([[new LocalDate(2024, 2, 29), null]]),
      byTuple: new Map([[[1, 'x'], true]]),
      vector: new Float32Array([1, 2.5]),
      decimal: new Decimal(150n, 2),
      duration: new Duration(1, 2, 3n),
      time: new LocalTime(1, 2),
      uuid: Uuid.fromString('5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60'),
      address: new Address('a', 1n),
      nested: [[1n, null], { deep: new Map([['k', new Set([1n])]]) }],
      numbers: [Number.NaN, Number.NEGATIVE_INFINITY, 1.5],
      nothing: null,
      flag: true,
      ['__proto__']: 'x',
    };
    const plain = toPlain(row);
    const expected = {
      big: '9223372036854775808',
      at: '1970-01-01T00:00:00.000Z',
      blob: '0x00ff',
      tags: ['a', 'b'],
      counts: { x: '1', ['__proto__']: '2' },
      byNumber: { 1: 'a', 2.5: 'b' },
      byDate: { '2024-02-29': null },
      byTuple: { '[1,"x"]': true },
      vector: [1, 2.5],
      decimal: '1.50',
      duration: '1mo2d3ns',
      time: '01:02:00',
      uuid: '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60',
      address: { street: 'a', zip: '1' },
      nested: [['1', null], { deep: { k: ['1'] } }],
      numbers: ['NaN', '-Infinity', 1.5],
      nothing: null,
      flag: true,
      ['__proto__']: 'x',
    };
    assert.deepEqual(plain, expected);
    assert.deepEqual(JSON.parse(JSON.stringify(plain)), plain);
    assert.equal(Object.getPrototypeOf(plain), Object.prototype);
  });

  it('should leave the row as it is', () => {
    const row = Object.freeze({ a: Object.freeze([1n]) });
    toPlain(row);
    assert.deepEqual(row, { a: [1n] });
    assert.equal(toPlain(undefined), null);
  });
});
