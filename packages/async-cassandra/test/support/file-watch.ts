import { createHook } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { GlobalState } from './global-state.ts';
import { LeakCheck } from './leak-check.ts';

const EXIT_DELAY_MS = 100;
const KEPT_OPEN = /^(\w+WRAP|Timeout|Immediate)\n/;
const OWN_FRAME = /node:|leak-check|file-watch|<anonymous>\)?$/;

export interface FileWatchOptions {
  /** Whether other files run in this process later on, so that this one has to leave its globals as they were. */
  readonly isShared: boolean;
}

/**
 * Watches one test file from before it is loaded: ends the process when the file hangs (`TEST_FILE_TIMEOUT_MS`), and
 * finds what it leaves behind. `LEAK_STACKS=1` adds where each remaining resource was created (slow).
 */
export class FileWatch {
  readonly #file: string;
  readonly #check: LeakCheck;
  readonly #globals: GlobalState | undefined;
  readonly #stacks = process.env['LEAK_STACKS'] === undefined ? undefined : recordStacks();
  readonly #watchdog: NodeJS.Timeout | undefined;
  #hasLeaks = false;

  constructor(file: string, { isShared }: FileWatchOptions) {
    this.#file = file;
    // Streams of the process are made on first use; they must not look like something that a test left open.
    void process.stdout;
    void process.stderr;
    this.#watchdog = startWatchdog(file, Number(process.env['TEST_FILE_TIMEOUT_MS'] ?? 0));
    this.#globals = isShared ? new GlobalState() : undefined;
    this.#check = new LeakCheck();
  }

  /** Whether `verify()` found something. */
  get hasLeaks(): boolean {
    return this.#hasLeaks;
  }

  /** Throws with a list of what remains once all of the file's tests and hooks are done; the process then ends soon. */
  async verify(): Promise<void> {
    const leaks = await this.#check.verify();
    leaks.push(...(this.#globals?.findChanges() ?? []));
    clearTimeout(this.#watchdog);
    if (leaks.length === 0) return;
    this.#hasLeaks = true;
    // What leaked may keep this process alive for ever: leave once the failure has been reported.
    setTimeout(() => process.exit(1), EXIT_DELAY_MS);
    const advice =
      this.#stacks === undefined
        ? 'run with LEAK_STACKS=1 to see where'
        : [...this.#stacks.values()].filter((stack) => KEPT_OPEN.test(stack)).join('\n');
    throw new Error(`${this.#file} leaves ${leaks.length} thing(s) behind:\n  - ${leaks.join('\n  - ')}\n${advice}`);
  }
}

function startWatchdog(file: string, limitMs: number): NodeJS.Timeout | undefined {
  if (!(limitMs > 0)) return undefined;
  return setTimeout(() => {
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
