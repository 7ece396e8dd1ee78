import type { ByteReader } from './byte-reader.ts';

/** Reads the body of AUTH_CHALLENGE: the server's token (section 4.2.7). */
export function readAuthChallenge(r: ByteReader): Buffer | null {
  return r.readBytes();
}
