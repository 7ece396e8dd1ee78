import { ByteQueue } from './byte-queue.ts';
import {
  compressEnvelope,
  decodeEnvelope,
  decompressEnvelope,
  encodeEnvelope,
  ENVELOPE_HEADER_BYTES,
} from './envelope.ts';
import type { CompressionName, Envelope } from './envelope.ts';
import { encodeFrames, FrameDecoder } from './framing.ts';

/** Envelopes out of bytes, before and after framing is switched on. */
export class EnvelopeDecoder {
  private readonly queue = new ByteQueue();
  private frames: FrameDecoder | null = null;
  private compression: CompressionName = 'none';

  append(chunk: Buffer): void {
    (this.frames ?? this.queue).append(chunk);
  }

  /** From here on bytes are v5 frames; what is buffered already is read as such. */
  enableFraming(compression: 'none' | 'lz4'): void {
    this.frames = new FrameDecoder(compression);
    if (this.queue.length > 0) this.frames.append(this.queue.takeAll());
  }

  /** From here on envelopes may be compressed (v3, v4). */
  enableCompression(compression: CompressionName): void {
    this.compression = compression;
  }

  next(): Envelope | null {
    const { queue } = this;
    for (;;) {
      const envelope = decodeEnvelope(queue.buffer, queue.start, queue.end);
      if (envelope !== null) {
        queue.consume(ENVELOPE_HEADER_BYTES + envelope.body.length);
        return this.compression === 'none' ? envelope : decompressEnvelope(envelope, this.compression);
      }
      const frame = this.frames?.next() ?? null;
      if (frame === null) return null;
      if (frame.selfContained && queue.length > 0)
        throw new Error('Self-contained frame in the middle of a split envelope');
      queue.append(frame.payload);
    }
  }
}

/** Bytes out of envelopes, the other way round. */
export class EnvelopeEncoder {
  private framing: 'off' | 'none' | 'lz4' = 'off';
  private compression: CompressionName = 'none';

  enableFraming(compression: 'none' | 'lz4'): void {
    this.framing = compression;
  }

  enableCompression(compression: CompressionName): void {
    this.compression = compression;
  }

  /** One envelope's bytes, compressed where v4 compression is on; not framed yet. */
  envelope(envelope: Envelope): Buffer {
    const { compression } = this;
    return encodeEnvelope(
      compression === 'none' || envelope.body.length === 0 ? envelope : compressEnvelope(envelope, compression),
    );
  }

  /** What goes on the wire for these encoded envelopes. */
  pack(envelopes: readonly Buffer[]): Buffer {
    if (this.framing !== 'off') return encodeFrames(envelopes, this.framing);
    return envelopes.length === 1 ? (envelopes[0] as Buffer) : Buffer.concat(envelopes);
  }
}
