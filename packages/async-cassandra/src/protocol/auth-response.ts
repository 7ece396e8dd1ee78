import type { ByteWriter } from './byte-writer.ts';

/** Writes the body of AUTH_RESPONSE: the token as [bytes] (section 4.1.2). */
export function writeAuthResponse(w: ByteWriter, token: Uint8Array | null): void {
  w.writeBytes(token);
}
