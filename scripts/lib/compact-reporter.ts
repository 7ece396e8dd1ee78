import { relative } from 'node:path';
import { inspect } from 'node:util';

/** The parts of a node:test event that are used here; which of them are there differs between Node 20, 22 and 24. */
export interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly nesting?: number;
    readonly file?: string;
    readonly entryFile?: string;
    readonly message?: string;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly details?: {
      readonly duration_ms?: number;
      readonly type?: string;
      readonly error?: unknown;
      readonly passed?: boolean;
    };
  };
}

export interface TestTotals {
  passed: number;
  failed: number;
  skipped: number;
}

interface NamedResult {
  readonly title: string;
  readonly detail: string;
}

/** The parts of an error of node:test that are used here. */
export interface NodeTestError {
  readonly failureType?: string;
  readonly cause?: unknown;
  readonly exitCode?: number | null;
  readonly signal?: string | null;
}

const SLOW_TEST_MS = 5000;
const WRAPPER_FAILURES = new Set(['subtestsFailed', 'parentAlreadyFinished']);

/**
 * One line for each test file with its duration, and at the end every failure in full, every skipped test with its
 * reason and the slow tests: what a reader of a log wants when there are thousands of tests.
 */
export class CompactReporter {
  readonly totals: TestTotals = { passed: 0, failed: 0, skipped: 0 };
  readonly #files: ReadonlySet<string>;
  readonly #print: (text: string) => void;
  readonly #titles: string[] = [];
  readonly #finished = new Set<string>();
  readonly #withTests = new Set<string>();
  /** Of files that share a process: the path of its program, and a title for each of those. */
  readonly #processes = new Map<string, string>();
  readonly #processTitles = new Map<string, string>();
  readonly #output = new Map<string, string>();
  readonly #failures: NamedResult[] = [];
  readonly #skipped: NamedResult[] = [];
  readonly #slow: NamedResult[] = [];

  /** `files` are the paths as they were given to the runner. */
  constructor(files: readonly string[], print: (text: string) => void) {
    this.#files = new Set(files);
    this.#print = print;
  }

  /** Says which files run in one process, each as a suite of its name; `entry` is what was given to the runner. */
  addProcess(entry: string, title: string, files: readonly string[]): void {
    this.#processTitles.set(entry, title);
    for (const file of files) this.#processes.set(file, entry);
  }

  /** Whether the results of a file have come. */
  hasFinished(file: string): boolean {
    return this.#finished.has(file);
  }

  /** Adds a failure that no event tells of. */
  fail(title: string, detail: string): void {
    this.totals.failed += 1;
    this.#failures.push({ title, detail });
  }

  onEvent({ type, data }: TestEvent): void {
    if (type === 'test:start') this.#titles[data.nesting ?? 0] = data.name ?? '';
    else if (type === 'test:stdout' || type === 'test:stderr') this.#keepOutput(data);
    else if (type === 'test:complete') this.#onEnd(data);
    else if (type === 'test:pass') this.#onPass(data);
    else if (type === 'test:fail') this.#onFail(data);
  }

  /** Prints failures, skipped and slow tests. */
  finish(): void {
    // Node 20 hands over what a file printed only after it has reported the file's end.
    for (const source of this.#output.keys()) {
      this.#print(`output of ${this.#processTitles.get(source) ?? source}\n`);
      this.#printOutput(source);
    }
    this.#printList('slow', this.#slow);
    this.#printList('skipped', this.#skipped);
    for (const failure of this.#failures) this.#print(`\nFAILED  ${failure.title}\n${indent(failure.detail)}\n`);
  }

  #isFile(data: TestEvent['data']): boolean {
    return data.nesting === 0 && data.name !== undefined && this.#files.has(data.name);
  }

