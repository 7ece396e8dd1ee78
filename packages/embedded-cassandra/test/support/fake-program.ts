import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes an executable shell script and gives its path. */
export function fakeProgram(folder: string, name: string, body: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A `java` in `<home>/bin` that tells this version, and otherwise does what `body` says. */
export function fakeJava(home: string, version: string, body = 'exit 0'): string {
  const tell = `if [ "$1" = -version ]; then echo 'openjdk version "${version}" 2026-01-01' >&2; exit 0; fi`;
  return fakeProgram(join(home, 'bin'), 'java', `${tell}\n${body}`);
}
