import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { ProtocolError } from '../../../src/errors/index.ts';
import { ByteReader, ByteWriter } from '../../../src/protocol/index.ts';
import { anyText } from '../../support/any-text.ts';
import { propertyRuns } from '../../support/property-runs.ts';

interface Notation<T> {
  readonly name: string;
  readonly values: fc.Arbitrary<T>;
  readonly write: (w: ByteWriter, value: T) => void;
  readonly read: (r: ByteReader) => T;
}

const text = anyText(80);
const bytes = fc.uint8Array({ maxLength: 100 }).map((array): Buffer => Buffer.from(array));
const nullableBytes = fc.option(bytes);
const entries = <V>(value: fc.Arbitrary<V>): fc.Arbitrary<Map<string, V>> =>
  fc.array(fc.tuple(text, value), { maxLength: 6 }).map((pairs) => new Map(pairs));

function notation<T>(
  name: string,
  values: fc.Arbitrary<T>,
  write: Notation<T>['write'],
  read: Notation<T>['read'],
): Notation<unknown> {
  return { name, values, write, read } as Notation<unknown>;
}

const notations: readonly Notation<unknown>[] = [
  notation(
    'byte',
    fc.nat(255),
    (w, v) => w.writeByte(v),
    (r) => r.readByte(),
  ),
  notation(
    'short',
    fc.nat(65_535),
    (w, v) => w.writeShort(v),
    (r) => r.readShort(),
  ),
  notation(
    'int',
    fc.integer(),
    (w, v) => w.writeInt(v),
    (r) => r.readInt(),
  ),
  notation(
    'long',
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    (w, v) => w.writeLong(v),
    (r) => r.readLong(),
  ),
  notation(
    'string',
    text,
    (w, v) => w.writeString(v),
    (r) => r.readString(),
  ),
  notation(
    'long string',
    text,
    (w, v) => w.writeLongString(v),
    (r) => r.readLongString(),
  ),
  notation(
    'uuid',
    fc.uuid({ version: [1, 4, 7] }),
    (w, v) => w.writeUuid(v),
    (r) => r.readUuid(),
  ),
  notation(
    'string list',
    fc.array(text, { maxLength: 8 }),
    (w, v) => w.writeStringList(v),
    (r) => r.readStringList(),
  ),
  notation(
    'bytes',
    nullableBytes,
    (w, v) => w.writeBytes(v),
    (r) => r.readBytes(),
  ),
  notation(
    'short bytes',
    bytes,
    (w, v) => w.writeShortBytes(v),
    (r) => r.readShortBytes(),
  ),
  notation(
    'string map',
    entries(text),
    (w, v) => w.writeStringMap(v),
    (r) => r.readStringMap(),
  ),
  notation(
    'bytes map',
    entries(nullableBytes),
    (w, v) => w.writeBytesMap(v),
    (r) => r.readBytesMap(),
  ),
  notation(
    'unsigned vint',
    fc.maxSafeNat(),
    (w, v) => w.writeUnsignedVInt(v),
    (r) => r.readUnsignedVInt(),
  ),
  notation(
    'vint',
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    (w, v) => w.writeVInt(v),
    (r) => r.readVInt(),
  ),
];

describe('notations', () => {
  for (const { name, values, write, read } of notations) {
    it(`should read back every [${name}] that was written, and refuse it cut short`, () => {
      fc.assert(
        fc.property(values, fc.nat(3), (value, before) => {
          const w = new ByteWriter(64);
          w.writeRaw(Buffer.alloc(before));
          write(w, value);
          const r = new ByteReader().reset(w.buf, w.view, before, w.pos);
          assert.deepEqual(read(r), value);
          assert.equal(r.remaining, 0);
          const step = Math.max(1, Math.floor((w.pos - before) / 20));
          for (let end = before; end < w.pos; end += step) {
            assert.throws(() => read(r.reset(w.buf, w.view, before, end)), ProtocolError);
          }
        }),
        { numRuns: propertyRuns(2000) },
      );
    });
  }

  it('should use as many bytes for a vint as it has groups of seven bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }), (value) => {
        const w = new ByteWriter(64);
        w.writeUnsignedVInt(Number(value));
        const bits = value.toString(2).length;
        assert.equal(w.pos, Math.ceil(bits / 7));
        // The value stands in the bits after the leading ones and their zero.
        const number = BigInt(`0x${w.buf.toString('hex', 0, w.pos)}`);
        assert.equal(number & (2n ** BigInt(7 * w.pos) - 1n), value);
      }),
      { numRuns: propertyRuns(2000) },
    );
  });

  it('should read random bytes or refuse them, and never move beyond the end', () => {
    const reads = [
      ...notations.map(({ read }) => read),
      (r: ByteReader) => r.readInet(),
      (r: ByteReader) => r.readStringMultimap(),
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(reads.length - 1), (noise, which) => {
        const r = ByteReader.of(noise);
        try {
          reads[which]?.(r);
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
        }
        assert.ok(r.pos >= 0 && r.pos <= r.end);
      }),
      { numRuns: propertyRuns(20_000) },
    );
  });
});
