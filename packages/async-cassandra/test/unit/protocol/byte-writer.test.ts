import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidValueError } from '../../../src/errors/index.ts';
import { ByteWriter } from '../../../src/protocol/byte-writer.ts';

function written(write: (w: ByteWriter) => void): string {
  const w = new ByteWriter(1);
  write(w);
  return w.buf.toString('hex', 0, w.pos);
}

describe('ByteWriter', () => {
  it('should write numbers', () => {
    assert.equal(
      written((w) => w.writeByte(255)),
      'ff',
    );
    assert.equal(
      written((w) => w.writeShort(65_535)),
      'ffff',
    );
    assert.equal(
      written((w) => w.writeInt(-2_147_483_648)),
      '80000000',
    );
    assert.equal(
      written((w) => w.writeLong(-9_223_372_036_854_775_808n)),
      '8000000000000000',
    );
  });

  it('should write strings, bytes, lists and maps', () => {
    assert.equal(
      written((w) => w.writeString('hello')),
      '000568656c6c6f',
    );
    assert.equal(
      written((w) => w.writeString('holà!')),
      '0006686f6cc3a021',
    );
    assert.equal(
      written((w) => w.writeLongString('hello')),
      '0000000568656c6c6f',
    );
    assert.equal(
      written((w) => w.writeBytes(Buffer.of(1, 2))),
      '000000020102',
    );
    assert.equal(
      written((w) => w.writeBytes(null)),
      'ffffffff',
    );
    assert.equal(
      written((w) => w.writeShortBytes(new Uint8Array([1, 2]))),
      '00020102',
    );
    assert.equal(
      written((w) => w.writeRaw(new Uint8Array([1, 2]))),
      '0102',
    );
    assert.equal(
      written((w) => w.writeStringList(['a', ''])),
      '00020001610000',
    );
    assert.equal(
      written((w) => w.writeStringMap(new Map([['a', 'b']]))),
      '0001000161000162',
    );
    assert.equal(
      written((w) =>
        w.writeBytesMap(
          new Map([
            ['a', null],
            ['b', Buffer.of(7)],
          ]),
        ),
      ),
      '0002000161ffffffff0001620000000107',
    );
  });

  it('should write a UUID and refuse what is none', () => {
    assert.equal(
      written((w) => w.writeUuid('C0D1D21E-bb01-4196-86db-bc317bc1796a')),
      'c0d1d21ebb01419686dbbc317bc1796a',
    );
    const w = new ByteWriter(64);
    assert.throws(
      () => w.writeUuid('secret'),
      (error: unknown) => {
        assert.ok(error instanceof InvalidValueError);
        return !error.message.includes('secret');
      },
    );
    assert.equal(w.pos, 0);
  });

  it('should write variable-length numbers', () => {
    const unsigned: [number, string][] = [
      [0, '00'],
      [127, '7f'],
      [128, '8080'],
      [16_383, 'bfff'],
      [16_384, 'c04000'],
      [256_000, 'c3e800'],
      [2 ** 28 - 1, 'efffffff'],
      [2 ** 28, 'f010000000'],
      [4_294_967_295, 'f0ffffffff'],
      [2 ** 35 - 1, 'f7ffffffff'],
      [2 ** 35, 'f80800000000'],
      [2 ** 42, 'fc040000000000'],
      [2 ** 49, 'fe02000000000000'],
      [Number.MAX_SAFE_INTEGER, 'fe1fffffffffffff'],
    ];
    for (const [value, hex] of unsigned)
      assert.equal(
        written((w) => w.writeUnsignedVInt(value)),
        hex,
        String(value),
      );
    const signed: [bigint, string][] = [
      [0n, '00'],
      [-1n, '01'],
      [1n, '02'],
      [-64n, '7f'],
      [64n, '8080'],
      [2_147_483_647n, 'f0fffffffe'],
      [-2_147_483_648n, 'f0ffffffff'],
      [2n ** 55n - 1n, 'fefffffffffffffe'],
      [2n ** 55n, 'ff0100000000000000'],
      [9_223_372_036_854_775_807n, 'fffffffffffffffffe'],
      [-9_223_372_036_854_775_808n, 'ffffffffffffffffff'],
    ];
    for (const [value, hex] of signed)
      assert.equal(
        written((w) => w.writeVInt(value)),
        hex,
        String(value),
      );
  });

  it('should refuse what a 16-bit length cannot say, and write nothing of it', () => {
    const w = new ByteWriter(64);
    w.writeByte(7);
    assert.throws(() => w.writeString('x'.repeat(65_536)), InvalidValueError);
    assert.throws(() => w.writeShortBytes(Buffer.alloc(65_536)), InvalidValueError);
    assert.throws(() => w.writeStringList(new Array<string>(65_536).fill('')), InvalidValueError);
    assert.equal(w.pos, 1);
    w.writeString('x'.repeat(65_535));
    assert.equal(w.pos, 1 + 2 + 65_535);
  });

  it('should keep what is written when it grows', () => {
    const w = new ByteWriter(64);
    const before = w.buf;
    const expected: number[] = [];
    for (let i = 0; i < 5000; i++) {
      w.writeInt(i);
      expected.push(i);
    }
    assert.notEqual(w.buf, before);
    assert.deepEqual(
      expected.map((_, i) => w.view.getInt32(i * 4)),
      expected,
    );
    assert.ok(w.buf.length <= 4 * w.pos);
  });

  it('should keep its view on its buffer when it grows', () => {
    const w = new ByteWriter(64);
    w.reserve(1_000_000);
    assert.ok(w.buf.length >= 1_000_000);
    assert.equal(w.view.byteLength, w.buf.length);
    w.buf[12] = 99;
    assert.equal(w.view.getUint8(12), 99);
  });

  it('should measure long text instead of reserving the worst case', () => {
    const w = new ByteWriter(64);
    const text = 'ä'.repeat(100_000);
    assert.equal(w.writeUtf8(text), 200_000);
    assert.ok(w.buf.length < 300_000);
    assert.equal(w.buf.toString('utf8', 0, w.pos), text);
  });
});
