import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { types as driverTypes } from 'cassandra-driver';
import { seeded } from '../../../support/index.ts';
import { loadBlocks } from '../../../support/block-vectors.ts';
import { loadVectors } from '../../../support/load-vectors.ts';
import {
  crc24,
  crc32,
  cqlTypeName,
  decodeValue,
  encodeEnvelope,
  encodeFrame,
  encodeFrames,
  encodeValue,
  EnvelopeDecoder,
  FrameDecoder,
  lz4Compress,
  lz4Decompress,
  MAX_FRAME_PAYLOAD,
  readType,
  snappyCompress,
  snappyDecompress,
  t,
  WireReader,
  WireWriter,
  writeType,
} from '../../../support/wire/index.ts';
import type { Envelope, WireType } from '../../../support/wire/index.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('checksums and frames', () => {
  test('CRC24 and CRC32 give the published values', () => {
    const { crc24: short, crc32: long } =
      loadVectors<Record<'crc24' | 'crc32', { bytes: string; crc: number }[]>>('crc.json');
    for (const vector of short) assert.equal(crc24(bytes(vector.bytes)), vector.crc);
    for (const vector of long) assert.equal(crc32(bytes(vector.bytes)) >>> 0, vector.crc >>> 0);
  });

  test('frames are read and written as elsewhere', () => {
    interface Segment {
      name: string;
      compression: 'none' | 'lz4';
      isSelfContained: boolean;
      wire: string;
      plain: string;
    }
    const { segments, corrupt } = loadVectors<{ segments: Segment[]; corrupt: Segment[] }>('segments.json');
    for (const { compression, isSelfContained, wire, plain } of segments) {
      const decoder = new FrameDecoder(compression);
      for (const byte of bytes(wire)) decoder.append(Buffer.from([byte]));
      assert.deepEqual(decoder.next(), { payload: bytes(plain), selfContained: isSelfContained });
      assert.equal(decoder.next(), null);
      if (compression === 'none')
        assert.equal(encodeFrame(bytes(plain), isSelfContained, 'none').toString('hex'), wire);
    }
    for (const { compression, wire } of corrupt) {
      const decoder = new FrameDecoder(compression);
      decoder.append(bytes(wire));
      assert.throws(() => decoder.next(), /CRC/);
    }
  });

  for (const compression of ['none', 'lz4'] as const) {
    test(
      `envelopes of all sizes pass through frames (${compression})`,
      seeded((random) => {
        const sizes = [
          0,
          1,
          100,
          MAX_FRAME_PAYLOAD - 9,
          MAX_FRAME_PAYLOAD - 8,
          3 * MAX_FRAME_PAYLOAD,
          random.int(0, 400_000),
        ];
        const sent = sizes.map((size, streamId) => ({
          version: 5,
          isResponse: true,
          flags: 0,
          streamId,
          opcode: 8,
          body: random.chance(0.5) ? random.bytes(size) : Buffer.alloc(size, 'ab'),
        }));
        const wire = encodeFrames(sent.map(encodeEnvelope), compression);
        const decoder = new EnvelopeDecoder();
        decoder.enableFraming(compression);
        const received: Envelope[] = [];
        for (let at = 0; at < wire.length; ) {
          const size = random.int(1, 60_000);
          decoder.append(wire.subarray(at, at + size));
          at += size;
          for (let envelope = decoder.next(); envelope !== null; envelope = decoder.next()) received.push(envelope);
        }
        assert.equal(received.length, sent.length);
        received.forEach((envelope, i) =>
          assert.ok(encodeEnvelope(envelope).equals(encodeEnvelope(sent[i] as Envelope)), `envelope ${i}`),
        );
      }),
    );
  }
});

