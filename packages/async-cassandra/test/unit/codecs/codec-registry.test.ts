import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Codec, CodecRegistry, codecs, decodeValue, encodeValue, Uuid } from '../../../src/codecs/index.ts';
import { ConfigurationError, InvalidValueError } from '../../../src/errors/index.ts';
import type { CqlType } from '../../../src/protocol/index.ts';
import { cells, columnsOf, decodeRows, encodeValues, typeOf, ways } from './codec-harness.ts';

/** Reads and writes texts upside down. */
const reversed: Codec<string> = {
  cqlType: 'varchar',
  encode: (value) => Buffer.from([...value].reverse().join('')),
  decode: (bytes) => [...Buffer.from(bytes).toString()].reverse().join(''),
};
const failing: Codec<unknown> = {
  cqlType: 'int',
  encode: () => {
    throw new TypeError('no such int');
  },
  decode: () => {
    throw new RangeError('no such bytes');
  },
};
const point: CqlType = {
  kind: 'udt',
  keyspace: 'Geo',
  name: 'point',
  frozen: true,
  fields: [
    { name: 'x', type: { kind: 'int' } },
    { name: 'y', type: { kind: 'int' } },
  ],
};

class Point {
  readonly #x: unknown;
  readonly #y: unknown;
  label = 'not a field';
  constructor({ x, y }: Record<string, unknown>) {
    if (x === null) throw new Error('a point needs x');
    this.#x = x;
    this.#y = y;
  }
  get x(): unknown {
    return this.#x;
  }
  get y(): unknown {
    return this.#y;
  }
}

