/**
 * `node --import` hook of the test runner: checks every test file for leaks once its last test and its last `after` hook
 * are done, and fails the file with a list of what it left. Does nothing outside of a test file's process.
 *
 * `LEAK_STACKS=1` adds where each remaining resource was created (slow). `TEST_FILE_TIMEOUT_MS` ends a file that hangs
 * and says what it was waiting for.
 */
import { AsyncResource, createHook } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { relative } from 'node:path';
import { after } from 'node:test';
import { LeakCheck } from './leak-check.ts';

const EXIT_DELAY_MS = 100;
const KEPT_OPEN = /^(\w+WRAP|Timeout|Immediate)\n/;
const OWN_FRAME = /node:|leak-check|<anonymous>\)?$/;

if (process.env['NODE_TEST_CONTEXT'] !== undefined) watchThisFile();

function watchThisFile(): void {
  const file = relative(process.cwd(), process.argv[1] ?? '');
  // Streams of the process are made on first use; they must not look like something that a test left open.
  void process.stdout;
  void process.stderr;
  const stacks = process.env['LEAK_STACKS'] === undefined ? undefined : recordStacks();
  startWatchdog(file, Number(process.env['TEST_FILE_TIMEOUT_MS'] ?? 0));

  const outside = new AsyncResource('LeakCheck');
  const verify = async (): Promise<void> => {
    const leaks = await check.verify();
    if (leaks.length === 0) return;
    // What leaked may keep this process alive for ever: leave once the failure has been reported.
    setTimeout(() => process.exit(1), EXIT_DELAY_MS);
    const advice =
      stacks === undefined
        ? 'run with LEAK_STACKS=1 to see where'
        : [...stacks.values()].filter((stack) => KEPT_OPEN.test(stack)).join('\n');
    throw new Error(`${file} leaves ${leaks.length} thing(s) behind:\n  - ${leaks.join('\n  - ')}\n${advice}`);
  };
  // Hooks run in the order in which they were registered, and this one comes before those of the file. When it runs, all
  // tests are done and all hooks registered, so that a second one, registered from outside of any test, comes last.
  after(() => outside.runInAsyncScope(() => after(verify)));
  const check = new LeakCheck();
}

function startWatchdog(file: string, limitMs: number): void {
  if (!(limitMs > 0)) return;
  setTimeout(() => {
    const active = process.getActiveResourcesInfo().join(', ');
    writeSync(2, `${file} did not end within ${limitMs} ms; active: ${active}\n`);
    process.exit(1);
  }, limitMs).unref();
}

function recordStacks(): Map<number, string> {
  const stacks = new Map<number, string>();
  Error.stackTraceLimit = 50;
  createHook({
    init(id, type, trigger) {
      const frames = (new Error(type).stack ?? '')
        .split('\n')
        .filter((line) => /^ +at /.test(line) && !OWN_FRAME.test(line));
      // What the runtime creates later on, after a name was looked up for example, is shown by what asked for it.
      const stack = frames.length > 0 ? frames.join('\n') : stacks.get(trigger)?.replace(/^[^\n]*\n/, '');
      if (stack !== undefined) stacks.set(id, `${type}\n${stack}`);
    },
    destroy(id) {
      stacks.delete(id);
    },
  }).enable();
  return stacks;
}
