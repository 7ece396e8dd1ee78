import type { BlockCompressor } from './block-compressor.ts';
import { crc32 } from './crc32.ts';
import { ENVELOPE_HEADER_BYTES } from './envelope.ts';
import {
  COMPRESSED_FRAME_HEADER_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_TRAILER_BYTES,
  MAX_FRAME_PAYLOAD,
  writeCompressedFrameHeader,
  writeFrameHeader,
} from './frame.ts';

/**
 * Puts finished envelopes into v5 frames: as many whole envelopes as fit make one self-contained frame, and one that is
 * too large for a frame is split over several that are not (v5 specification, section 2).
 *
 * @param envelopes one or more whole envelopes.
 * @param compressor the connection's, or null when no compression was agreed upon.
 * @returns the frames, in one new buffer.
 */
export function splitFrames(envelopes: Buffer, compressor: BlockCompressor | null): Buffer {
  const writer = new FrameWriter(envelopes, compressor);
  let start = 0;
  while (start < envelopes.length) {
    let end = start;
    while (end < envelopes.length) {
      const next = end + ENVELOPE_HEADER_BYTES + writer.view.getInt32(end + 5);
      if (next - start > MAX_FRAME_PAYLOAD) break;
      end = next;
    }
    if (end === start) {
      end = start + ENVELOPE_HEADER_BYTES + writer.view.getInt32(start + 5);
      for (let part = start; part < end; part += MAX_FRAME_PAYLOAD) {
        writer.write(part, Math.min(part + MAX_FRAME_PAYLOAD, end), false);
      }
    } else {
      writer.write(start, end, true);
    }
    start = end;
  }
  return writer.finish();
}

/** Writes frames of parts of one buffer into another. */
class FrameWriter {
  readonly view: DataView;
  readonly #source: Buffer;
  readonly #compressor: BlockCompressor | null;
  readonly #target: Buffer;
  readonly #targetView: DataView;
  #pos = 0;

  constructor(source: Buffer, compressor: BlockCompressor | null) {
    this.#source = source;
    this.view = new DataView(source.buffer, source.byteOffset, source.length);
    this.#compressor = compressor;
    // A frame ends where the next envelope does not fit, or where a part of a large envelope ends: both together make
    // at most four frames for what one could hold.
    const frames = 4 * Math.ceil(source.length / MAX_FRAME_PAYLOAD) + 1;
    const overhead = COMPRESSED_FRAME_HEADER_BYTES + FRAME_TRAILER_BYTES;
    const expansion = compressor === null ? 0 : compressor.maxCompressedLength(MAX_FRAME_PAYLOAD) - MAX_FRAME_PAYLOAD;
    this.#target = Buffer.allocUnsafeSlow(source.length + frames * overhead + expansion);
    this.#targetView = new DataView(this.#target.buffer, this.#target.byteOffset, this.#target.length);
  }

  write(start: number, end: number, isSelfContained: boolean): void {
    const header = this.#pos;
    const compressor = this.#compressor;
    if (compressor === null) {
      const payload = header + FRAME_HEADER_BYTES;
      writeFrameHeader(this.#target, header, end - start, isSelfContained);
      this.#source.copy(this.#target, payload, start, end);
      this.#seal(payload, payload + end - start);
      return;
    }
    const payload = header + COMPRESSED_FRAME_HEADER_BYTES;
    const compressedEnd = compressor.compress(this.#source, this.view, start, end, this.#target, payload);
    if (compressedEnd - payload < end - start) {
      writeCompressedFrameHeader(this.#target, header, compressedEnd - payload, end - start, isSelfContained);
      this.#seal(payload, compressedEnd);
    } else {
      writeCompressedFrameHeader(this.#target, header, end - start, 0, isSelfContained);
      this.#source.copy(this.#target, payload, start, end);
      this.#seal(payload, payload + end - start);
    }
  }

  finish(): Buffer {
    return this.#target.subarray(0, this.#pos);
  }

  #seal(payload: number, end: number): void {
    this.#targetView.setUint32(end, crc32(this.#target, this.#targetView, payload, end), true);
    this.#pos = end + FRAME_TRAILER_BYTES;
  }
}
