import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Transport } from '../../../src/connection/index.ts';
import { WriteBuffer } from '../../../src/connection/write-buffer.ts';
import { beginEnvelope, endEnvelope, Opcode } from '../../../src/protocol/index.ts';
import { SeededRandom } from '../../support/index.ts';
import { EnvelopeDecoder, type CompressionName } from '../../support/wire/index.ts';

/** A transport that keeps what is written, and says that it has left when the test wants. */
class SlowTransport implements Transport {
  readonly writes: { readonly bytes: Uint8Array; readonly copy: Buffer; readonly done: () => void }[] = [];
  readonly bufferedBytes = 0;

  write(bytes: Uint8Array, done: () => void): void {
    this.writes.push({ bytes, copy: Buffer.from(bytes), done });
  }

  end(): void {
    throw new Error('not used');
  }

  destroy(): void {
    throw new Error('not used');
  }
}

function add(buffer: WriteBuffer, streamId: number, body: Uint8Array, version: 4 | 5): void {
  const { writer } = buffer;
  const start = beginEnvelope(writer, version, 0, streamId, Opcode.QUERY);
  writer.writeRaw(body);
  endEnvelope(writer, start);
  buffer.envelopeDone(start);
}

function open(version: 4 | 5, compression: CompressionName): { transport: SlowTransport; buffer: WriteBuffer } {
  const transport = new SlowTransport();
  const buffer = new WriteBuffer(transport);
  if (version === 5) buffer.enableFraming();
  if (compression !== 'none') buffer.enableCompression(compression);
  return { transport, buffer };
}

function received(transport: SlowTransport, version: 4 | 5, compression: CompressionName): [number, Buffer][] {
  const decoder = new EnvelopeDecoder();
  if (version === 5) decoder.enableFraming(compression === 'lz4' ? 'lz4' : 'none');
  else decoder.enableCompression(compression);
  for (const { copy } of transport.writes) decoder.append(copy);
  const found: [number, Buffer][] = [];
  for (let envelope = decoder.next(); envelope !== null; envelope = decoder.next())
    found.push([envelope.streamId, Buffer.from(envelope.body)]);
  return found;
}

describe('WriteBuffer', () => {
  for (const [version, compression] of [
    [4, 'none'],
    [4, 'lz4'],
    [4, 'snappy'],
    [5, 'none'],
    [5, 'lz4'],
  ] as const) {
    it(`should write what is left of many envelopes of any size once some are cut out (v${version}, ${compression})`, () => {
      const random = new SeededRandom(7);
      for (let round = 0; round < 20; round++) {
        const { transport, buffer } = open(version, compression);
        const expected: [number, Buffer][] = [];
        for (let flush = 0; flush < 3; flush++) {
          const cut = new Set<number>();
          const count = random.int(0, 40);
          for (let i = 0; i < count; i++) {
            const size = random.chance(0.05) ? random.int(100_000, 300_000) : random.int(0, 500);
            const body = random.chance(0.5) ? random.bytes(size) : Buffer.alloc(size, 'ab');
            const streamId = random.chance(0.1) ? 32_767 - i : flush * 100 + i;
            add(buffer, streamId, body, version);
            if (random.chance(0.4)) cut.add(streamId);
            else expected.push([streamId, body]);
          }
          if (cut.size > 0) buffer.compact((streamId) => cut.has(streamId));
          buffer.flush();
        }
        assert.ok(transport.writes.length <= 3);
        assert.deepEqual(received(transport, version, compression), expected);
        assert.equal(
          buffer.bytesSent,
          transport.writes.reduce((sum, { bytes }) => sum + bytes.length, 0),
        );
      }
    });
  }

  it('should not touch bytes before they have left, and use their memory again afterwards', () => {
    const { transport, buffer } = open(5, 'none');
    for (let i = 0; i < 6; i++) {
      add(buffer, i, Buffer.alloc(100, i), 5);
      buffer.flush();
    }
    for (const { bytes, copy } of transport.writes) assert.deepEqual(Buffer.from(bytes), copy);
    assert.equal(new Set(transport.writes.map(({ bytes }) => bytes.buffer)).size, 6);
    const before = new Set(transport.writes.map(({ bytes }) => bytes.buffer));
    for (const { done } of transport.writes.splice(0)) done();
    for (let i = 0; i < 3; i++) {
      add(buffer, i, Buffer.alloc(100, i), 5);
      buffer.flush();
    }
    assert.ok(transport.writes.slice(1).every(({ bytes }) => before.has(bytes.buffer)));
    assert.equal(received(transport, 5, 'none').length, 3);
  });

  it('should not keep memory that one large request took', () => {
    const { transport, buffer } = open(4, 'none');
    add(buffer, 1, Buffer.alloc(2_000_000), 4);
    buffer.flush();
    const large = transport.writes[0]?.bytes.buffer;
    transport.writes[0]?.done();
    for (let i = 0; i < 5; i++) {
      add(buffer, i, Buffer.alloc(10), 4);
      buffer.flush();
    }
    assert.ok(transport.writes.slice(1).every(({ bytes }) => bytes.buffer !== large));
  });

  it('should write nothing when there is nothing', () => {
    const { transport, buffer } = open(5, 'lz4');
    buffer.flush();
    buffer.enableFraming();
    buffer.flush();
    assert.equal(transport.writes.length, 0);
  });
});
