import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ENTRY = new URL('test-group.ts', import.meta.url).href;

/** What is known of a group's process by what it wrote down. */
export interface GroupProgress {
  readonly pid?: number;
  readonly started: readonly string[];
  /** Whether it ended by itself after the last one that was started, because of what that left behind. */
  readonly isStopped: boolean;
}

/** The program that runs a group of test files in one process, and where that process writes down how far it is. */
export class GroupProcess {
  readonly files: readonly string[];
  /** Path of the program, which the runner takes for a test file. */
  readonly entry: string;
  readonly #progressPath: string;

  constructor(folder: string, name: string, files: readonly string[]) {
    this.files = files;
    this.entry = join(folder, `${name}.group.mjs`);
    this.#progressPath = join(folder, `${name}.progress`);
    const args = `${JSON.stringify(files)}, ${JSON.stringify(this.#progressPath)}`;
    writeFileSync(this.entry, `import { runTestGroup } from ${JSON.stringify(ENTRY)};\nawait runTestGroup(${args});\n`);
  }

  get title(): string {
    return this.files.length === 1 ? (this.files[0] ?? '') : `the process of ${this.files.join(', ')}`;
  }

  readProgress(): GroupProgress {
    const lines = existsSync(this.#progressPath) ? readFileSync(this.#progressPath, 'utf8').split('\n') : [];
    const after = (word: string): string[] =>
      lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length));
    const pid = after('pid ')[0];
    return {
      started: after('start '),
      isStopped: lines.includes('stop'),
      ...(pid === undefined ? {} : { pid: Number(pid) }),
    };
  }

  /** Ends a process that has got no further for so long, in milliseconds: not even its own timers run. */
  killIfStuck(limitMs: number): void {
    const { pid } = this.readProgress();
    if (pid === undefined || Date.now() - statSync(this.#progressPath).mtimeMs < limitMs) return;
    process.kill(pid, 'SIGKILL');
  }
}
