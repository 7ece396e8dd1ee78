/**
 * Runs test files by suite, a process for each or for a group of them, with a check for leaks after each file.
 *
 *     tsx scripts/run-tests.ts <suite>[,<suite>…|all] [part of a path…] [--spec]
 *
 * `SUITE` replaces the suites; `TEST_CONCURRENCY` the number of processes at a time; `COVERAGE_DIR` takes V8's coverage of
 * each. A suite without files is no failure, parts of a path that match nothing are.
 */
import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { CompactReporter, formatDuration, type TestEvent, type TestTotals } from './lib/compact-reporter.ts';
import { runGlobalSetups } from './lib/global-setup.ts';
import { planGroups } from './lib/plan-groups.ts';
import { runGroups } from './lib/run-groups.ts';
import { suiteSettings } from './lib/suites.ts';
import { findTestFiles, selectTestFiles } from './lib/test-files.ts';

const TIMEOUT_MARGIN_MS = 10_000;

const root = process.cwd();
const coverage = process.env['COVERAGE_DIR'];
// Set here and not by the caller, so that only the processes of test files are measured.
if (coverage !== undefined) process.env['NODE_V8_COVERAGE'] = resolve(root, coverage);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { spec: { type: 'boolean', default: false } },
});
const [named = 'unit', ...filters] = positionals;
const suites = (process.env['SUITE'] ?? named).split(',').filter((suite) => suite !== '');
const all = findTestFiles(root);
const started = performance.now();
const totals: TestTotals & { files: number } = { files: 0, passed: 0, failed: 0, skipped: 0 };

for (const suite of suites.includes('all') ? new Set(all.map((file) => file.suite)) : suites) {
  await runSuite(suite, selectTestFiles(all, [suite], filters));
}
const summary = `${totals.files} files, ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`;
process.stdout.write(`\n${summary} on ${runtimeName()} in ${formatDuration(performance.now() - started)}\n`);
if (totals.files === 0 && filters.length > 0) {
  process.stderr.write(`No test file of ${suites.join(', ')} has ${filters.join(' or ')} in its path\n`);
  process.exitCode = 1;
}
if (totals.failed > 0) process.exitCode = 1;

async function runSuite(suite: string, files: readonly string[]): Promise<void> {
  process.stdout.write(`\n${suite}: ${files.length} test files\n`);
  if (files.length === 0) return;
  const { fileTimeoutMs, filesPerProcess, ...settings } = suiteSettings(suite);
  const concurrency = Number(process.env['TEST_CONCURRENCY'] ?? settings.concurrency);
  const teardown = await runGlobalSetups(root, suite, files);
  const controller = new AbortController();
  const { signal } = controller;
  // The runner itself adds a listener for each file.
  setMaxListeners(0, signal);
  const onSignal = (): void => controller.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const reporter = new CompactReporter(files, values.spec ? () => {} : (text) => void process.stdout.write(text));
  const onStream = (events: ReturnType<typeof run>): void => {
    if (values.spec) events.pipe(new spec()).pipe(process.stdout, { end: false });
  };
  process.env['TEST_FILE_TIMEOUT_MS'] ??= String(fileTimeoutMs);
  const timeout = Number(process.env['TEST_FILE_TIMEOUT_MS']) + TIMEOUT_MARGIN_MS;
  try {
    const { groups, alone } = planGroups(root, files, { concurrency, filesPerProcess });
    await runGroups(groups, { concurrency, fileTimeoutMs: timeout, signal, reporter, onStream });
    if (alone.length > 0) {
      const events = run({ files: [...alone], concurrency, timeout, signal });
      onStream(events);
      for await (const event of events) reporter.onEvent(event as TestEvent);
    }
    reporter.finish();
    totals.files += files.length;
    totals.passed += reporter.totals.passed;
    totals.failed += reporter.totals.failed;
    totals.skipped += reporter.totals.skipped;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    delete process.env['TEST_FILE_TIMEOUT_MS'];
    await teardown();
  }
}

function runtimeName(): string {
  return `Node ${process.versions.node}`;
}