for (const way of ways) {
  describe(`codec registry, ${way}`, () => {
    it('should use a codec of the application wherever its type occurs', () => {
      const registry = new CodecRegistry({ codecs: [reversed] });
      const columns = columnsOf([
        ['t', 'text'],
        ['l', 'list<text>'],
        ['m', 'map<text, tuple<int, text>>'],
        ['v', 'vector<text, 1>'],
        ['a', 'ascii'],
      ]);
      const values = ['abc', ['de', ''], new Map([['fg', [1, 'hi']]]), ['jk'], 'lm'];
      const bytes = encodeValues(columns, registry, way, values);
      assert.ok(bytes.includes('cba') && bytes.includes('ed') && bytes.includes('kj') && bytes.includes('lm'));
      assert.deepEqual(decodeRows(columns, registry, way, bytes), [
        { t: 'abc', l: ['de', ''], m: values[2], v: ['jk'], a: 'lm' },
      ]);
    });

    it('should not ask a codec about null, unset or cells without bytes', () => {
      const registry = new CodecRegistry({ codecs: [failing] });
      assert.deepEqual(
        decodeRows(
          columnsOf([
            ['a', 'int'],
            ['b', 'int'],
          ]),
          registry,
          way,
          cells(null, ''),
        ),
        [{ a: null, b: null }],
      );
      assert.equal(encodeValues(columnsOf([['a', 'int']]), registry, way, [null]).toString('hex'), 'ffffffff');
    });

    it('should name the column in what a codec throws', () => {
      const registry = new CodecRegistry({ codecs: [failing] });
      const columns = columnsOf([['total', 'list<int>']]);
      assert.throws(
        () => encodeValues(columns, registry, way, [[4711]]),
        (error) => {
          assert.ok(error instanceof InvalidValueError);
          assert.match(
            error.message,
            /^Column "total" of type int cannot hold an integer, which its codec does not write/,
          );
          assert.ok(error.cause instanceof TypeError);
          return true;
        },
      );
      assert.throws(
        () => decodeRows(columns, registry, way, cells('000000010000000400001267')),
        (error) => {
          assert.ok(error instanceof InvalidValueError);
          assert.match(error.message, /^Column "total" of type int holds a value that its codec does not read/);
          assert.ok(error.cause instanceof RangeError);
          return true;
        },
      );
    });

    it('should refuse what a codec makes when it is no bytes, or of the wrong size inside a vector', () => {
      const text = new CodecRegistry({
        codecs: [{ cqlType: 'int', encode: (value: number) => String(value) as never, decode: Number }],
      });
      assert.throws(
        () => encodeValues(columnsOf([['c', 'int']]), text, way, [5]),
        /what its codec made of the value: a string instead of bytes/,
      );
      const short = new CodecRegistry({
        codecs: [{ cqlType: 'int', encode: () => new Uint8Array(3), decode: () => 0 }],
      });
      assert.throws(
        () => encodeValues(columnsOf([['c', 'vector<int, 2>']]), short, way, [[1, 2]]),
        /an element of 3 bytes where 4 belong/,
      );
    });

    it('should give a codec bytes that it may keep', () => {
      const kept: Uint8Array[] = [];
      const registry = new CodecRegistry({
        codecs: [{ cqlType: 'int', encode: () => new Uint8Array(4), decode: (bytes) => kept.push(bytes) }],
      });
      const bytes = cells('01020304');
      decodeRows(columnsOf([['c', 'int']]), registry, way, bytes);
      assert.deepEqual([...(kept[0] as Uint8Array)], [1, 2, 3, 4]);
      assert.equal(kept[0]?.buffer.byteLength, 4);
    });

    it('should use a codec for a type made of others, frozen or not, and for a user-defined type', () => {
      const asObject: Codec<object> = {
        cqlType: 'frozen<map<text,int>>',
        encode: () => Buffer.from('00000000', 'hex'),
        decode: () => ({ a: 1 }),
      };
      const asText: Codec<string> = {
        cqlType: '"Geo".point',
        encode: (value) => Buffer.from(value),
        decode: (bytes) => Buffer.from(bytes).toString(),
      };
      const registry = new CodecRegistry({ codecs: [asObject, asText] });
      const columns = columnsOf([
        ['m', 'map<varchar, int>'],
        ['n', 'map<int, int>'],
        ['p', point],
      ]);
      assert.deepEqual(decodeRows(columns, registry, way, cells('00', '00000000', '7879')), [
        { m: { a: 1 }, n: new Map(), p: 'xy' },
      ]);
      assert.equal(
        encodeValues(columns, registry, way, [{ b: 2 }, [], 'xy']).toString('hex'),
        '00000004000000000000000400000000000000027879',
      );
    });

    it('should make instances of a registered class and write them by their accessors', () => {
      const registry = new CodecRegistry();
      assert.equal(registry.generation, 0);
      registry.registerUserType('Geo', 'point', Point);
      assert.equal(registry.generation, 1);
      const columns = columnsOf([['p', point]]);
      const bytes = encodeValues(columns, registry, way, [new Point({ x: 1, y: 2 })]);
      assert.deepEqual(bytes, cells(cells('00000001', '00000002')));
      const [row] = decodeRows(columns, registry, way, bytes);
      const read = row?.['p'] as Point;
      assert.ok(read instanceof Point);
      assert.deepEqual([read.x, read.y], [1, 2]);
      assert.deepEqual(encodeValues(columns, registry, way, [{ x: 1, y: 2 }]), bytes);
      const broken = (): unknown => decodeRows(columns, registry, way, cells(cells(null, '00000002')));
      assert.throws(
        broken,
        (error) =>
          error instanceof InvalidValueError &&
          /Column "p".*constructor/.test(error.message) &&
          error.cause instanceof Error,
      );
    });

    it('should have presets that read other forms and still write the usual ones', () => {
      const all = Object.values(codecs).filter(
        (codec) => !/AsString|AsBytes|decimalAsNumber|timestampAsNumber/.test(nameOf(codec)),
      );
      const registry = new CodecRegistry({
        codecs: [...all, codecs.decimalAsString, codecs.dateAsString, codecs.timeAsString, codecs.durationAsString],
      });
      const columns = columnsOf([
        ['bi', 'bigint'],
        ['co', 'counter'],
        ['vi', 'varint'],
        ['de', 'decimal'],
        ['ts', 'timestamp'],
        ['da', 'date'],
        ['ti', 'time'],
        ['du', 'duration'],
        ['u', 'uuid'],
        ['tu', 'list<timeuuid>'],
      ]);
      const uuid = '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60';
      const usual = [-5n, 6n, 7n, '1.50', new Date(8), '2024-02-29', '08:30:15', '1y2mo', uuid, [uuid]];
      const object = Uuid.fromString(uuid);
      const read = {
        bi: -5,
        co: 6,
        vi: 7,
        de: '1.50',
        ts: 8n,
        da: '2024-02-29',
        ti: '08:30:15',
        du: '1y2mo',
        u: object,
        tu: [object],
      };
      const bytes = encodeValues(columns, registry, way, usual);
      assert.deepEqual(decodeRows(columns, registry, way, bytes), [read]);
      assert.deepEqual(encodeValues(columns, registry, way, Object.values(read)), bytes);
      assert.deepEqual(encodeValues(columns, new CodecRegistry(), way, usual), bytes);
    });

    it('should have presets of the remaining forms', () => {
      const registry = new CodecRegistry({
        codecs: [
          codecs.bigintAsString,
          codecs.counterAsString,
          codecs.varintAsString,
          codecs.decimalAsNumber,
          codecs.timestampAsNumber,
          codecs.uuidAsBytes,
          codecs.timeuuidAsBytes,
        ],
      });
      const columns = columnsOf([
        ['bi', 'bigint'],
        ['co', 'counter'],
        ['vi', 'varint'],
        ['de', 'decimal'],
        ['ts', 'timestamp'],
        ['u', 'uuid'],
        ['tu', 'timeuuid'],
      ]);
      const id = Buffer.from('5f3a1c2e7b4d4e6f8a910b2c3d4e5f60', 'hex');
      const read = {
        bi: '9223372036854775807',
        co: '-1',
        vi: '170141183460469231731687303715884105728',
        de: 1.5,
        ts: -1,
        u: id,
        tu: id,
      };
      const bytes = encodeValues(columns, registry, way, Object.values(read));
      assert.deepEqual(decodeRows(columns, registry, way, bytes), [read]);
    });

    it('should not read a number that would not be exact', () => {
      const registry = new CodecRegistry({
        codecs: [codecs.bigintAsNumber, codecs.varintAsNumber, codecs.timestampAsNumber],
      });
      for (const [type, hex] of [
        ['bigint', '0020000000000000'],
        ['bigint', '8000000000000000'],
        ['varint', '0020000000000000'],
        ['timestamp', '7fffffffffffffff'],
      ]) {
        const decode = (): unknown =>
          decodeRows(columnsOf([['c', type as string]]), registry, way, cells(hex as string));
        assert.throws(
          decode,
          (error) => error instanceof InvalidValueError && error.message.startsWith(`Column "c" of type ${type} holds`),
          type,
        );
      }
    });
  });
}

