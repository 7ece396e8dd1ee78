import type { ByteWriter } from './byte-writer.ts';
import type { ProtocolVersion } from './protocol-version.ts';

/** An envelope's header: version, flags, stream id (2), opcode, body length (4). v5 specification, section 2.4; the same in v4. */
export const ENVELOPE_HEADER_BYTES = 9;
/** Where the body's length stands in the header. */
const LENGTH_OFFSET = 5;

/** Writes the header of a request, its length still open; returns where it starts, for `endEnvelope`. */
export function beginEnvelope(
  w: ByteWriter,
  version: ProtocolVersion,
  flags: number,
  streamId: number,
  opcode: number,
): number {
  w.reserve(ENVELOPE_HEADER_BYTES);
  const start = w.pos;
  const buf = w.buf;
  buf[start] = version;
  buf[start + 1] = flags;
  buf[start + 2] = streamId >>> 8;
  buf[start + 3] = streamId;
  buf[start + 4] = opcode;
  w.view.setInt32(start + LENGTH_OFFSET, 0);
  w.pos = start + ENVELOPE_HEADER_BYTES;
  return start;
}

/** Puts the length of the body, all that was written since `beginEnvelope`, into the header. */
export function endEnvelope(w: ByteWriter, start: number): void {
  w.view.setInt32(start + LENGTH_OFFSET, w.pos - start - ENVELOPE_HEADER_BYTES);
}
