import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import vm from 'node:vm';
import { CodecRegistry, decodeValue, encodeValue, LocalDate, unset } from '../../../src/codecs/index.ts';
import { readVarint } from '../../../src/codecs/scalars/varint-codec.ts';
import { InvalidValueError } from '../../../src/errors/index.ts';
import type { CqlType } from '../../../src/protocol/index.ts';
import { columnsOf, encodeValues, typeOf, ways } from './codec-harness.ts';

const registry = new CodecRegistry();
const address: CqlType = {
  kind: 'udt',
  keyspace: 'shop',
  name: 'address',
  frozen: true,
  fields: [
    { name: 'street', type: { kind: 'text' } },
    { name: 'toString', type: { kind: 'int' } },
  ],
};
const SECRET = 'sEcReT-4711';
const SECRET_UUID = '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f6z';

function same(type: CqlType | string, value: unknown, canonical: unknown): void {
  const cqlType = typeof type === 'string' ? typeOf(type) : type;
  assert.deepEqual(encodeValue(cqlType, value, registry), encodeValue(cqlType, canonical, registry), String(type));
}

describe('bound values', () => {
  it('should be accepted in every form of the table of values', () => {
    for (const type of ['tinyint', 'smallint', 'int', 'float', 'double']) same(type, 42n, 42);
    for (const type of ['bigint', 'counter', 'varint']) {
      for (const number of [
        0,
        -0,
        1,
        -1,
        255,
        -256,
        2 ** 31,
        -(2 ** 31),
        2 ** 32,
        -(2 ** 32),
        2 ** 53 - 1,
        -(2 ** 53) + 1,
      ])
        same(type, number, BigInt(number));
    }
    same('int', -0, 0);
    same('decimal', 12.5, '12.5');
    same('uuid', Buffer.from('5f3a1c2e7b4d4e6f8a910b2c3d4e5f60', 'hex'), '5F3A1C2E-7b4d-4e6f-8a91-0b2c3d4e5f60');
    same('blob', new Uint8Array([1, 2]), Buffer.from([1, 2]));
    same('timestamp', 1700000000000, new Date(1700000000000));
    same('timestamp', -1700000000001n, new Date(-1700000000001));
    same('date', new Date('1969-12-31T23:59:59.999Z'), new LocalDate(1969, 12, 31));
    same('date', '1969-12-31', new LocalDate(1969, 12, 31));
    same('time', '08:30', '08:30:00.000000000');
    same('duration', 'P1Y', '12mo');
    same('inet', '::FFFF:10.0.0.1', '0:0:0:0:0:ffff:a00:1');
    same('list<int>', new Set([1, 2]), [1, 2]);
    same('set<int>', [1, 2], new Set([1, 2]));
    same(
      'map<text, int>',
      { a: 1, b: 2 },
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
    same('map<ascii, int>', Object.assign(Object.create(null) as object, { a: 1 }), [['a', 1]]);
    same(
      'map<int, int>',
      (function* entries() {
        yield [1, 2];
      })(),
      new Map([[1, 2]]),
    );
    same('vector<float, 2>', [1.5, 2], new Float32Array([1.5, 2]));
    same('vector<uuid, 1>', ['5F3A1C2E-7B4D-4E6F-8A91-0B2C3D4E5F60'], ['5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60']);
    same('vector<double, 2>', new Float64Array([1.5, 2]), [1.5, 2]);
    same(address, { street: 'x' }, { street: 'x', toString: null });
    same('float', 16_777_216n, 16_777_216);
    same('float', Number.NaN, Number.NaN);
  });

  it('should be accepted from another realm', () => {
    const foreign = vm.runInNewContext(
      '({ bytes: new Uint8Array([1]), date: new Date(5), list: [1], map: new Map([["a", 1]]), object: { a: 1 } })',
    ) as Record<string, unknown>;
    same('blob', foreign['bytes'], Buffer.from([1]));
    same('timestamp', foreign['date'], 5);
    same('list<int>', foreign['list'], [1]);
    same('map<text, int>', foreign['map'], { a: 1 });
    same('map<text, int>', foreign['object'], { a: 1 });
  });

  it('should be written as UTF-8 with U+FFFD for what it cannot hold', () => {
    assert.equal(encodeValue({ kind: 'text' }, 'a\ud800b', registry)?.toString('hex'), '61efbfbd62');
    assert.equal(
      encodeValue({ kind: 'text' }, `${'x'.repeat(100)}\udc00`, registry)
        ?.toString('hex')
        .slice(200),
      'efbfbd',
    );
  });

  const refused: readonly (readonly [type: string | CqlType, value: unknown, says: RegExp])[] = [
    ['tinyint', 128, /type tinyint cannot hold an integer out of its range/],
    ['smallint', -32_769, /out of its range/],
    ['int', 2 ** 31, /out of its range/],
    ['int', 2n ** 31n, /a bigint out of its range/],
    ['int', 1.5, /a fractional number/],
    ['int', Number.NaN, /NaN/],
    ['int', Number.POSITIVE_INFINITY, /an infinite number/],
    ['int', SECRET, /a string/],
    ['int', true, /a boolean/],
    ['int', { secret: SECRET }, /a plain object/],
    ['bigint', 2 ** 53, /beyond 2\^53/],
    ['bigint', 0.5, /a fractional number/],
    ['bigint', 2n ** 63n, /out of its range/],
    ['bigint', '4711', /a string/],
    ['counter', Symbol(SECRET), /a symbol/],
    ['varint', 1.5, /fractional/],
    ['varint', '1', /a string/],
    ['float', 1e39, /out of its range/],
    ['float', 16_777_217n, /a bigint that it would have to round/],
    ['float', 10n ** 40n, /out of its range/],
    ['double', 2n ** 53n + 1n, /round/],
    ['double', 10n ** 400n, /out of its range/],
    ['double', '1.5', /a string/],
    ['decimal', SECRET, /a string that is not a decimal number/],
    ['decimal', Number.NaN, /NaN/],
    ['decimal', new Date(0), /a Date/],
    ['boolean', 1, /an integer/],
    ['boolean', 'true', /a string/],
    ['text', 5, /an integer/],
    ['text', Buffer.from(SECRET), /11 bytes/],
    ['ascii', 'é', /characters beyond ASCII/],
    ['ascii', 'x'.repeat(100) + 'é', /characters beyond ASCII/],
    ['blob', SECRET, /a string/],
    ['blob', [1, 2], /an array/],
    ['blob', new ArrayBuffer(2), /an object of class ArrayBuffer/],
    ['uuid', SECRET_UUID, /a string that is not of the form 8-4-4-4-12/],
    ['uuid', '5f3a1c2e7b4d4e6f8a910b2c3d4e5f60', /8-4-4-4-12/],
    ['uuid', '{5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f6}', /8-4-4-4-12/],
    ['uuid', '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f6\u0130', /8-4-4-4-12/],
    ['uuid', '5f3a1c2e+7b4d-4e6f-8a91-0b2c3d4e5f60', /8-4-4-4-12/],
    ['timeuuid', new Uint8Array(15), /15 bytes where 16 belong/],
    ['timeuuid', 5, /an integer/],
    ['inet', SECRET, /a string that is not an IP address/],
    ['inet', '10.0.0.256', /IP address/],
    ['inet', new Uint8Array(4), /4 bytes/],
    ['timestamp', new Date(Number.NaN), /an invalid Date/],
    ['timestamp', 1.5, /a fractional number/],
    ['timestamp', 2n ** 63n, /out of its range/],
    ['timestamp', '2024-01-01', /a string/],
    ['date', '2023-02-29', /not a date in its range/],
    ['date', 5, /an integer/],
    ['date', new Date(Number.NaN), /an invalid Date/],
    ['time', '25:00', /not a time of day/],
    ['time', 5n, /a bigint/],
    ['duration', '1 year', /not a duration/],
    ['duration', 5, /an integer/],
    ['list<int>', SECRET, /list<int> cannot hold a string/],
    ['list<int>', 5, /an integer/],
    ['list<int>', [1, SECRET], /type int cannot hold a string/],
    ['list<int>', [undefined], /an element that is undefined/],
    ['list<int>', [unset], /an element that is unset/],
    ['set<int>', [null], /an element that is null/],
    ['set<text>', new Set([5]), /type text cannot hold an integer/],
    ['map<text, int>', [['a']], /an entry that is no pair/],
    ['map<text, int>', ['ab'], /an entry that is no pair/],
    ['map<text, int>', { a: null }, /an element that is null/],
    ['map<text, int>', new (class Order {})(), /an object of class Order/],
    ['map<int, int>', { 1: 1 }, /a plain object/],
    ['tuple<int, text>', [1], /1 components where 2 belong/],
    ['tuple<int, text>', [1, 'a', 2], /3 components where 2 belong/],
    ['tuple<int, text>', [1, undefined], /an element that is undefined/],
    ['tuple<int, text>', new Set([1]), /an object of class Set/],
    [address, { strasse: SECRET }, /fields besides its own \(street, toString\)/],
    [address, ['x'], /an array/],
    [address, { street: undefined }, /an element that is undefined/],
    [address, new (class Address {})(), /an object of class Address/],
    ['vector<float, 3>', [1, 2], /2 elements where 3 belong/],
    ['vector<float, 3>', Buffer.alloc(12), /12 bytes/],
    ['vector<float, 2>', [1, 1e39], /out of its range/],
    ['vector<float, 2>', [1, null], /null/],
    ['vector<int, 2>', [1, null], /an element that is null/],
    ['vector<text, 1>', [5], /type text cannot hold an integer/],
    ["'org.example.Custom'", SECRET, /a string/],
  ];

  it('should be refused by column, type and kind, never by value', () => {
    for (const [type, value, says] of refused) {
      for (const way of ways) {
        const encode = (): unknown => encodeValues(columnsOf([['order total', type]]), registry, way, [value]);
        assert.throws(encode, (error) => {
          assert.ok(error instanceof InvalidValueError, String(error));
          assert.equal(error.outcome, 'notSent');
          assert.match(error.message, /^Column "order total" of type /);
          assert.match(error.message, says);
          assert.ok(!error.message.includes(SECRET), error.message);
          return true;
        });
      }
    }
  });

  it('should be null, unset or refused when they are absent', () => {
    const columns = columnsOf([
      ['a', 'int'],
      ['b', 'text'],
      ['c', 'list<int>'],
    ]);
    const lenient = new CodecRegistry({ undefinedAsUnset: true });
    for (const way of ways) {
      assert.equal(
        encodeValues(columns, registry, way, [null, unset, null]).toString('hex'),
        'fffffffffffffffeffffffff',
      );
      assert.equal(
        encodeValues(columns, lenient, way, [undefined, null, unset]).toString('hex'),
        'fffffffefffffffffffffffe',
      );
      assert.throws(
        () => encodeValues(columns, registry, way, [1, undefined, null]),
        /Column "b" of type text cannot hold undefined/,
      );
      assert.throws(() => encodeValues(columns, lenient, way, [1, 'a', [undefined]]), /an element that is undefined/);
    }
    assert.equal(
      encodeValue(typeOf('tuple<int, int>'), [1, undefined], lenient)?.toString('hex'),
      '0000000400000001ffffffff',
    );
    assert.equal(encodeValue({ kind: 'int' }, null, registry), null);
    for (const value of [undefined, unset])
      assert.throws(() => encodeValue({ kind: 'int' }, value, registry), InvalidValueError);
  });

  it('should be lists that hold null where a condition compares with one', () => {
    assert.deepEqual(
      decodeValue(typeOf('list<int>'), encodeValue(typeOf('list<int>'), [1, null], registry), registry),
      [1, null],
    );
  });

  it('should say so when an integer is larger than the engine allows', () => {
    const bytes = Buffer.alloc(9);
    bytes.toString = () => {
      throw new RangeError('Invalid string length');
    };
    const decode = (): unknown => readVarint(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, 9, 'n', 'varint');
    assert.throws(
      decode,
      (error) =>
        error instanceof InvalidValueError &&
        /Column "n" of type varint holds an integer of 9 bytes/.test(error.message),
    );
  });

  it('should be integers of a megabyte, in linear time', () => {
    const digits = 'a5'.repeat(2 ** 20);
    const started = performance.now();
    for (const value of [BigInt(`0x${digits}`), -BigInt(`0x${digits}`)]) {
      const bytes = encodeValue({ kind: 'varint' }, value, registry);
      assert.equal(bytes?.length, 2 ** 20 + 1);
      assert.ok(decodeValue({ kind: 'varint' }, bytes, registry) === value);
    }
    assert.ok(performance.now() - started < 2000);
  });
});
