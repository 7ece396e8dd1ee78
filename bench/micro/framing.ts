/**
 * What framing, checksums and compression cost, in one process and in turns:
 *
 *     npx tsx bench/micro/framing.ts [part of a title]
 */
import { crc32 as zlibCrc32 } from 'node:zlib';
import {
  beginEnvelope,
  ByteWriter,
  compressBody,
  createCompressor,
  endEnvelope,
  FRAME_HEADER_BYTES,
  InboundDecoder,
  sealFrame,
  splitFrames,
} from '../../packages/async-cassandra/src/protocol/index.ts';
import { crc32, crc32ByTable } from '../../packages/async-cassandra/src/protocol/crc32.ts';
import { lz4Decompress } from '../../packages/async-cassandra/src/protocol/lz4.ts';
import { readSnappyPreamble, snappyDecompress } from '../../packages/async-cassandra/src/protocol/snappy.ts';
import { decodeUtf8, encodeUtf8 } from '../../packages/async-cassandra/src/protocol/text.ts';
import { type Contestant, printTimings, runInterleaved } from './interleaved.ts';

const CHUNK_BYTES = 65_536;
const ENVELOPE_BYTES = 200;

let delivered = 0;
const sink = {
  onEnvelope(streamId: number): void {
    delivered += streamId;
  },
};

function bench(title: string, operations: number, contestants: Readonly<Record<string, Contestant>>): void {
  const filter = process.argv[2];
  if (filter !== undefined && !title.includes(filter)) return;
  printTimings(title, runInterleaved(contestants, { operations, rounds: 80 }));
}

/** Responses of 200 bytes, their bodies like a small row, as many as fill a read of a socket. */
function responses(version: 4 | 5, count: number): Buffer {
  const w = new ByteWriter(CHUNK_BYTES);
  for (let i = 0; i < count; i++) {
    const start = beginEnvelope(w, version, 0, i, 8);
    w.buf[start] = 0x80 | version;
    w.writeRaw(rowBytes(i, ENVELOPE_BYTES - 9));
    endEnvelope(w, start);
  }
  return w.buf.subarray(0, w.pos);
}

function rowBytes(seed: number, length: number): Buffer {
  const text = `user-${seed}@example.com`;
  const bytes = Buffer.alloc(length, `${text} lives in a town called ${seed % 17} `);
  for (let i = 0; i < 16; i++) bytes[i] = Math.imul(seed + i, 0x9e3779b1) >>> 24;
  return bytes;
}

function pushAll(bytes: Buffer, version: 4 | 5, compression: 'none' | 'lz4'): Contestant {
  const decoder = new InboundDecoder({ version, maxEnvelopeBytes: 2 ** 28, sink, compression });
  if (version === 5) decoder.enableFraming();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return () => {
    decoder.push(bytes, view, 0, bytes.length);
    return delivered;
  };
}

const perChunk = Math.floor(CHUNK_BYTES / ENVELOPE_BYTES);
const v5 = responses(5, perChunk);
const oneByOne = Buffer.concat(
  Array.from({ length: perChunk }, (_, i) =>
    splitFrames(v5.subarray(i * ENVELOPE_BYTES, (i + 1) * ENVELOPE_BYTES), null),
  ),
);
const compressedTogether = splitFrames(v5, createCompressor('lz4'));
bench(`inbound: envelopes of ${ENVELOPE_BYTES} bytes, ${perChunk} in a chunk, each`, perChunk, {
  v4: pushAll(responses(4, perChunk), 4, 'none'),
  'v5, one frame': pushAll(splitFrames(v5, null), 5, 'none'),
  'v5, a frame each': pushAll(oneByOne, 5, 'none'),
  'v5, one LZ4 frame': pushAll(compressedTogether, 5, 'lz4'),
});

const outbound = new ByteWriter(4096);
const body = rowBytes(1, 100);
function request(framed: boolean): Contestant {
  return () => {
    outbound.pos = framed ? FRAME_HEADER_BYTES : 0;
    const start = beginEnvelope(outbound, 5, 0, 77, 10);
    outbound.writeRaw(body);
    endEnvelope(outbound, start);
    if (framed) sealFrame(outbound, 0);
    return outbound.pos;
  };
}
function times(count: number, contestant: Contestant): Contestant {
  return () => {
    let last: unknown;
    for (let i = 0; i < count; i++) last = contestant();
    return last;
  };
}
const lz4 = createCompressor('lz4');
const snappy = createCompressor('snappy');
function compressed(algorithm: typeof lz4, length: number): Contestant {
  const w = new ByteWriter(4096);
  const plain = rowBytes(3, length);
  return () => {
    w.pos = 0;
    const start = beginEnvelope(w, 4, 0, 77, 10);
    w.writeRaw(plain);
    endEnvelope(w, start);
    compressBody(w, start, algorithm);
    return w.pos;
  };
}
bench('outbound: a request of 100 bytes', 1000, {
  envelope: times(1000, request(false)),
  'envelope in a frame': times(1000, request(true)),
  'envelope, LZ4 body': times(1000, compressed(lz4, 100)),
  'envelope, Snappy body': times(1000, compressed(snappy, 100)),
});

for (const length of [16, 64, 200, 320, 448, 640, 1024, 16_384]) {
  const bytes = rowBytes(5, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  bench(`crc32: ${length} bytes`, 1000, {
    'as used': times(1000, () => crc32(bytes, view, 0, length)),
    table: times(1000, () => crc32ByTable(bytes, view, 0, length)),
    native: times(1000, () => zlibCrc32(bytes.subarray(0, length), 0x44777ed3)),
  });
}

for (const rows of [1, 20, 500]) {
  const plain = Buffer.concat(Array.from({ length: rows }, (_, i) => rowBytes(i, ENVELOPE_BYTES)));
  const view = new DataView(plain.buffer, plain.byteOffset, plain.length);
  const target = Buffer.alloc(plain.length * 2 + 100);
  const lz4Block = Buffer.from(target.subarray(0, lz4.compress(plain, view, 0, plain.length, target, 0)));
  const snappyBlock = Buffer.from(target.subarray(0, snappy.compress(plain, view, 0, plain.length, target, 0)));
  const { next } = readSnappyPreamble(snappyBlock, 0, snappyBlock.length);
  const turns = Math.ceil(100 / rows);
  bench(
    `compression: ${plain.length} bytes (LZ4 ${lz4Block.length}, Snappy ${snappyBlock.length}), for 1,000 bytes`,
    (turns * plain.length) / 1000,
    {
      'LZ4 compress': times(turns, () => lz4.compress(plain, view, 0, plain.length, target, 0)),
      'LZ4 decompress': times(turns, () => lz4Decompress(lz4Block, 0, lz4Block.length, target, 0, plain.length)),
      'Snappy compress': times(turns, () => snappy.compress(plain, view, 0, plain.length, target, 0)),
      'Snappy decompress': times(turns, () =>
        snappyDecompress(snappyBlock, next, snappyBlock.length, target, 0, plain.length),
      ),
    },
  );
}

for (const length of [4, 8, 12, 16, 24, 32, 100]) {
  const source = Buffer.alloc(length, 'abcdefghijklm');
  const text = source.toString();
  const target = Buffer.alloc(length * 3);
  bench(`text: ${length} bytes of ASCII`, 1000, {
    decodeUtf8: times(1000, () => decodeUtf8(source, 0, length)),
    'toString natively': times(1000, () => source.toString('utf8', 0, length)),
    encodeUtf8: times(1000, () => encodeUtf8(text, target, 0)),
    'write natively': times(1000, () => target.write(text, 0, 'utf8')),
  });
}
