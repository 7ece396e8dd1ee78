import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodecRegistry, Decimal } from '../../../../src/codecs/index.ts';
import { storedKeyCodec } from '../../../../src/codecs/key-order/stored-key-codec.ts';
import type { ValueCodec } from '../../../../src/codecs/value-codec.ts';
import { ByteWriter, parseCqlTypeName } from '../../../../src/protocol/index.ts';

const plain = new CodecRegistry();

function codecFor(type: string, registry: CodecRegistry = plain): ValueCodec {
  return registry.codecFor(parseCqlTypeName(type, () => undefined));
}

function stored(type: string, value: unknown): string {
  return encoded(type, value, true);
}

function sent(type: string, value: unknown): string {
  return encoded(type, value, false);
}

function encoded(type: string, value: unknown, isStored: boolean): string {
  const codec = codecFor(type);
  const w = new ByteWriter(64);
  w.writeInt(0x01020304); // what is there already stays
  (isStored ? storedKeyCodec(codec) : codec).encode(w, value, 'k');
  assert.equal(w.buf.toString('hex', 0, 4), '01020304');
  return w.buf.toString('hex', 4, w.pos);
}

/** Elements of each type in the order in which Cassandra 5.0 stores them. */
const ordered: Readonly<Record<string, readonly unknown[]>> = {
  ascii: ['', 'A', 'AB', 'a'],
  text: ['', 'a', 'z', 'é', '日', '😀'],
  blob: ['', '00', '0001', '7f', '80', 'ff'].map((hex) => Buffer.from(hex, 'hex')),
  boolean: [false, true],
  tinyint: [-128, -1, 0, 127],
  smallint: [-32768, -1, 0, 256],
  int: [-(2 ** 31), -1, 0, 1, 2 ** 31 - 1],
  bigint: [-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n],
  varint: [-(2n ** 70n), -256n, -1n, 0n, 127n, 128n, 2n ** 70n],
  decimal: [new Decimal(-1n, -5), new Decimal(-15n, 1), new Decimal(0n, 3), new Decimal(2n, 300), new Decimal(9n, 0)],
  float: [Number.NEGATIVE_INFINITY, -1, -0, 0, 0.5, Number.POSITIVE_INFINITY, Number.NaN],
  double: [Number.NEGATIVE_INFINITY, -1, -0, 0, 0.5, Number.POSITIVE_INFINITY, Number.NaN],
  timestamp: [new Date(-1), new Date(0), new Date(1)],
  date: ['-0100-01-01', '1969-12-31', '1970-01-01', '2024-02-29'],
  time: ['00:00:00', '00:00:00.000000001', '23:59:59'],
  inet: ['0.0.0.0', '2001:db8::1', '127.0.0.1', '255.0.0.0'],
  uuid: [
    '00000002-0000-1000-8000-000000000000',
    '00000001-0001-1000-8000-000000000000',
    '00000001-0001-1000-ff00-000000000000',
    '00000000-0000-4000-8000-000000000000',
    'ffffffff-0000-4000-8000-000000000000',
  ],
  timeuuid: [
    '00000001-0000-1000-80ff-000000000000',
    '00000001-0000-1000-8000-000000000000',
    '00000001-0000-1000-0000-000000000000',
    '00000002-0000-1000-8000-000000000000',
    '00000000-0001-1000-8000-000000000000',
  ],
  'frozen<list<int>>': [[], [-1], [-1, 5], [0]],
  'frozen<set<int>>': [[], [-1], [-1, 5], [0]],
  'frozen<map<int, text>>': [[], [[-1, 'b']], [[0, 'a']], [[0, 'b']]].map(
    (pairs) => new Map(pairs as [number, string][]),
  ),
  'frozen<tuple<int, text>>': [
    [null, 'z'],
    [-1, null],
    [-1, 'a'],
    [1, null],
  ],
  'vector<float, 2>': [
    [-1, 5],
    [1, -5],
    [1, 0],
  ],
  'vector<text, 2>': [
    ['a', 'b'],
    ['aa', 'a'],
  ],
};

