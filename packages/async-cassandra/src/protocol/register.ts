import type { ByteWriter } from './byte-writer.ts';

/** Writes the body of REGISTER: the event types as a [string list] (section 4.1.8). */
export function writeRegister(w: ByteWriter, types: readonly string[]): void {
  w.writeStringList(types);
}
