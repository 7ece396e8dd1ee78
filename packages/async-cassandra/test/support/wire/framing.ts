import { ByteQueue } from './byte-queue.ts';
import { crc24, crc32 } from './crc.ts';
import { lz4Compress, lz4Decompress } from './lz4.ts';

/** The frames of v5, spec section 2. A 17-bit length bounds the payload. */
export const MAX_FRAME_PAYLOAD = 0x1ffff;

export function encodeFrame(payload: Buffer, selfContained: boolean, compression: 'none' | 'lz4'): Buffer {
  if (payload.length > MAX_FRAME_PAYLOAD) throw new Error(`${payload.length} bytes do not fit one frame`);
  let sent = payload;
  let header: Buffer;
  if (compression === 'none') {
    header = Buffer.alloc(6);
    header.writeUIntLE(payload.length + (selfContained ? 2 ** 17 : 0), 0, 3);
  } else {
    // Servers mark a payload that is not compressed by an uncompressed length of 0 (section 2.3.2 says the opposite).
    const compressed = lz4Compress(payload);
    const smaller = compressed.length < payload.length;
    if (smaller) sent = compressed;
    header = Buffer.alloc(8);
    header.writeUIntLE(sent.length + (smaller ? payload.length * 2 ** 17 : 0) + (selfContained ? 2 ** 34 : 0), 0, 5);
  }
  const crcAt = header.length - 3;
  header.writeUIntLE(crc24(header.subarray(0, crcAt)), crcAt, 3);
  const frame = Buffer.allocUnsafe(header.length + sent.length + 4);
  header.copy(frame);
  sent.copy(frame, header.length);
  frame.writeUInt32LE(crc32(sent), header.length + sent.length);
  return frame;
}

/** Packs whole envelopes into self-contained frames; an envelope too long for one is split over frames that are not. */
export function encodeFrames(envelopes: readonly Buffer[], compression: 'none' | 'lz4'): Buffer {
  const frames: Buffer[] = [];
  let packed: Buffer[] = [];
  let size = 0;
  const seal = (): void => {
    if (size > 0)
      frames.push(
        encodeFrame(packed.length === 1 ? (packed[0] as Buffer) : Buffer.concat(packed, size), true, compression),
      );
    packed = [];
    size = 0;
  };
  for (const envelope of envelopes) {
    if (size + envelope.length > MAX_FRAME_PAYLOAD) seal();
    if (envelope.length > MAX_FRAME_PAYLOAD) {
      for (let at = 0; at < envelope.length; at += MAX_FRAME_PAYLOAD) {
        frames.push(encodeFrame(envelope.subarray(at, at + MAX_FRAME_PAYLOAD), false, compression));
      }
    } else {
      packed.push(envelope);
      size += envelope.length;
    }
  }
  seal();
  return frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames);
}

export interface DecodedFrame {
  readonly payload: Buffer;
  readonly selfContained: boolean;
}

/** Reads frames from bytes that arrive in any pieces; throws on a wrong checksum. */
export class FrameDecoder {
  private readonly queue = new ByteQueue();
  private readonly compression: 'none' | 'lz4';

  constructor(compression: 'none' | 'lz4') {
    this.compression = compression;
  }

  append(chunk: Buffer): void {
    this.queue.append(chunk);
  }

  /** The next whole frame, or null until more bytes are there. */
  next(): DecodedFrame | null {
    const { queue, compression } = this;
    const headerSize = compression === 'none' ? 6 : 8;
    if (queue.length < headerSize) return null;
    const header = queue.buffer.subarray(queue.start, queue.start + headerSize);
    const crcAt = headerSize - 3;
    if (header.readUIntLE(crcAt, 3) !== crc24(header.subarray(0, crcAt)))
      throw new Error('Wrong CRC24 in a frame header');
    const fields = header.readUIntLE(0, crcAt);
    const length = fields % 2 ** 17;
    if (queue.length < headerSize + length + 4) return null;
    const start = queue.start + headerSize;
    const sent = queue.buffer.subarray(start, start + length);
    if (queue.buffer.readUInt32LE(start + length) !== crc32(sent)) throw new Error('Wrong CRC32 of a frame payload');
    queue.consume(headerSize + length + 4);
    if (compression === 'none') return { payload: sent, selfContained: (fields & (2 ** 17)) !== 0 };
    const uncompressed = Math.floor(fields / 2 ** 17) % 2 ** 17;
    const selfContained = Math.floor(fields / 2 ** 34) % 2 === 1;
    return { payload: uncompressed === 0 ? sent : lz4Decompress(sent, uncompressed), selfContained };
  }
}
