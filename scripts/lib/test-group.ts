import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, describe } from 'node:test';
import { pathToFileURL } from 'node:url';
import { FileWatch } from '../../packages/async-cassandra/test/support/file-watch.ts';

/**
 * Runs test files one after another in this process, each as a suite with its path for a name: hooks at the top of a
 * file are that suite's and end with it. The next file is loaded when everything of the one before is done.
 *
 * Each start is written down at once, so that the runner knows it whatever becomes of this process. It ends after a file
 * that leaves something behind: the others are to start from a clean state.
 */
export async function runTestGroup(files: readonly string[], progressPath: string): Promise<void> {
  const record = (line: string): void => appendFileSync(progressPath, `${line}\n`);
  let running = '';
  // The runner for tests takes these errors, and when no test is left to blame it says too little.
  process.on('uncaughtExceptionMonitor', () =>
    process.stderr.write(`An error that nobody caught while ${running} ran\n`),
  );
  // The runner for tests sets itself up on first use: what it adds to the process must not look like a file's.
  after(() => {});
  record(`pid ${process.pid}`);
  for (const file of files) {
    running = file;
    record(`start ${file}`);
    const watch = new FileWatch(file, { isShared: true });
    await describe(file, async () => {
      try {
        await import(pathToFileURL(resolve(file)).href);
      } finally {
        // Hooks run in the order in which they were registered: this one comes after those of the file.
        after(() => watch.verify());
      }
    });
    if (watch.hasLeaks) return record('stop');
  }
}
