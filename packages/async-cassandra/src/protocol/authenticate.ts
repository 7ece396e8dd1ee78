import type { ByteReader } from './byte-reader.ts';

/** Reads the body of AUTHENTICATE: the class name of the server's authenticator (section 4.2.3). */
export function readAuthenticate(r: ByteReader): string {
  return r.readString();
}
