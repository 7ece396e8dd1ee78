import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const tailBytes = 64 * 1024;
const maxLineLength = 400;
const stackFrame = /^\s+(?:at |\.\.\. \d+ (?:common frames|more))/;

/** A log on disk that grows while it is read. */
export class LogFile {
  /** The absolute path; it goes with the cluster's folder when the cluster stops. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The last lines (50 by default), without the frames of stack traces, each cut to 400 characters. */
  tail(lines = 50): string[] {
    const file = openOrNull(this.path);
    if (file === null) return [];
    try {
      const { size } = fstatSync(file);
      const buffer = Buffer.alloc(Math.min(size, tailBytes));
      readSync(file, buffer, 0, buffer.length, size - buffer.length);
      const all = buffer.toString('utf8').split('\n');
      if (buffer.length < size) all.shift();
      const full = all.filter((line) => line.trim() !== '' && !stackFrame.test(line));
      return full
        .slice(-lines)
        .map((line) => (line.length > maxLineLength ? `${line.slice(0, maxLineLength)}...` : line));
    } finally {
      closeSync(file);
    }
  }

  /** Everything that was written so far; the empty string where there is no log. */
  async text(): Promise<string> {
    return await readFile(this.path, 'utf8').catch(() => '');
  }

  toString(): string {
    return this.path;
  }
}

function openOrNull(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}
