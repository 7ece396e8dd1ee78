/**
 * What a client costs, beside the limit of JavaScript and beside cassandra-driver:
 *
 *     npm run bench
 *     npm run bench -- --workloads w1,w2 --concurrency 1,128,1024 --protocol 4,5 --out results.json
 *     npm run bench -- --real --nodes 3
 *
 * README.md tells the options.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { cellMarkdown, pageMarkdown } from './markdown.ts';
import { cells } from './matrix.ts';
import { measureCell, Stubs, type Target } from './measure.ts';
import { type LoadOptions, readOptions } from './options.ts';
import { startRealCassandra } from './real.ts';
import type { CellResult, LoadResults } from './results.ts';
import { BUILT_DRIVER, buildClient, pinning } from './run-client.ts';
import type { StubOptions } from './server.ts';
import { barsSvg } from './svg.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function measureAll(
  options: LoadOptions,
  server: string,
  targetOf: (options: StubOptions) => Promise<Target>,
): Promise<LoadResults> {
  const pins = pinning();
  // A real server has all cores to itself and the client.
  const isPinned = options.realNodes === 0 && pins.client.length > 0;
  const results: CellResult[] = [];
  for (const cell of cells(options)) {
    const target = await targetOf(cell.server);
    const result = await measureCell(
      cell,
      target,
      { all: options.driver ?? BUILT_DRIVER },
      isPinned ? pins : { client: [], stub: [] },
      say,
    );
    process.stdout.write(`\n${cellMarkdown(result)}\n`);
    results.push(result);
  }
  const machine = `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`;
  return { at: new Date().toISOString(), machine, server, isPinned, cells: results };
}

async function publish(results: LoadResults, args: readonly string[]): Promise<void> {
  const folder = new URL('../../docs/results/', import.meta.url);
  const name = `bench-${results.at.slice(0, 10)}${args.includes('--real') ? '-real' : ''}`;
  const shown = args.filter((each) => each !== '--publish');
  const command = ['npm run bench', ...(shown.length > 0 ? ['--', ...shown] : [])].join(' ');
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${name}.svg`, folder), barsSvg(results.cells));
  await writeFile(new URL(`${name}.md`, folder), pageMarkdown(results, command, `${name}.svg`));
  say(`Written: ${fileURLToPath(new URL(`${name}.md`, folder))}`);
}

async function run(options: LoadOptions): Promise<LoadResults> {
  await buildClient();
  if (options.realNodes > 0) {
    await using real = await startRealCassandra(options.realNodes, options.workloads.includes('w3'));
    return await measureAll(options, real.version, async () => real.target);
  }
  await using stubs = new Stubs(pinning().stub);
  return await measureAll(options, 'a stub server that answers at once', (wanted) => stubs.target(wanted));
}

const args = process.argv.slice(2);
const options = readOptions(args);
const results = await run(options);
if (options.out !== undefined) await writeFile(options.out, `${JSON.stringify(results, null, 2)}\n`);
if (options.isPublished) await publish(results, args);
