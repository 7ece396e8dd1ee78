import type { ByteReader } from './byte-reader.ts';

/** Reads the body of AUTH_SUCCESS: the server's last token (section 4.2.8). */
export function readAuthSuccess(r: ByteReader): Buffer | null {
  return r.readBytes();
}
