import { ProtocolError } from '../errors/index.ts';
import { crc24 } from './crc24.ts';
import { crc32 } from './crc32.ts';
import { COMPRESSED_FRAME_HEADER_BYTES, FRAME_HEADER_BYTES, FRAME_TRAILER_BYTES, MAX_FRAME_PAYLOAD } from './frame.ts';
import { lz4Decompress } from './lz4.ts';
import { ScratchBuffer } from './scratch-buffer.ts';

/** Takes the payloads of frames, one after the other: an EnvelopeDecoder. */
export interface PayloadConsumer {
  /** Whether an envelope has begun and not ended. */
  readonly hasPartial: boolean;
  /** Takes [pos, end) of `buf`, which is used again after the call. */
  feed(buf: Buffer, view: DataView, pos: number, end: number): number;
}

/**
 * Finds v5 frames (specification, section 2) in bytes that arrive in any pieces, checks them, and hands on what they hold.
 * Nothing of a frame is looked at before its checksum was found right.
 */
export class FrameDecoder {
  readonly #envelopes: PayloadConsumer;
  readonly #isCompressed: boolean;
  readonly #headerBytes: number;
  /** The header that `#readHeader` read last. */
  #payloadBytes = 0;
  /** 0 when the payload is not compressed. */
  #uncompressedBytes = 0;
  #isSelfContained = false;
  readonly #uncompressed: ScratchBuffer = new ScratchBuffer();

  /** An incomplete frame, how much of it there is, and its whole size once the header is known. */
  readonly #partial: ScratchBuffer = new ScratchBuffer();
  #filled = 0;
  #needed = 0;

  constructor(envelopes: PayloadConsumer, isCompressed: boolean) {
    this.#envelopes = envelopes;
    this.#isCompressed = isCompressed;
    this.#headerBytes = isCompressed ? COMPRESSED_FRAME_HEADER_BYTES : FRAME_HEADER_BYTES;
  }

  /** Takes [pos, end) and delivers the envelopes of every frame that is complete. */
  feed(buf: Buffer, view: DataView, pos: number, end: number): void {
    const headerBytes = this.#headerBytes;
    if (this.#filled > 0) pos = this.#resume(buf, pos, end);
    while (end - pos >= headerBytes) {
      this.#readHeader(buf, view, pos);
      const frameEnd = pos + headerBytes + this.#payloadBytes + FRAME_TRAILER_BYTES;
      if (frameEnd > end) break;
      this.#deliver(buf, view, pos + headerBytes);
      pos = frameEnd;
    }
    if (pos < end) {
      this.#needed = end - pos < headerBytes ? 0 : headerBytes + this.#payloadBytes + FRAME_TRAILER_BYTES;
      this.#fill(buf, pos, end, Math.max(this.#needed, headerBytes));
    }
  }

  #readHeader(buf: Buffer, view: DataView, pos: number): void {
    const fieldsEnd = pos + this.#headerBytes - 3;
    const low = view.getInt32(pos, true);
    this.#payloadBytes = low & MAX_FRAME_PAYLOAD;
    if (this.#isCompressed) {
      const high = buf[pos + 4] as number;
      this.#uncompressedBytes = (low >>> 17) | ((high & 3) << 15);
      this.#isSelfContained = (high & 4) !== 0;
    } else {
      this.#isSelfContained = (low & 0x20000) !== 0;
    }
    const crc = view.getUint16(fieldsEnd, true) | ((buf[fieldsEnd + 2] as number) << 16);
    if (crc !== crc24(buf, pos, fieldsEnd)) {
      throw new ProtocolError(
        'The checksum of a frame header is wrong; check the network and what sits between the client and the server',
      );
    }
  }

  /** Delivers what is in the payload at `payload`, whose header was read last. */
  #deliver(buf: Buffer, view: DataView, payload: number): void {
    const end = payload + this.#payloadBytes;
    if (view.getUint32(end, true) !== crc32(buf, view, payload, end)) {
      throw new ProtocolError(
        'The checksum of a frame payload is wrong; check the network and what sits between the client and the server',
      );
    }
    const isSelfContained = this.#isSelfContained;
    const envelopes = this.#envelopes;
    if (isSelfContained && envelopes.hasPartial) throw unexpectedEnd();
    if (this.#isCompressed && this.#uncompressedBytes > 0) {
      const length = this.#uncompressedBytes;
      const target = this.#uncompressed;
      target.reserve(length);
      lz4Decompress(buf, payload, end, target.buf, 0, length);
      envelopes.feed(target.buf, target.view, 0, length);
    } else {
      envelopes.feed(buf, view, payload, end);
    }
    if (isSelfContained && envelopes.hasPartial) throw unexpectedEnd();
  }

  /** Adds [pos, end) to the incomplete frame, and delivers it when that completes it. Returns where the next one starts. */
  #resume(buf: Buffer, pos: number, end: number): number {
    const partial = this.#partial;
    if (this.#needed === 0) {
      pos = this.#fill(buf, pos, end, this.#headerBytes);
      if (this.#filled < this.#headerBytes) return pos;
      this.#readHeader(partial.buf, partial.view, 0);
      this.#needed = this.#headerBytes + this.#payloadBytes + FRAME_TRAILER_BYTES;
    }
    pos = this.#fill(buf, pos, end, this.#needed);
    if (this.#filled < this.#needed) return pos;
    this.#filled = 0;
    this.#deliver(partial.buf, partial.view, this.#headerBytes);
    return pos;
  }

  /**
   * Copies bytes until the incomplete frame has `target` of them. The buffer grows before anything is in it, or when there
   * is no more than the header, which was read and is not needed again.
   */
  #fill(buf: Buffer, pos: number, end: number, target: number): number {
    const count = Math.min(target - this.#filled, end - pos);
    this.#partial.reserve(target);
    buf.copy(this.#partial.buf, this.#filled, pos, pos + count);
    this.#filled += count;
    return pos + count;
  }
}

function unexpectedEnd(): ProtocolError {
  return new ProtocolError(
    'A self-contained frame holds a part of an envelope; check that the server speaks protocol version 5',
  );
}
