import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError, ProtocolError } from '../../../src/errors/index.ts';
import { InboundDecoder } from '../../../src/protocol/index.ts';
import { Opcode } from '../../../src/protocol/opcode.ts';
import { EnvelopeCollector, viewOf } from '../../support/envelope-collector.ts';
import { compressEnvelope, encodeEnvelope, encodeFrames, type Envelope } from '../../support/wire/index.ts';

const MAX_BYTES = 8 * 2 ** 20;

function response(version: 4 | 5, opcode: number, body = '', streamId = 1): Envelope {
  return { version, isResponse: true, flags: 0, streamId, opcode, body: Buffer.from(body) };
}

function create(version: 4 | 5, compression: 'none' | 'lz4' | 'snappy' = 'none') {
  const collector = new EnvelopeCollector();
  const decoder = new InboundDecoder({ version, maxEnvelopeBytes: MAX_BYTES, sink: collector, compression });
  const push = (bytes: Buffer): void => decoder.push(bytes, viewOf(bytes), 0, bytes.length);
  const bodies = (): string[] => collector.envelopes.map(({ body }) => Buffer.from(body, 'hex').toString());
  return { collector, decoder, push, bodies };
}

describe('InboundDecoder', () => {
  it('should read only the range it is given', () => {
    const { decoder, bodies } = create(4);
    const bytes = Buffer.concat([
      Buffer.from('junk'),
      encodeEnvelope(response(4, Opcode.RESULT, 'x')),
      Buffer.from('junk'),
    ]);
    decoder.push(bytes, viewOf(bytes), 4, bytes.length - 4);
    assert.deepEqual(bodies(), ['x']);
  });

  it('should read frames from the very byte after the answer in whose delivery framing was enabled', () => {
    for (const compression of ['none', 'lz4'] as const) {
      const stream = Buffer.concat([
        encodeEnvelope(response(5, Opcode.READY)),
        encodeFrames(
          [
            encodeEnvelope(response(5, Opcode.RESULT, 'a'.repeat(200))),
            encodeEnvelope(response(5, Opcode.RESULT, 'b')),
          ],
          compression,
        ),
      ]);
      for (let cut = 0; cut < stream.length; cut++) {
        const { collector, decoder, push, bodies } = create(5, compression);
        collector.afterEach = () => {
          if (collector.envelopes.length === 1) decoder.enableFraming();
        };
        push(stream.subarray(0, cut));
        push(stream.subarray(cut));
        assert.deepEqual(bodies(), ['', 'a'.repeat(200), 'b']);
      }
    }
  });

  it('should read as frames what it held when framing was enabled later', () => {
    const frames = encodeFrames([encodeEnvelope(response(5, Opcode.RESULT, 'later'))], 'none');
    for (const held of [0, 1, 5]) {
      const { decoder, push, bodies } = create(5);
      push(encodeEnvelope(response(5, Opcode.READY)));
      push(frames.subarray(0, held));
      decoder.enableFraming();
      decoder.enableFraming();
      push(frames.subarray(held));
      assert.deepEqual(bodies(), ['', 'later']);
    }
  });

  it('should decompress v4 bodies once that is enabled, and leave the others', () => {
    for (const algorithm of ['lz4', 'snappy'] as const) {
      const { collector, decoder, push, bodies } = create(4, algorithm);
      decoder.enableCompression();
      const short = compressEnvelope(response(4, Opcode.RESULT, 'short '.repeat(40)), algorithm);
      const long = compressEnvelope(response(4, Opcode.RESULT, 'long '.repeat(40_000)), algorithm);
      const empty = compressEnvelope(response(4, Opcode.READY), algorithm);
      push(Buffer.concat([short, long, empty, response(4, Opcode.RESULT, 'plain')].map(encodeEnvelope)));
      assert.deepEqual(bodies(), ['short '.repeat(40), 'long '.repeat(40_000), '', 'plain']);
      assert.deepEqual(collector.owned, [false, true, false, false]);
      assert.ok(
        collector.envelopes.every(({ flags }) => flags === 0),
        'the flag is gone with the compression',
      );
    }
  });

  it('should not mind enabling the compression that is none', () => {
    const { decoder, push, bodies } = create(4);
    decoder.enableCompression();
    push(encodeEnvelope(response(4, Opcode.RESULT, 'plain')));
    assert.deepEqual(bodies(), ['plain']);
  });

  it('should give an envelope that came in several frames memory of its own', () => {
    const body = 'large '.repeat(50_000);
    const frames = encodeFrames([encodeEnvelope(response(5, Opcode.RESULT, body))], 'lz4');
    const { collector, decoder, push, bodies } = create(5, 'lz4');
    decoder.enableFraming();
    push(frames);
    assert.deepEqual(bodies(), [body]);
    assert.deepEqual(collector.owned, [true]);
  });

  it('should rethrow what the sink throws, and take nothing afterwards', () => {
    const { collector, push } = create(4);
    const failure = new Error('from the sink');
    collector.afterEach = () => {
      throw failure;
    };
    const bytes = encodeEnvelope(response(4, Opcode.RESULT, 'x'));
    assert.throws(() => push(bytes), failure);
    assert.throws(() => push(bytes), ProtocolError);
    assert.equal(collector.envelopes.length, 1);
  });

  it('should take nothing after an error of its own', () => {
    const { collector, push } = create(4);
    assert.throws(() => push(Buffer.from('this is not CQL')), ProtocolError);
    assert.throws(() => push(encodeEnvelope(response(4, Opcode.RESULT, 'x'))), ProtocolError);
    assert.equal(collector.envelopes.length, 0);
  });

  it('should refuse to be fed from within a delivery', () => {
    const { collector, push } = create(4);
    const bytes = encodeEnvelope(response(4, Opcode.RESULT, 'x'));
    collector.afterEach = () => push(bytes);
    assert.throws(() => push(bytes), ProtocolError);
  });

  it('should tell the version that the server named', () => {
    const { decoder, push } = create(5);
    push(encodeEnvelope(response(4, Opcode.ERROR)));
    assert.equal(decoder.lastVersion, 4);
  });

  it('should refuse Snappy on v5, which has none', () => {
    assert.throws(() => create(5, 'snappy'), ConfigurationError);
  });
});
