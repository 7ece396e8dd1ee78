import type { ByteWriter } from './byte-writer.ts';

/** Writes the [bytes map] that precedes a request's body when the flag CUSTOM_PAYLOAD is set (section 2.4.1.2). */
export function writeCustomPayload(w: ByteWriter, payload: ReadonlyMap<string, Uint8Array | null>): void {
  w.writeBytesMap(payload);
}
