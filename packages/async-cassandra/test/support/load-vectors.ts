import { readFileSync } from 'node:fs';

/** The contents of a file in `test/vectors`, whose shape the caller knows. */
export function loadVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')) as T;
}
