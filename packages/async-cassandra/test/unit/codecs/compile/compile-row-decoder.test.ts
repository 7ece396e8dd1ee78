import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodecRegistry, compileRowDecoder, type Row } from '../../../../src/codecs/index.ts';
import { InvalidValueError, ProtocolError } from '../../../../src/errors/index.ts';
import { ByteReader, type CqlType } from '../../../../src/protocol/index.ts';
import { cells, columnsOf, decodeRows, decoderFor, readerOver, ways } from '../codec-harness.ts';

const registry = new CodecRegistry();
const udt: CqlType = {
  kind: 'udt',
  keyspace: 'shop',
  name: 'address',
  frozen: true,
  fields: [
    { name: 'street', type: { kind: 'text' } },
    { name: 'zip', type: { kind: 'int' } },
  ],
};

for (const way of ways) {
  describe(`row decoder, ${way}`, () => {
    it('should make own properties of any column names, and none of their meaning', () => {
      const names = [
        '__proto__',
        'constructor',
        'hasOwnProperty',
        '',
        '7',
        '`${process.exit(1)}`',
        '"};process.exit(1);//',
        "\\'",
        '\u2028',
        'n',
        'rows',
      ];
      const [row] = decodeRows(
        columnsOf(names.map((name) => [name, 'int'])),
        registry,
        way,
        cells(...names.map((_, i) => Buffer.from([0, 0, 0, i]))),
      );
      assert.ok(row !== undefined);
      assert.equal(Object.getPrototypeOf(row), Object.prototype);
      for (const [i, name] of names.entries())
        assert.deepEqual(Object.getOwnPropertyDescriptor(row, name), {
          value: i,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      assert.equal(Object.keys(row).length, names.length);
      assert.equal(({} as Row)['7'], undefined);
    });

    it('should keep the last of columns with one name', () => {
      const rows = decodeRows(
        columnsOf([
          ['a', 'int'],
          ['b', 'int'],
          ['a', 'int'],
        ]),
        registry,
        way,
        cells('00000001', '00000002', '00000003'),
      );
      assert.deepEqual(Object.entries(rows[0] as Row), [
        ['a', 3],
        ['b', 2],
      ]);
    });

    it('should read cells without bytes as null but for text, ascii and blob', () => {
      const types = [
        'ascii',
        'text',
        'blob',
        'bigint',
        'boolean',
        'counter',
        'date',
        'decimal',
        'double',
        'duration',
        'float',
        'inet',
        'int',
        'smallint',
        'time',
        'timestamp',
        'timeuuid',
        'tinyint',
        'uuid',
        'varint',
        'list<int>',
        'set<int>',
        'map<int, int>',
        'tuple<int>',
        'vector<float, 2>',
        'vector<text, 2>',
        "'org.example.Custom'",
      ];
      const columns = columnsOf([...types.map((type) => [type, type] as const), ['udt', udt]]);
      const [empty] = decodeRows(columns, registry, way, cells(...columns.map(() => '')));
      const [absent] = decodeRows(columns, registry, way, cells(...columns.map(() => null)));
      for (const { name } of columns) {
        assert.equal(absent?.[name], null, name);
        assert.deepEqual(
          empty?.[name],
          name === 'blob' ? Buffer.alloc(0) : name === 'text' || name === 'ascii' ? '' : null,
          name,
        );
      }
      const [inner] = decodeRows(
        columnsOf([
          ['l', 'list<text>'],
          ['m', 'map<int, blob>'],
        ]),
        registry,
        way,
        cells('000000020000000000000000', '000000010000000000000000'),
      );
      assert.deepEqual(inner, { l: ['', ''], m: new Map([[null, Buffer.alloc(0)]]) });
    });

    it('should take any negative length for null', () => {
      assert.deepEqual(
        decodeRows(
          columnsOf([
            ['a', 'int'],
            ['b', 'text'],
          ]),
          registry,
          way,
          Buffer.from('fffffffe80000000', 'hex'),
        ),
        [{ a: null, b: null }],
      );
    });

    it('should read tuples shorter than declared and user-defined types with fields added later', () => {
      const columns = columnsOf([
        ['t', 'tuple<int, text, int>'],
        ['u', udt],
      ]);
      const rows = decodeRows(columns, registry, way, cells(cells('00000001'), cells('61')));
      assert.deepEqual(rows, [{ t: [1, null, null], u: { street: 'a', zip: null } }]);
    });

    it('should leave alone fields that were added to a user-defined type since the statement was prepared', () => {
      const rows = decodeRows(columnsOf([['u', udt]]), registry, way, cells(cells('61', '00000005', 'ffff')));
      assert.deepEqual(rows, [{ u: { street: 'a', zip: 5 } }]);
    });

    it('should never hand out the memory that it reads from', () => {
      const columns = columnsOf([
        ['b', 'blob'],
        ['l', 'list<blob>'],
        ['c', "'org.example.Custom'"],
        ['v', 'vector<float, 2>'],
        ['w', 'vector<float, 200>'],
      ]);
      const wide = Buffer.alloc(800, 1);
      const bytes = cells(
        '0102',
        Buffer.concat([Buffer.from('00000001', 'hex'), cells('0304')]),
        '05',
        '3f80000040000000',
        wide,
      );
      const r = readerOver(bytes);
      const rows: Row[] = [];
      decoderFor(columns, registry, way).decode(r, 1, rows);
      const before = structuredClone(rows);
      r.buf.fill(0xff);
      assert.deepEqual(structuredClone(rows), before);
      const { b, l, c, v, w } = rows[0] as { b: Buffer; l: Buffer[]; c: Buffer; v: Float32Array; w: Float32Array };
      for (const owned of [b, l[0] as Buffer, c, v, w]) {
        assert.equal(owned.byteOffset, 0);
        assert.equal(owned.buffer.byteLength, owned.byteLength);
      }
      assert.ok(Buffer.isBuffer(b) && Buffer.isBuffer(c));
      assert.deepEqual([...v], [1, 2]);
      assert.equal(w[199], wide.readFloatBE());
    });

    it('should refuse counts and lengths that cannot be true before it makes anything of them', () => {
      const lies: readonly [type: string | CqlType, cell: string][] = [
        ['list<int>', '7fffffff'],
        ['set<text>', '7fffffff00000000'],
        ['list<int>', 'ffffffff'],
        ['list<int>', '0000'],
        ['map<int, int>', '0000000200000000000000000000000000'],
        ['map<text, text>', '7fffffff'],
        ['list<text>', '000000017fffffff'],
        ['vector<float, 2147483647>', '00000000'],
        ['vector<text, 2147483647>', '00000000'],
        ['vector<text, 1>', 'ff7fffffffffffffff'],
        ['vector<vector<vector<double, 2147483647>, 2147483647>, 2147483647>', '00'],
        ['tuple<text>', '7fffffff61'],
        [udt, '7fffffff61'],
      ];
      for (const [type, cell] of lies)
        assert.throws(
          () => decodeRows(columnsOf([['c', type]]), registry, way, cells(cell)),
          ProtocolError,
          String(cell),
        );
      assert.throws(
        () => decodeRows(columnsOf([['c', 'text']]), registry, way, Buffer.from('7fffffff61', 'hex')),
        /value of column "c" ends beyond its message/,
      );
      for (const count of [2, 2 ** 31 - 1, -1])
        assert.throws(
          () => decodeRows(columnsOf([['c', 'int']]), registry, way, cells('00000001'), count),
          ProtocolError,
        );
      assert.throws(() => decodeRows([], registry, way, Buffer.alloc(0), 1), ProtocolError);
      assert.deepEqual(decodeRows([], registry, way, Buffer.alloc(0), 0), []);
    });

    it('should name the column of a timestamp that no Date can be, and how to read it', () => {
      const decode = (): unknown =>
        decodeRows(columnsOf([['born', 'timestamp']]), registry, way, cells('7fffffffffffffff'));
      assert.throws(
        decode,
        (error) =>
          error instanceof InvalidValueError &&
          /Column "born" of type timestamp holds a moment beyond.*codecs\.timestampAsBigint/.test(error.message) &&
          error.outcome === 'unknown',
      );
      assert.deepEqual(decodeRows(columnsOf([['born', 'timestamp']]), registry, way, cells('001eb208c2dc0000')), [
        { born: new Date(8.64e15) },
      ]);
      assert.throws(
        () => decodeRows(columnsOf([['born', 'timestamp']]), registry, way, cells('001eb208c2dc0001')),
        InvalidValueError,
      );
    });

    it('should refuse text that is not UTF-8 instead of changing it', () => {
      for (const hex of ['ff', '61'.repeat(60) + 'c3', 'eda080'])
        assert.throws(() => decodeRows(columnsOf([['c', 'text']]), registry, way, cells(hex)), ProtocolError);
      assert.deepEqual(decodeRows(columnsOf([['c', 'text']]), registry, way, cells('efbfbd')), [{ c: '\ufffd' }]);
    });

    it('should read text of every length', () => {
      const texts = Array.from({ length: 70 }, (_, i) => [
        'a'.repeat(i),
        `${'b'.repeat(i)}é`,
        `ü${'c'.repeat(i)}`,
        `${'d'.repeat(i)}😀`,
      ]).flat();
      const columns = columnsOf([['c', 'text']]);
      const rows = decodeRows(
        columns,
        registry,
        way,
        Buffer.concat(texts.map((text) => cells(Buffer.from(text)))),
        texts.length,
      );
      assert.deepEqual(
        rows.map((row) => row['c']),
        texts,
      );
    });

    it('should tell uuids apart that follow each other', () => {
      const uuids = [
        '00000000-0000-0000-0000-000000000000',
        '00000000-0000-0000-0000-000000000001',
        '00000000-0000-0000-0000-000000000001',
        null,
        '00000000-0000-0000-0000-000000000001',
        '10000000-0000-0000-0000-000000000001',
        '10000000-0000-0001-0000-000000000001',
        '10000000-0000-0001-0100-000000000001',
      ];
      const bytes = Buffer.concat(uuids.map((uuid) => cells(uuid === null ? null : uuid.replaceAll('-', ''))));
      assert.deepEqual(
        decodeRows(columnsOf([['id', 'uuid']]), registry, way, bytes, uuids.length),
        uuids.map((id) => ({ id })),
      );
    });

    it('should read more columns than one function reads', () => {
      const columns = columnsOf(
        Array.from({ length: 200 }, (_, i) => [`c${i}`, i % 3 === 0 ? 'uuid' : 'text'] as const),
      );
      const texts = columns.map((_, i) =>
        i % 3 === 0 ? `00000000-0000-0000-0000-0000000000${(16 + i / 3).toString(16)}` : `text ${i}`,
      );
      const row = cells(...texts.map((text, i) => (i % 3 === 0 ? text.replaceAll('-', '') : Buffer.from(text))));
      const expected = Object.fromEntries(texts.map((text, i) => [`c${i}`, text]));
      const nothing = Object.fromEntries(texts.map((_, i) => [`c${i}`, null]));
      const bytes = Buffer.concat([row, cells(...texts.map(() => null)), row]);
      assert.deepEqual(decodeRows(columns, registry, way, bytes, 3), [expected, nothing, expected]);
      assert.throws(() => decodeRows(columns, registry, way, row.subarray(0, -1)), ProtocolError);
    });

    it('should read types nested as deep as the protocol allows', () => {
      let type: CqlType = { kind: 'int' };
      let bytes = Buffer.from('00000005', 'hex');
      let expected: unknown = 5;
      for (let depth = 0; depth < 63; depth++) {
        type = { kind: 'list', element: type, frozen: true };
        bytes = Buffer.concat([Buffer.from('00000001', 'hex'), cells(bytes)]);
        expected = [expected];
      }
      assert.deepEqual(decodeRows(columnsOf([['c', type]]), registry, way, cells(bytes)), [{ c: expected }]);
    });
  });
}

describe('row decoder', () => {
  it('should decode the same before and after it has generated a function', () => {
    const columns = columnsOf([
      ['id', 'uuid'],
      ['n', 'int'],
    ]);
    const row = cells('5f3a1c2e7b4d4e6f8a910b2c3d4e5f60', '00000007');
    const decoder = compileRowDecoder(columns, registry);
    for (let i = 0; i < 600; i++) {
      const rows: Row[] = [{}];
      const r = readerOver(row);
      decoder.decode(r, 1, rows);
      assert.deepEqual(rows, [{}, { id: '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60', n: 7 }]);
      assert.equal(r.remaining, 0);
    }
  });

  it('should go on where the reader stands', () => {
    const r = ByteReader.of(Buffer.concat([Buffer.from([9]), cells('00000001'), cells('00000002'), Buffer.from([8])]));
    assert.equal(r.readByte(), 9);
    const rows: Row[] = [];
    const decoder = compileRowDecoder(columnsOf([['n', 'int']]), registry, 1);
    decoder.decode(r, 1, rows);
    decoder.decode(r, 1, rows);
    assert.deepEqual(rows, [{ n: 1 }, { n: 2 }]);
    assert.equal(r.readByte(), 8);
  });
});
