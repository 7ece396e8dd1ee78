/**
 * `node --import` hook of the test runner: checks a test file that has a process of its own for leaks once its last test
 * and its last `after` hook are done, and fails it with a list of what it left. Does nothing outside of such a process;
 * files that share one are watched by `scripts/lib/test-group.ts`.
 *
 * `LEAK_STACKS=1` adds where each remaining resource was created (slow). `TEST_FILE_TIMEOUT_MS` ends a file that hangs
 * and says what it was waiting for.
 */
import { AsyncResource } from 'node:async_hooks';
import { relative } from 'node:path';
import { after } from 'node:test';
import { FileWatch } from './file-watch.ts';

const program = process.argv[1] ?? '';
if (process.env['NODE_TEST_CONTEXT'] !== undefined && !program.endsWith('.group.mjs')) watchThisFile();

function watchThisFile(): void {
  const outside = new AsyncResource('LeakCheck');
  // Hooks run in the order in which they were registered, and this one comes before those of the file. When it runs, all
  // tests are done and all hooks registered, so that a second one, registered from outside of any test, comes last.
  after(() => outside.runInAsyncScope(() => after(() => watch.verify())));
  const watch = new FileWatch(relative(process.cwd(), program), { isShared: false });
}
