import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { ProtocolError } from '../../../src/errors/index.ts';
import { InboundDecoder } from '../../../src/protocol/index.ts';
import { AllocationWatch } from '../../support/allocation-watch.ts';
import { compressibleBytes, mutate, mutations, pieces } from '../../support/byte-arbitraries.ts';
import { type CollectedEnvelope, EnvelopeCollector, viewOf } from '../../support/envelope-collector.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import {
  compressEnvelope,
  encodeEnvelope,
  encodeFrame,
  encodeFrames,
  type Envelope,
} from '../../support/wire/index.ts';

const MAX_BYTES = 64 * 2 ** 20;

type Mode =
  | { readonly version: 4; readonly compression: 'none' | 'lz4' | 'snappy' }
  | { readonly version: 5; readonly compression: 'none' | 'lz4' };

const modes: readonly Mode[] = [
  { version: 4, compression: 'none' },
  { version: 4, compression: 'lz4' },
  { version: 4, compression: 'snappy' },
  { version: 5, compression: 'none' },
  { version: 5, compression: 'lz4' },
];

const body = fc.oneof(
  { weight: 20, arbitrary: compressibleBytes(6) },
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  // Beyond one frame, and beyond what is decompressed into the shared buffer.
  {
    weight: 1,
    arbitrary: fc
      .record({ length: fc.integer({ min: 100_000, max: 300_000 }), byte: fc.nat(255) })
      .map(({ length, byte }) => {
        const bytes = Buffer.alloc(length, byte);
        for (let i = 0; i < length; i += 97) bytes[i] = i >> 5;
        return bytes;
      }),
  },
);

const envelopeFields = fc.record({
  streamId: fc.integer({ min: -32_768, max: 32_767 }),
  opcode: fc.nat(255),
  // All flags but that of compression, which the encoder sets.
  flags: fc.nat(127).map((bits) => bits << 1),
  body,
  isCompressed: fc.boolean(),
});

const streams = fc.array(envelopeFields, { minLength: 1, maxLength: 8 });
const chunkSizes = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 2000 }), fc.constant(65_536)),
  {
    minLength: 1,
    maxLength: 10,
  },
);

type Fields = typeof envelopeFields extends fc.Arbitrary<infer T> ? T : never;

/** The envelopes' bytes, not framed yet. */
function envelopeBytes(mode: Mode, stream: readonly Fields[]): Buffer[] {
  return stream.map(({ streamId, opcode, flags, body, isCompressed }) => {
    const envelope: Envelope = { version: mode.version, isResponse: true, flags, streamId, opcode, body };
    const isPlain = mode.version === 5 || mode.compression === 'none' || !isCompressed;
    return encodeEnvelope(isPlain ? envelope : compressEnvelope(envelope, mode.compression));
  });
}

function wire(mode: Mode, envelopes: readonly Buffer[]): Buffer {
  return mode.version === 5 ? encodeFrames(envelopes, mode.compression) : Buffer.concat(envelopes);
}

function expected(stream: readonly Fields[]): CollectedEnvelope[] {
  return stream.map(({ streamId, opcode, flags, body }) => ({ streamId, opcode, flags, body: body.toString('hex') }));
}

function createDecoder(mode: Mode, collector: EnvelopeCollector): InboundDecoder {
  const decoder = new InboundDecoder({ ...mode, maxEnvelopeBytes: MAX_BYTES, sink: collector });
  if (mode.version === 5) decoder.enableFraming();
  else decoder.enableCompression();
  return decoder;
}

/** Decodes the pieces, each overwritten once it was pushed, as a socket's read buffer is. */
function decode(mode: Mode, chunks: readonly Buffer[], watch?: AllocationWatch): CollectedEnvelope[] {
  const collector = new EnvelopeCollector();
  const decoder = createDecoder(mode, collector);
  for (const chunk of chunks) {
    if (watch !== undefined) watch.received += chunk.length;
    decoder.push(chunk, viewOf(chunk), 0, chunk.length);
    chunk.fill(0xdd);
  }
  return collector.envelopes;
}

