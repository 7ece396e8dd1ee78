/**
 * Two commits beside each other, each bundled from a work tree of its own, their clients in turns:
 *
 *     npm run bench:compare -- <commit A> <commit B> [--workloads w1,w2 --concurrency 128 --protocol 4 --repetitions 7]
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Cell, cells, type Entry } from './matrix.ts';
import { measureCell, Stubs } from './measure.ts';
import { readOptions } from './options.ts';
import { ratio } from './results.ts';
import { buildClient, pinning } from './run-client.ts';
import { format } from './statistics.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const FIGURES = ['cpuUs', 'p99Us', 'peakMb'] as const;

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

/** A commit's driver as one file, bundled from a work tree that is removed again. */
async function buildCommit(commit: string): Promise<string> {
  const id = git('rev-parse', '--short=12', `${commit}^{commit}`);
  const tree = join(root, 'bench/results', `tree-${id}`);
  const driver = join(root, 'bench/results', `driver-${id}.mjs`);
  if (existsSync(driver)) return driver;
  git('worktree', 'add', '--force', '--detach', tree, id);
  try {
    await build({
      entryPoints: [join(tree, 'packages/async-cassandra/src/index.ts')],
      outfile: driver,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'es2022',
      logLevel: 'warning',
    });
  } finally {
    git('worktree', 'remove', '--force', tree);
  }
  return driver;
}

/** Each entry once for each commit. */
function doubled(cell: Cell): Cell {
  const entries = cell.entries.flatMap((entry): Entry[] =>
    ['A', 'B'].map((side) => ({ ...entry, name: `${side} ${entry.name}` })),
  );
  return { ...cell, entries };
}

const isOption = process.argv.findIndex((each, i) => i > 1 && each.startsWith('--'));
const end = isOption < 0 ? process.argv.length : isOption;
const [a, b, ...more] = process.argv.slice(2, end);
if (a === undefined || b === undefined || more.length > 0)
  throw new TypeError('Two commits are compared: npm run bench:compare -- <commit A> <commit B> [options]');
const defaults = ['--workloads', 'w1,w2,w3,w4', '--protocol', '4', '--compression', 'none', '--repetitions', '5'];
const options = readOptions([...defaults, ...process.argv.slice(end), '--clients', 'async-cassandra']);
const drivers = { A: await buildCommit(a), B: await buildCommit(b) };
await buildClient();
const pins = pinning();
await using stubs = new Stubs(pins.stub);
process.stdout.write(
  `Ratio of ${b} to ${a}; below 1 is better.\n\n| work | ${FIGURES.join(' | ')} |\n|---|${'---|'.repeat(FIGURES.length)}\n`,
);
for (const cell of cells(options)) {
  const both = doubled(cell);
  const driverOf = Object.fromEntries(
    both.entries.map(({ name }) => [name, drivers[name.startsWith('A') ? 'A' : 'B']]),
  );
  const target = await stubs.target(cell.server);
  const result = await measureCell(both, target, { ...driverOf, all: drivers.A }, pins, (line) =>
    process.stderr.write(`${line}\n`),
  );
  for (const entry of cell.entries) {
    const before = result.entries.find(({ name }) => name === `A ${entry.name}`);
    const after = result.entries.find(({ name }) => name === `B ${entry.name}`);
    if (before === undefined || after === undefined) continue;
    const ratios = FIGURES.map((figure) => ratio(after, before, figure));
    const shown = ratios.map(({ value, spread }) => `${format(value)} ±${Math.round(spread * 100)} %`);
    process.stdout.write(`| ${cell.title} ${entry.name} | ${shown.join(' | ')} |\n`);
  }
}
