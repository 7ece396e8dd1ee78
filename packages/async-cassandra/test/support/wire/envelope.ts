import { envelopeFlags } from './constants.ts';
import { lz4Compress, lz4Decompress } from './lz4.ts';
import { snappyCompress, snappyDecompress } from './snappy.ts';

export type CompressionName = 'none' | 'lz4' | 'snappy';

export const ENVELOPE_HEADER_BYTES = 9;

/** One envelope (spec v5 section 2.4): header fields and body, the body as it was on the wire. */
export interface Envelope {
  readonly version: number;
  readonly isResponse: boolean;
  readonly flags: number;
  readonly streamId: number;
  readonly opcode: number;
  readonly body: Buffer;
}

export function encodeEnvelope(envelope: Envelope): Buffer {
  const { version, isResponse, flags, streamId, opcode, body } = envelope;
  const bytes = Buffer.allocUnsafe(ENVELOPE_HEADER_BYTES + body.length);
  bytes[0] = isResponse ? version | 0x80 : version;
  bytes[1] = flags;
  bytes.writeInt16BE(streamId, 2);
  bytes[4] = opcode;
  bytes.writeInt32BE(body.length, 5);
  body.copy(bytes, ENVELOPE_HEADER_BYTES);
  return bytes;
}

/** The envelope at `start`, or null while it is not all there; the body is a view. */
export function decodeEnvelope(buffer: Buffer, start = 0, end: number = buffer.length): Envelope | null {
  if (end - start < ENVELOPE_HEADER_BYTES) return null;
  const length = buffer.readInt32BE(start + 5);
  if (length < 0) throw new Error(`Envelope with the negative length ${length}`);
  const bodyStart = start + ENVELOPE_HEADER_BYTES;
  if (end - bodyStart < length) return null;
  const first = buffer.readUInt8(start);
  return {
    version: first & 0x7f,
    isResponse: first >= 0x80,
    flags: buffer.readUInt8(start + 1),
    streamId: buffer.readInt16BE(start + 2),
    opcode: buffer.readUInt8(start + 4),
    body: buffer.subarray(bodyStart, bodyStart + length),
  };
}

/** Compresses the body as v3 and v4 do (spec v4 section 5): for LZ4 a big-endian size comes before the block. */
export function compressEnvelope(envelope: Envelope, compression: 'lz4' | 'snappy'): Envelope {
  let body: Buffer;
  if (compression === 'snappy') {
    body = snappyCompress(envelope.body);
  } else {
    const size = Buffer.alloc(4);
    size.writeInt32BE(envelope.body.length);
    body = Buffer.concat([size, lz4Compress(envelope.body)]);
  }
  return { ...envelope, flags: envelope.flags | envelopeFlags.COMPRESSION, body };
}

/** Undoes `compressEnvelope` where the flag is set. */
export function decompressEnvelope(envelope: Envelope, compression: CompressionName): Envelope {
  if ((envelope.flags & envelopeFlags.COMPRESSION) === 0) return envelope;
  if (compression === 'none') throw new Error('Compressed envelope on a connection without compression');
  const { body } = envelope;
  const plain =
    compression === 'snappy' ? snappyDecompress(body) : lz4Decompress(body.subarray(4), body.readInt32BE(0));
  return { ...envelope, flags: envelope.flags & ~envelopeFlags.COMPRESSION, body: plain };
}
