import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { ByteReader } from '../../../src/protocol/byte-reader.ts';

function reader(hex: string): ByteReader {
  return ByteReader.of(Buffer.from(hex, 'hex'));
}

/** Reads one value, checks that exactly its bytes were taken, and that every shorter input is refused. */
function readWhole<T>(hex: string, read: (r: ByteReader) => T): T {
  const r = reader(hex);
  const value = read(r);
  assert.equal(r.remaining, 0, `all of ${hex} is read`);
  for (let cut = 0; cut < hex.length; cut += 2) {
    assert.throws(() => read(reader(hex.slice(0, cut))), ProtocolError, `${hex} cut to ${cut / 2} bytes`);
  }
  return value;
}

const hello = '000568656c6c6f';
const world = '0005776f726c64';

describe('ByteReader', () => {
  it('should read numbers at their boundaries', () => {
    assert.equal(
      readWhole('ff', (r) => r.readByte()),
      255,
    );
    assert.equal(
      readWhole('ffff', (r) => r.readShort()),
      65_535,
    );
    assert.equal(
      readWhole('7fffffff', (r) => r.readInt()),
      2_147_483_647,
    );
    assert.equal(
      readWhole('80000000', (r) => r.readInt()),
      -2_147_483_648,
    );
    assert.equal(
      readWhole('7fffffffffffffff', (r) => r.readLong()),
      9_223_372_036_854_775_807n,
    );
    assert.equal(
      readWhole('8000000000000000', (r) => r.readLong()),
      -9_223_372_036_854_775_808n,
    );
  });

  it('should read strings', () => {
    assert.equal(
      readWhole(hello, (r) => r.readString()),
      'hello',
    );
    assert.equal(
      readWhole('0000', (r) => r.readString()),
      '',
    );
    assert.equal(
      readWhole('0002c3a0', (r) => r.readString()),
      'à',
    );
    assert.equal(
      readWhole('0000000568656c6c6f', (r) => r.readLongString()),
      'hello',
    );
    assert.equal(
      readWhole('68656c6c6f', (r) => r.readUtf8(5)),
      'hello',
    );
  });

  it('should refuse a negative length of a long string', () => {
    assert.throws(() => reader('ffffffff61').readLongString(), ProtocolError);
  });

  it('should read lists and maps', () => {
    assert.deepEqual(
      readWhole(`0002${hello}${world}`, (r) => r.readStringList()),
      ['hello', 'world'],
    );
    assert.deepEqual(
      readWhole(`0001${hello}${world}`, (r) => r.readStringMap()),
      new Map([['hello', 'world']]),
    );
    assert.deepEqual(
      readWhole(`0001${hello}0002${world}0000`, (r) => r.readStringMultimap()),
      new Map([['hello', ['world', '']]]),
    );
    assert.deepEqual(
      readWhole(`0002${hello}00000001ff${world}ffffffff`, (r) => r.readBytesMap()),
      new Map([
        ['hello', Buffer.of(255)],
        ['world', null],
      ]),
    );
  });

  it('should refuse a count that the bytes cannot hold before it reads an element', () => {
    for (const read of [
      (r: ByteReader) => r.readStringList(),
      (r: ByteReader) => r.readStringMap(),
      (r: ByteReader) => r.readStringMultimap(),
      (r: ByteReader) => r.readBytesMap(),
    ]) {
      const r = reader('ffff0000000000000000');
      assert.throws(() => read(r), ProtocolError);
      assert.equal(r.pos, 2, 'only the count was read');
    }
  });

  it('should keep names that JavaScript gives a meaning to', () => {
    const name = '00095f5f70726f746f5f5f';
    assert.deepEqual([...reader(`0001${name}${world}`).readStringMap()], [['__proto__', 'world']]);
  });

  it('should read bytes into memory of their own', () => {
    const source = Buffer.from('00000002cafe0002babe', 'hex');
    const r = ByteReader.of(source);
    const bytes = r.readBytes();
    const short = r.readShortBytes();
    source.fill(0);
    assert.equal(bytes?.toString('hex'), 'cafe');
    assert.equal(short.toString('hex'), 'babe');
  });

  it('should read a negative length of [bytes] as null', () => {
    assert.equal(
      readWhole('ffffffff', (r) => r.readBytes()),
      null,
    );
    assert.equal(
      readWhole('fffffffe', (r) => r.readBytes()),
      null,
    );
  });

  it('should read addresses', () => {
    assert.deepEqual(
      readWhole('04c0a8010100002352', (r) => r.readInet()),
      { address: '192.168.1.1', port: 9042 },
    );
    assert.equal(
      readWhole('1020010db885a3000000008a2e03707334', (r) => r.readInetAddr()),
      '2001:db8:85a3::8a2e:370:7334',
    );
    for (const size of ['00', '05', 'ff'])
      assert.throws(() => reader(size + '00'.repeat(260)).readInetAddr(), ProtocolError);
  });

  it('should read a UUID', () => {
    assert.equal(
      readWhole('c0d1d21ebb01419686dbbc317bc1796a', (r) => r.readUuid()),
      'c0d1d21e-bb01-4196-86db-bc317bc1796a',
    );
  });

  it('should read variable-length numbers', () => {
    // 256,000 is the specification's own example; the series of small numbers is its zigzag example.
    assert.equal(
      readWhole('c3e800', (r) => r.readUnsignedVInt()),
      256_000,
    );
    assert.deepEqual(
      ['00', '01', '02', '03', '04', '05', '06'].map((hex) => readWhole(hex, (r) => r.readVInt())),
      [0n, -1n, 1n, -2n, 2n, -3n, 3n],
    );
    assert.equal(
      readWhole('f0ffffffff', (r) => r.readUnsignedVInt()),
      4_294_967_295,
    );
    assert.equal(
      readWhole('fe1fffffffffffff', (r) => r.readUnsignedVInt()),
      Number.MAX_SAFE_INTEGER,
    );
    assert.equal(
      readWhole('fffffffffffffffffe', (r) => r.readVInt()),
      9_223_372_036_854_775_807n,
    );
    assert.equal(
      readWhole('ffffffffffffffffff', (r) => r.readVInt()),
      -9_223_372_036_854_775_808n,
    );
  });

  it('should refuse an unsigned number that JavaScript cannot hold exactly', () => {
    for (const hex of ['fe20000000000000', 'fe20000000000001', 'ffffffffffffffffff']) {
      assert.throws(() => reader(hex).readUnsignedVInt(), ProtocolError);
    }
  });

  it('should stop at its end, not at the end of the buffer', () => {
    const buf = Buffer.from('0001020304', 'hex');
    const r = new ByteReader().reset(buf, new DataView(buf.buffer, buf.byteOffset, buf.length), 1, 3);
    assert.equal(r.readShort(), 0x0102);
    assert.throws(() => r.readByte(), ProtocolError);
    assert.equal(r.remaining, 0);
  });

  it('should skip within its bounds only', () => {
    const r = reader('0102');
    r.skip(1);
    assert.equal(r.readByte(), 2);
    assert.throws(() => r.skip(1), ProtocolError);
    assert.throws(() => r.skip(-1), ProtocolError);
  });

  it('should read a window on a larger buffer and a plain Uint8Array', () => {
    const big = Buffer.from('ffff0000002aff', 'hex');
    assert.equal(ByteReader.of(big.subarray(2, 6)).readInt(), 42);
    assert.equal(ByteReader.of(new Uint8Array([0, 0, 0, 42])).readInt(), 42);
  });
});
