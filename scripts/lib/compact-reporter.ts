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

interface NodeTestError {
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
  readonly #output = new Map<string, string>();
  readonly #failures: NamedResult[] = [];
  readonly #skipped: NamedResult[] = [];
  readonly #slow: NamedResult[] = [];

  /** `files` are the paths as they were given to the runner. */
  constructor(files: readonly string[], print: (text: string) => void) {
    this.#files = new Set(files);
    this.#print = print;
  }

  onEvent({ type, data }: TestEvent): void {
    if (type === 'test:start') this.#titles[data.nesting ?? 0] = data.name ?? '';
    else if (type === 'test:stdout' || type === 'test:stderr') this.#keepOutput(data);
    else if (type === 'test:complete' && this.#isFile(data)) this.#onFileEnd(data);
    else if (type === 'test:pass') this.#onPass(data);
    else if (type === 'test:fail') this.#onFail(data);
  }

  /** Prints failures, skipped and slow tests. */
  finish(): void {
    // Node 20 hands over what a file printed only after it has reported the file's end.
    for (const file of this.#output.keys()) {
      this.#print(`output of ${file}\n`);
      this.#printOutput(file);
    }
    this.#printList('slow', this.#slow);
    this.#printList('skipped', this.#skipped);
    for (const failure of this.#failures) this.#print(`\nFAILED  ${failure.title}\n${indent(failure.detail)}\n`);
  }

  #isFile(data: TestEvent['data']): boolean {
    return data.nesting === 0 && data.name !== undefined && this.#files.has(data.name);
  }

  #keepOutput(data: TestEvent['data']): void {
    const file = toRelative(data.entryFile ?? data.file ?? '');
    this.#output.set(file, (this.#output.get(file) ?? '') + (data.message ?? ''));
  }

  #onFileEnd(data: TestEvent['data']): void {
    const name = data.name ?? '';
    const mark = data.details?.passed === false ? 'FAIL' : 'ok  ';
    this.#print(`${mark} ${formatDuration(data.details?.duration_ms ?? 0).padStart(8)}  ${name}\n`);
    this.#printOutput(toRelative(name));
  }

  #printOutput(file: string): void {
    const output = this.#output.get(file);
    if (output !== undefined) this.#print(indent(output));
    this.#output.delete(file);
  }

  #onPass(data: TestEvent['data']): void {
    if (data.details?.type === 'suite') return;
    if (this.#isFile(data)) {
      this.totals.failed += 1;
      this.#failures.push({ title: data.name ?? '', detail: 'The file holds no tests' });
      return;
    }
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
    if (WRAPPER_FAILURES.has(error?.failureType ?? '')) return;
    this.totals.failed += 1;
    this.#failures.push({ title: this.#title(data), detail: describeFailure(error) });
  }

  #title(data: TestEvent['data']): string {
    const nesting = data.nesting ?? 0;
    const own = data.name?.startsWith('/') === true ? 'after the last test' : data.name;
    const path = [...this.#titles.slice(0, nesting), own ?? ''].join(' > ');
    const file = toRelative(data.entryFile ?? data.file ?? '');
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
  if (error?.exitCode !== undefined) {
    const how = error.signal == null ? `exited with code ${error.exitCode}` : `was ended by ${error.signal}`;
    return `The process of this file ${how}: see its output above`;
  }
  return inspect(error?.cause ?? error);
}

function toRelative(file: string): string {
  return file.startsWith('/') ? relative(process.cwd(), file) : file.replace(/^\.\//, '');
}

function indent(text: string): string {
  return `${text.replace(/\n$/, '').replace(/^/gm, '      ')}\n`;
}