/** Decodes what may be anything: either it is accepted, or it is a ProtocolError; and memory stays in proportion. */
function decodeAnything(mode: Mode, chunks: readonly Buffer[]): void {
  const watch = new AllocationWatch();
  watch.start();
  try {
    decode(mode, chunks, watch);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  } finally {
    watch.stop();
  }
}

for (const mode of modes) {
  describe(`InboundDecoder, v${mode.version}, compression ${mode.compression}`, () => {
    it('should give the same envelopes however the bytes are cut', () => {
      fc.assert(
        fc.property(streams, chunkSizes, (stream, sizes) => {
          const bytes = wire(mode, envelopeBytes(mode, stream));
          assert.deepEqual(decode(mode, pieces(bytes, sizes)), expected(stream));
        }),
        { numRuns: propertyRuns(1000) },
      );
    });

    it('should give the same envelopes when cut at every offset', () => {
      const stream: Fields[] = [
        { streamId: 1, opcode: 8, flags: 0, body: Buffer.from('a short one'), isCompressed: false },
        { streamId: 2, opcode: 8, flags: 2, body: Buffer.alloc(0), isCompressed: false },
        { streamId: -1, opcode: 12, flags: 0, body: Buffer.alloc(300, 'abcdefg'), isCompressed: true },
        { streamId: 3, opcode: 8, flags: 8, body: Buffer.alloc(90, 'xyz'), isCompressed: true },
      ];
      const envelopes = envelopeBytes(mode, stream);
      // Two frames, so that a cut can be in the second one's header.
      const bytes =
        mode.version === 5
          ? Buffer.concat([wire(mode, envelopes.slice(0, 2)), wire(mode, envelopes.slice(2))])
          : wire(mode, envelopes);
      for (let cut = 0; cut <= bytes.length; cut++) {
        assert.deepEqual(
          decode(mode, pieces(bytes, cut === 0 ? [bytes.length] : [cut, bytes.length])),
          expected(stream),
          `cut at ${cut}`,
        );
      }
      assert.deepEqual(decode(mode, pieces(bytes, [1])), expected(stream));
    });

    it('should accept or refuse mutated bytes, never anything else', () => {
      fc.assert(
        fc.property(streams, mutations, chunkSizes, (stream, changes, sizes) => {
          decodeAnything(mode, pieces(mutate(wire(mode, envelopeBytes(mode, stream)), changes), sizes));
        }),
        { numRuns: propertyRuns(2000) },
      );
    });

    it('should accept or refuse random bytes, never anything else', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), chunkSizes, (bytes, sizes) => {
          const chunk = Buffer.from(bytes);
          // With the right first byte more of the decoder is reached.
          if (chunk.length > 0) chunk[0] = 0x80 | mode.version;
          decodeAnything(mode, pieces(chunk, sizes));
        }),
        { numRuns: propertyRuns(3000) },
      );
    });
  });
}

describe('InboundDecoder, v5, mutated behind the checksums', () => {
  it('should accept or refuse mutated envelopes in sound frames', () => {
    fc.assert(
      fc.property(streams, mutations, chunkSizes, fc.boolean(), (stream, changes, sizes, isSelfContained) => {
        const mode: Mode = { version: 5, compression: 'lz4' };
        const payload = mutate(Buffer.concat(envelopeBytes(mode, stream)), changes);
        const frames: Buffer[] = [];
        for (let at = 0; at < payload.length; at += 100_000) {
          frames.push(encodeFrame(payload.subarray(at, at + 100_000), isSelfContained, 'lz4'));
        }
        decodeAnything(mode, pieces(Buffer.concat(frames), sizes));
      }),
      { numRuns: propertyRuns(2000) },
    );
  });
});
