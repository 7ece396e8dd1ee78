import type { BlockCompressor } from './block-compressor.ts';
import type { ByteWriter } from './byte-writer.ts';
import { ENVELOPE_HEADER_BYTES, endEnvelope } from './envelope.ts';
import { EnvelopeFlag } from './envelope-flag.ts';

/** Shorter bodies hardly ever get smaller. */
const MIN_BODY_BYTES = 64;

/**
 * Compresses the body of a finished v4 envelope, the last thing in `w`, and marks it so (v4 specification, section 5).
 * It stays as it is when that would not make it smaller.
 */
export function compressBody(w: ByteWriter, envelopeStart: number, compressor: BlockCompressor): void {
  const body = envelopeStart + ENVELOPE_HEADER_BYTES;
  const length = w.pos - body;
  if (length < MIN_BODY_BYTES) return;
  const isLz4 = compressor.name === 'lz4';
  // An LZ4 body starts with its uncompressed length, a big-endian [int]; Snappy has that in its own format.
  const prefix = isLz4 ? 4 : 0;
  // The output goes behind the body, and from there into its place.
  const output = w.pos;
  w.reserve(prefix + compressor.maxCompressedLength(length));
  if (isLz4) w.view.setInt32(output, length);
  const end = compressor.compress(w.buf, w.view, body, output, w.buf, output + prefix);
  if (end - output >= length) return;
  w.buf.copyWithin(body, output, end);
  w.pos = body + end - output;
  w.buf[envelopeStart + 1] = (w.buf[envelopeStart + 1] as number) | EnvelopeFlag.COMPRESSION;
  endEnvelope(w, envelopeStart);
}