  /** The file that the test is in, when that shares a process with others. */
  #sharingFile(nesting: number): string | undefined {
    const top = this.#titles[0];
    return nesting > 0 && top !== undefined && this.#processes.has(top) ? top : undefined;
  }

  #keepOutput(data: TestEvent['data']): void {
    const path = data.entryFile ?? data.file ?? '';
    const source = this.#processTitles.has(path) ? path : toRelative(path);
    this.#output.set(source, (this.#output.get(source) ?? '') + (data.message ?? ''));
  }

  #onEnd(data: TestEvent['data']): void {
    if (!this.#isFile(data)) return;
    const name = data.name ?? '';
    this.#finished.add(name);
    const mark = data.details?.passed === false ? 'FAIL' : 'ok  ';
    this.#print(`${mark} ${formatDuration(data.details?.duration_ms ?? 0).padStart(8)}  ${name}\n`);
    this.#printOutput(this.#processes.get(name) ?? toRelative(name));
  }

  #printOutput(source: string): void {
    const output = this.#output.get(source);
    if (output !== undefined) this.#print(indent(output));
    this.#output.delete(source);
  }

  #onPass(data: TestEvent['data']): void {
    this.#noteTests(data);
    if (this.#isFile(data)) {
      if (!this.#withTests.has(data.name ?? '')) this.fail(data.name ?? '', 'The file holds no tests');
      return;
    }
    if (data.details?.type === 'suite') return;
    const title = this.#title(data);
    const reason = data.skip ?? data.todo;
    if (reason === undefined || reason === false) {
      this.totals.passed += 1;
    } else {
      this.totals.skipped += 1;
      this.#skipped.push({ title, detail: typeof reason === 'string' && reason !== '' ? reason : 'no reason given' });
    }
    const duration = data.details?.duration_ms ?? 0;
    if (duration >= SLOW_TEST_MS) this.#slow.push({ title, detail: formatDuration(duration) });
  }

  #onFail(data: TestEvent['data']): void {
    const error = data.details?.error as NodeTestError | undefined;
    this.#noteTests(data);
    if (WRAPPER_FAILURES.has(error?.failureType ?? '') || this.#processTitles.has(data.name ?? '')) return;
    this.fail(this.#title(data), describeFailure(error));
  }

  #noteTests(data: TestEvent['data']): void {
    const file = this.#sharingFile(data.nesting ?? 0);
    if (file !== undefined) this.#withTests.add(file);
  }

  #title(data: TestEvent['data']): string {
    const nesting = data.nesting ?? 0;
    const own = data.name?.startsWith('/') === true ? 'after the last test' : data.name;
    const sharing = this.#sharingFile(nesting);
    const path = [...this.#titles.slice(sharing === undefined ? 0 : 1, nesting), own ?? ''].join(' > ');
    const file = sharing ?? toRelative(data.entryFile ?? data.file ?? '');
    return this.#isFile(data) ? path : `${file}: ${path}`;
  }

  #printList(heading: string, results: readonly NamedResult[]): void {
    for (const result of results) this.#print(`${heading}: ${result.title} (${result.detail})\n`);
  }
}

export function formatDuration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function describeFailure(error: NodeTestError | undefined): string {
  if (error?.cause instanceof Error) {
    return inspect(error.cause, { depth: 6 }).replace(/\n +at [^\n]*\bnode:[^\n]*/g, '');
  }
  if (error?.exitCode !== undefined) return describeEnd(error);
  return inspect(error?.cause ?? error);
}

/** Says how the process of a file ended. */
export function describeEnd(error: NodeTestError | undefined): string {
  const how = error?.signal == null ? `exited with code ${error?.exitCode ?? 0}` : `was ended by ${error.signal}`;
  return `The process of this file ${how}: see its output above`;
}

function toRelative(file: string): string {
  return file.startsWith('/') ? relative(process.cwd(), file) : file.replace(/^\.\//, '');
}

function indent(text: string): string {
  return `${text.replace(/\n$/, '').replace(/^/gm, '      ')}\n`;
}
