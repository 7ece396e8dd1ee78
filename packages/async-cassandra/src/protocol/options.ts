import type { ByteWriter } from './byte-writer.ts';

/** Writes the body of OPTIONS, which is empty (section 4.1.3). */
export function writeOptions(_w: ByteWriter): void {}
