/**
 * Measures how much of the sources the tests run, and fails below 90 % of lines or branches over all, or 95 % in one of
 * the pure layers.
 *
 *     tsx scripts/coverage.ts [suite,…] [--report-only]
 *
 * Without `--report-only` it runs the suites first (unit,property,integration). With it, it reports what an earlier run
 * with `COVERAGE_DIR=coverage/raw` left: that is how CI measures while it runs `npm test`.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type CoverageGroup, type FileCoverage, holdsCode, summarise } from './lib/coverage-summary.ts';
import { runCommand } from './lib/run-command.ts';
import { publishedPackages } from './lib/workspace.ts';

const RAW = 'coverage/raw';
const OVER_ALL = 90;
const PURE = 95;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'report-only': { type: 'boolean' } } });

if (values['report-only'] !== true) {
  rmSync(RAW, { recursive: true, force: true });
  const suites = positionals[0] ?? 'unit,property,integration';
  const env = { PROPERTY_SCALE: '0.1', ...process.env, COVERAGE_DIR: RAW };
  if (!runCommand('npm', ['run', '--silent', 'tests', suites], env)) process.exitCode = 1;
}
if (!existsSync(RAW) || readdirSync(RAW).length === 0) {
  throw new Error(`Nothing was measured in ${RAW}: run tests with COVERAGE_DIR=${RAW}`);
}
// A file that declares types only leaves nothing that could run.
const excluded = sourceFiles()
  .filter((path) => !holdsCode(readFileSync(path, 'utf8')))
  .flatMap((path) => ['--exclude', path]);
const c8 = ['node_modules/c8/bin/c8.js', 'report', '--temp-directory', RAW, ...excluded];
const reported = runCommand(process.execPath, c8, process.env, 'c8 report');
if (!reported || !checkGroups()) process.exitCode = 1;

function sourceFiles(): string[] {
  return publishedPackages(process.cwd()).flatMap(({ folder }) =>
    readdirSync(`${folder}/src`, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `${folder}/src/${path}`),
  );
}

function checkGroups(): boolean {
  const root = process.cwd();
  const summary = JSON.parse(readFileSync('coverage/coverage-summary.json', 'utf8')) as Record<string, FileCoverage>;
  const files = new Map(Object.entries(summary).map(([path, file]) => [relative(root, path), file]));
  files.delete(relative(root, 'total'));
  let enough = true;
  for (const group of groups()) {
    const result = summarise(files, group);
    if (result.files === 0) continue;
    const figures = `lines ${result.lines.toFixed(2)} %, branches ${result.branches.toFixed(2)} %`;
    const verdict = result.enough ? 'ok  ' : 'FAIL';
    process.stdout.write(
      `${verdict} ${group.name.padEnd(20)} ${figures} of ${result.files} files (at least ${group.threshold} %)\n`,
    );
    enough &&= result.enough;
  }
  return enough;
}

function groups(): CoverageGroup[] {
  const { pure } = JSON.parse(readFileSync(join('scripts', 'layers.json'), 'utf8')) as { pure: string[] };
  const sources = 'packages/async-cassandra/src/';
  return [
    { name: 'over all', path: 'packages/', threshold: OVER_ALL },
    { name: 'async-cassandra', path: sources, threshold: OVER_ALL },
    ...pure.map((layer) => ({ name: layer, path: `${sources}${layer}/`, threshold: PURE })),
  ];
}
