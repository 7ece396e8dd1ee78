import type { ByteWriter } from './byte-writer.ts';
import { crc24 } from './crc24.ts';
import { crc32 } from './crc32.ts';

/** An uncompressed frame's header: payload length (17 bits), self-contained flag, padding, CRC-24. v5 specification, section 2.1. */
export const FRAME_HEADER_BYTES = 6;
/** The header where LZ4 was agreed upon has the uncompressed length too. Section 2.2. */
export const COMPRESSED_FRAME_HEADER_BYTES = 8;
/** The CRC-32 of the payload as it is on the wire. */
export const FRAME_TRAILER_BYTES = 4;
/** What 17 bits can say. */
export const MAX_FRAME_PAYLOAD = 131_071;

const SELF_CONTAINED_BIT = 1 << 17;

/** Writes the 6 bytes of an uncompressed frame's header at `at`. Multi-byte fields are little-endian, unlike anywhere else. */
export function writeFrameHeader(target: Buffer, at: number, payloadBytes: number, isSelfContained: boolean): void {
  const fields = payloadBytes | (isSelfContained ? SELF_CONTAINED_BIT : 0);
  target[at] = fields;
  target[at + 1] = fields >>> 8;
  target[at + 2] = fields >>> 16;
  writeCrc24(target, at, at + 3);
}

/**
 * Writes the 8 bytes of a compressed frame's header at `at`. An uncompressed length of 0 says that the payload is not
 * compressed: the specification's section 2.3.2 names the other length, but servers and drivers do it this way.
 */
export function writeCompressedFrameHeader(
  target: Buffer,
  at: number,
  payloadBytes: number,
  uncompressedBytes: number,
  isSelfContained: boolean,
): void {
  target[at] = payloadBytes;
  target[at + 1] = payloadBytes >>> 8;
  target[at + 2] = (payloadBytes >>> 16) | (uncompressedBytes << 1);
  target[at + 3] = uncompressedBytes >>> 7;
  target[at + 4] = (uncompressedBytes >>> 15) | (isSelfContained ? 4 : 0);
  writeCrc24(target, at, at + 5);
}

function writeCrc24(target: Buffer, start: number, end: number): void {
  const crc = crc24(target, start, end);
  target[end] = crc;
  target[end + 1] = crc >>> 8;
  target[end + 2] = crc >>> 16;
}

/**
 * Turns what was written since `frameStart`, 6 bytes left free for the header and whole envelopes of at most
 * MAX_FRAME_PAYLOAD bytes, into one self-contained uncompressed frame, without copying it.
 */
export function sealFrame(w: ByteWriter, frameStart: number): void {
  const payloadStart = frameStart + FRAME_HEADER_BYTES;
  const payloadEnd = w.pos;
  w.reserve(FRAME_TRAILER_BYTES);
  writeFrameHeader(w.buf, frameStart, payloadEnd - payloadStart, true);
  w.view.setUint32(payloadEnd, crc32(w.buf, w.view, payloadStart, payloadEnd), true);
  w.pos = payloadEnd + FRAME_TRAILER_BYTES;
}