describe('compression', () => {
  const kinds = [
    {
      name: 'lz4',
      decompress: (block: Buffer, size: number): Buffer => lz4Decompress(block, size),
      compress: lz4Compress,
    },
    { name: 'snappy', decompress: (block: Buffer): Buffer => snappyDecompress(block), compress: snappyCompress },
  ];
  for (const { name, decompress, compress } of kinds) {
    test(`${name} blocks of other implementations decompress`, () => {
      for (const { name: label, plain, block } of loadBlocks(`${name}-blocks.json`))
        assert.ok(decompress(block, plain.length).equals(plain), label);
    });

    test(
      `${name} round-trips and is smaller where bytes repeat`,
      seeded((random) => {
        for (let i = 0; i < 200; i++) {
          const size = random.int(0, 3000);
          const plain = random.chance(0.3)
            ? random.bytes(size)
            : Buffer.from(Array.from({ length: size }, () => random.int(0, 2)));
          assert.ok(decompress(compress(plain), size).equals(plain));
        }
        const repeated = Buffer.alloc(100_000, 'cassandra');
        assert.ok(compress(repeated).length < 10_000);
        assert.ok(decompress(compress(repeated), 100_000).equals(repeated));
      }),
    );
  }
});

describe('values and types', () => {
  test('type options are those of other implementations', () => {
    const { vectors } = loadVectors<{
      vectors: { type: WireType & { fields?: { name: string; type: WireType }[] }; hex: string }[];
    }>('type-options.json');
    for (const { hex } of vectors) {
      const reader = new WireReader(bytes(hex));
      const w = new WireWriter();
      writeType(w, readType(reader), 5);
      assert.equal(reader.remaining, 0);
      assert.equal(w.finish().toString('hex'), hex);
    }
  });

  test('every kind of value comes back', () => {
    const address = t.udt('shop', 'address', { street: t.text, zip: t.int });
    const cases: [WireType, unknown][] = [
      [t.ascii, 'abc'],
      [t.text, 'Zürich \u{1f4a1}'],
      [t.bigint, -(2n ** 63n)],
      [t.counter, 5n],
      [t.boolean, true],
      [t.tinyint, -128],
      [t.smallint, -32768],
      [t.int, -1],
      [t.date, -719_528],
      [t.time, 86_399_999_999_999n],
      [t.timestamp, -1],
      [t.float, 1.5],
      [t.double, Math.PI],
      [t.varint, -(2n ** 200n)],
      [t.varint, 128n],
      [t.decimal, { unscaled: -12345n, scale: 3 }],
      [t.duration, { months: -1, days: -2, nanoseconds: -(2n ** 62n) }],
      [t.uuid, '01234567-89ab-4cde-8f01-23456789abcd'],
      [t.inet, '2001:db8::1'],
      [t.inet, '10.1.2.3'],
      [t.list(t.int), [1, 2, null]],
      [
        t.map(t.text, t.list(t.int)),
        new Map([
          ['a', [1]],
          ['b', []],
        ]),
      ],
      [t.tuple(t.int, t.text), [1, null]],
      [address, { street: 'High', zip: 1 }],
      [t.vector(t.float, 3), [1, 2, 3]],
      [t.vector(t.text, 2), ['a', 'x'.repeat(300)]],
      [
        t.vector(t.vector(t.int, 2), 2),
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ];
    for (const [type, value] of cases)
      assert.deepEqual(decodeValue(type, encodeValue(type, value)), value, cqlTypeName(type));
  });

  test('cassandra-driver reads the same values from the same bytes', () => {
    // The driver's encoder is internal; its value classes are public and take the same bytes.
    assert.equal(
      driverTypes.BigDecimal.fromBuffer(encodeValue(t.decimal, { unscaled: -12345n, scale: 3 }) as Buffer).toString(),
      '-12.345',
    );
    assert.equal(
      driverTypes.Integer.fromBuffer(encodeValue(t.varint, 2n ** 64n) as Buffer).toString(),
      String(2n ** 64n),
    );
    assert.equal(
      driverTypes.Duration.fromBuffer(
        encodeValue(t.duration, { months: 14, days: 3, nanoseconds: 5_000_000_000n }) as Buffer,
      ).toString(),
      '1y2mo3d5s',
    );
    assert.equal(driverTypes.LocalDate.fromBuffer(encodeValue(t.date, -1) as Buffer).toString(), '1969-12-31');
    assert.equal(new driverTypes.InetAddress(encodeValue(t.inet, '2001:db8::1') as Buffer).toString(), '2001:db8::1');
  });
});