describe('storedKeyCodec', () => {
  for (const [type, elements] of Object.entries(ordered)) {
    it(`should sort elements of sets and keys of maps as the server does: ${type}`, () => {
      for (let turn = 0; turn < elements.length; turn++) {
        const others = [...elements.slice(turn), ...elements.slice(0, turn)].reverse();
        assert.equal(stored(`set<${type}>`, others), sent(`set<${type}>`, elements));
        const pairs = (keys: readonly unknown[]): Map<unknown, string> => new Map(keys.map((key) => [key, 'v']));
        assert.equal(stored(`map<${type}, text>`, pairs(others)), sent(`map<${type}, text>`, pairs(elements)));
      }
    });
  }

  it('should sort what lies in other collections, and nothing in tuples, user-defined types and vectors', () => {
    for (const [type, value, expected] of [
      ['list<frozen<set<int>>>', [[3, -1], [2]], [[-1, 3], [2]]],
      ['list<frozen<list<frozen<set<int>>>>>', [[[3, -1]]], [[[-1, 3]]]],
      ['map<text, frozen<set<int>>>', { b: [2, 1], a: [4, 3] }, { a: [3, 4], b: [1, 2] }],
      [
        'set<frozen<set<int>>>',
        [
          [9, 1],
          [2, 0],
        ],
        [
          [0, 2],
          [1, 9],
        ],
      ],
      [
        'list<vector<frozen<set<int>>, 2>>',
        [
          [
            [3, -1],
            [2, 1],
          ],
        ],
        [
          [
            [-1, 3],
            [1, 2],
          ],
        ],
      ],
      ['set<frozen<tuple<frozen<set<int>>>>>', [[[3, 1]], [[2, 9]]], [[[2, 9]], [[3, 1]]]],
    ] as const) {
      assert.equal(stored(type, value), sent(type, expected), type);
    }
    for (const [type, value] of [
      ['tuple<frozen<set<int>>>', [[3, -1]]],
      ['vector<frozen<set<int>>, 1>', [[3, -1]]],
    ] as const) {
      assert.equal(stored(type, value), sent(type, value), type);
      const codec = codecFor(type);
      assert.equal(storedKeyCodec(codec), codec);
    }
  });

  it('should make one of what the server takes for equal, as a column and not inside', () => {
    const ones = [new Decimal(1n, 0), new Decimal(10n, 1)];
    assert.equal(stored('set<decimal>', ones), sent('set<decimal>', ones.slice(0, 1)));
    assert.equal(stored('list<frozen<set<decimal>>>', [ones]), sent('list<frozen<set<decimal>>>', [ones]));
    const pairs = ones.map((key, i) => [key, i]);
    assert.equal(stored('map<decimal, int>', pairs), sent('map<decimal, int>', [[ones[0], 1]]));
  });

  it('should make IPv4 addresses of those mapped into IPv6 where the server reads elements, and one of two that are the same then', () => {
    const [mapped, plain4, low, high] = ['::ffff:1.2.3.4', '1.2.3.4', '::1', '2001:db8::1'];
    for (const [type, value, expected] of [
      ['list<inet>', [mapped, high, plain4], [plain4, high, plain4]],
      ['set<inet>', [high, mapped, low], [low, plain4, high]],
      ['set<inet>', [mapped, plain4], [plain4]],
      [
        'map<inet, int>',
        [
          [mapped, 1],
          [plain4, 2],
        ],
        [[plain4, 2]],
      ],
      ['map<int, inet>', [[1, mapped]], [[1, plain4]]],
      ['list<frozen<set<inet>>>', [[mapped, low, plain4]], [[low, plain4]]],
      [
        'list<frozen<map<inet, int>>>',
        [
          [
            [plain4, 1],
            [mapped, 2],
          ],
        ],
        [[[plain4, 2]]],
      ],
      ['list<vector<inet, 2>>', [[mapped, high]], [[plain4, high]]],
    ] as const) {
      assert.equal(stored(type, value), sent(type, expected), `${type} ${JSON.stringify(value)}`);
    }
    for (const [type, value] of [
      ['inet', mapped],
      ['tuple<inet, frozen<set<inet>>>', [mapped, [mapped]]],
      ['vector<inet, 2>', [mapped, plain4]],
      ['set<frozen<tuple<inet>>>', [[mapped], [high]]],
      ['list<inet>', ['::fffe:1.2.3.4', '::1.2.3.4', '1::ffff:1.2.3.4', '::ffff:0:1.2.3.4']],
    ] as const) {
      assert.equal(stored(type, value), sent(type, value), type);
    }
  });

  it('should leave what a codec of the application has written otherwise to the server', () => {
    const odd = new CodecRegistry({
      codecs: [{ cqlType: 'set<int>', encode: () => Buffer.from('0000'), decode: () => null }],
    });
    const w = new ByteWriter(8);
    storedKeyCodec(codecFor('set<int>', odd)).encode(w, [1], 'k');
    assert.equal(w.buf.toString('latin1', 0, w.pos), '0000');
  });
});
