import { readFileSync } from 'node:fs';

/** Reads a file of test/vectors. The caller says what is in it. */
export function readVectorFile<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8')) as T;
}

/** One message and its body's bytes, as the files `messages-*.json` have them. */
export interface MessageVector {
  readonly description: string;
  readonly source: string;
  readonly version: 4 | 5;
  readonly opcode: string;
  readonly message: unknown;
  readonly hex: string;
}

/** A name for the test of a vector. */
export function vectorName(vector: MessageVector): string {
  return `v${vector.version} ${vector.opcode}: ${vector.description} (${vector.source})`;
}
