/**
 * Runs test suites on another runtime, which is installed in the user's cache folder when it is not there yet.
 *
 *     tsx scripts/run-on.ts <node22|node24|bun> <suite>[,<suite>…] [part of a path…]
 *
 * Bun has no runner for node:test of its own kind: it runs the files in one process through `bun test`, without the
 * check for leaks, as a smoke test.
 */
import { dirname, delimiter } from 'node:path';
import { runCommand } from './lib/run-command.ts';
import { installRuntime, runtimes } from './lib/runtimes.ts';
import { suiteSettings } from './lib/suites.ts';
import { findTestFiles, selectTestFiles } from './lib/test-files.ts';
import { runGlobalSetups } from './lib/global-setup.ts';

const FLAGS = ['--enable-source-maps', '--import', './scripts/loader/register.mjs'];
const PRELOAD = './packages/async-cassandra/test/support/leak-check-preload.ts';

const [name = '', suites = 'unit', ...filters] = process.argv.slice(2);
const program = installRuntime(name);
if (runtimes[name]?.kind === 'bun') await runOnBun();
else runOnNode();

function runOnNode(): void {
  const args = [...FLAGS, '--import', PRELOAD, 'scripts/run-tests.ts', suites, ...filters];
  // Programs that a test starts as `node` are to run on the same version.
  const env = { ...process.env, PATH: `${dirname(program)}${delimiter}${process.env['PATH'] ?? ''}` };
  if (!runCommand(program, args, env)) process.exitCode = 1;
}

async function runOnBun(): Promise<void> {
  const all = findTestFiles(process.cwd());
  for (const suite of suites.split(',')) {
    const files = selectTestFiles(all, [suite], filters).filter((file) => !isNodeOnly(file));
    process.stdout.write(`\n${suite}: ${files.length} test files\n`);
    if (files.length === 0) continue;
    const teardown = await runGlobalSetups(process.cwd(), suite, files);
    try {
      const timeout = `--timeout=${suiteSettings(suite).fileTimeoutMs}`;
      if (!runCommand(program, ['test', '--only-failures', '--isolate', timeout, ...files.map((file) => `./${file}`)]))
        process.exitCode = 1;
    } finally {
      await teardown();
    }
  }
}

/** What is about Node itself: flags of its command line, its heap. Such files say so in their name. */
function isNodeOnly(file: string): boolean {
  return file.endsWith('.node.test.ts');
}