function nameOf(codec: unknown): string {
  return Object.entries(codecs).find(([, known]) => known === codec)?.[0] ?? '';
}

describe('codec registry', () => {
  it('should refuse options that are no codecs, or two for one type', () => {
    const bad: readonly [unknown, string][] = [
      [[null], 'encoding.codecs[0]'],
      [[{}], 'encoding.codecs[0]'],
      [[reversed, { cqlType: 'int', encode: () => new Uint8Array() }], 'encoding.codecs[1]'],
      [[{ ...reversed, cqlType: 'bigit' }], 'encoding.codecs[0].cqlType'],
      [[{ ...reversed, cqlType: 'map<text' }], 'encoding.codecs[0].cqlType'],
      [[reversed, { ...reversed, cqlType: 'text' }], 'encoding.codecs[1]'],
      [[codecs.bigintAsNumber, codecs.bigintAsString], 'encoding.codecs[1]'],
    ];
    for (const [list, path] of bad) {
      assert.throws(
        () => new CodecRegistry({ codecs: list as Codec<unknown>[] }),
        (error) => error instanceof ConfigurationError && error.path === path,
        path,
      );
    }
  });

  it('should refuse options that do not exist or are of the wrong kind', () => {
    const bad: readonly [object, string][] = [
      [{ codec: [] }, 'encoding.codec'],
      [{ codecs: codecs.bigintAsNumber }, 'encoding.codecs'],
      [{ undefinedAsUnset: 'yes' }, 'encoding.undefinedAsUnset'],
      [{ codeGeneration: 1 }, 'encoding.codeGeneration'],
    ];
    for (const [options, path] of bad) {
      assert.throws(
        () => new CodecRegistry(options),
        (error) => error instanceof ConfigurationError && error.path === path,
        path,
      );
    }
    new CodecRegistry({ codecs: undefined, undefinedAsUnset: undefined, codeGeneration: undefined });
    const registry = new CodecRegistry();
    assert.throws(() => registry.registerUserType('shop', 'address', {} as never), ConfigurationError);
    assert.throws(() => registry.registerUserType('shop', undefined as never, Point), ConfigurationError);
  });

  it('should not generate code when told not to', () => {
    assert.equal(new CodecRegistry({ codeGeneration: false }).codeGeneration, false);
    assert.equal(new CodecRegistry().codeGeneration, true);
  });

  it('should have presets that work as codecs by themselves', () => {
    assert.equal(codecs.bigintAsNumber.cqlType, 'bigint');
    assert.equal(codecs.bigintAsNumber.decode(codecs.bigintAsNumber.encode(-42)), -42);
    assert.equal(codecs.timestampAsBigint.decode(codecs.timestampAsBigint.encode(2n ** 62n)), 2n ** 62n);
    assert.throws(() => codecs.bigintAsNumber.encode(0.5), InvalidValueError);
  });

  it('should write and read single values', () => {
    const registry = new CodecRegistry();
    const type = typeOf('map<text, list<int>>');
    const bytes = encodeValue(type, { a: [1, 2] }, registry);
    assert.deepEqual(decodeValue(type, bytes, registry), new Map([['a', [1, 2]]]));
    assert.equal(decodeValue(type, null, registry), null);
    assert.equal(decodeValue(type, new Uint8Array(), registry), null);
  });
});

describe('Uuid', () => {
  it('should read, write, compare and serialise', () => {
    const text = 'ff3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60';
    const uuid = Uuid.fromString(text.toUpperCase());
    assert.equal(String(uuid), text);
    assert.equal(JSON.stringify(uuid), `"${text}"`);
    assert.ok(uuid.equals(Uuid.fromString(text)));
    assert.ok(!uuid.equals(text));
    assert.ok(!uuid.equals(Uuid.fromString(text.replace('60', '61'))));
    assert.throws(() => Uuid.fromString('x'), InvalidValueError);
  });
});
