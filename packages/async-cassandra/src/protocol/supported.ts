import type { ByteReader } from './byte-reader.ts';

/** Reads the body of SUPPORTED: for each STARTUP option the values that the server takes (section 4.2.4). */
export function readSupported(r: ByteReader): Map<string, string[]> {
  return r.readStringMultimap();
}
