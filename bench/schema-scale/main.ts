/**
 * How large schemas weigh on connecting, beside cassandra-driver:
 *
 *     npm run schema-scale -w bench [-- real 2000 10000]     sizes; `real`: 300 tables on a Cassandra node of its own
 *
 * Each client is a process of its own, in turns with the others, three times; medians are printed and written to
 * `docs/results/schema-scale.md`. `SCHEMA_SCALE_RUNS` sets how many times.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AsyncCluster } from 'async-cassandra';
import { EmbeddedCluster } from 'embedded-cassandra';
import { build } from 'esbuild';
import { createTableCql, KEYSPACE } from './bench-schema.ts';
import { CONTESTANTS } from './contestants.ts';
import { type ClientFigures, formatFigures, medianFigures } from './figures.ts';

const RUNS = Number(process.env['SCHEMA_SCALE_RUNS'] ?? 3);
const REAL_TABLES = 300;
const CLIENT = path('../results/schema-scale-client.mjs');
const REPORT = path('../../docs/results/schema-scale.md');

interface Target {
  readonly title: string;
  readonly tables: number;
  readonly port: number;
  readonly dataCenter: string;
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The first line that a child prints. */
async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The child has no output');
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`A child ended with ${String(code)} before it said anything`);
    }),
  ])) as [string];
  return line;
}

async function runClient(name: string, { port, dataCenter, tables }: Target): Promise<ClientFigures> {
  const args = ['--expose-gc', CLIENT, name, String(port), dataCenter, String(tables)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const figures = JSON.parse(await firstLine(child)) as ClientFigures;
  await ended;
  return figures;
}

async function measure(target: Target): Promise<string> {
  // The first client of a server waits for what the server has yet to warm up.
  await runClient('cassandra-driver', target);
  const runs = new Map<string, ClientFigures[]>(CONTESTANTS.map((name) => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    for (const [name, figures] of runs) figures.push(await runClient(name, target));
  }
  const table = formatFigures(new Map([...runs].map(([name, figures]) => [name, medianFigures(figures)])));
  const section = `## ${target.title}\n\n${table}`;
  say(`\n${section}`);
  return section;
}

async function onScriptedServer(tables: number): Promise<string> {
  const server = spawn(process.execPath, ['--import', 'tsx', path('./server.ts'), String(tables)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  try {
    const port = Number(await firstLine(server));
    const title = `${tables.toLocaleString('en')} tables, scripted server`;
    return await measure({ title, tables, port, dataCenter: 'datacenter1' });
  } finally {
    server.stdin.end();
    await ended;
  }
}

async function onCassandra(): Promise<string> {
  await using embedded = await EmbeddedCluster.start({ nodes: 1 });
  const [node] = embedded.nodes;
  if (node === undefined) throw new Error('There is no node');
  const { port } = node;
  await using cluster = new AsyncCluster({ contactPoints: [node.address], port, requestTimeoutMs: 60_000 });
  const session = await cluster.connect();
  await session.execute(
    `CREATE KEYSPACE ${KEYSPACE} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
  );
  for (let i = 0; i < REAL_TABLES; i++) await session.execute(createTableCql(i));
  const [{ dataCenter } = { dataCenter: '' }] = cluster.metadata.nodes.values();
  const title = `${REAL_TABLES} tables, Cassandra ${embedded.version}`;
  return await measure({ title, tables: REAL_TABLES, port, dataCenter });
}

const sizes = process.argv.slice(2);
await mkdir(path('../results/'), { recursive: true });
await build({
  entryPoints: [path('./client.ts')],
  outfile: CLIENT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['cassandra-driver'],
  tsconfig: path('../../tsconfig.json'),
  logLevel: 'warning',
});
const sections: string[] = [];
for (const size of sizes.length > 0 ? sizes : ['real', '2000', '10000']) {
  sections.push(size === 'real' ? await onCassandra() : await onScriptedServer(Number(size)));
}
const machine = `${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`;
const day = new Date().toISOString().slice(0, 10);
const about = `Printed by \`npm run schema-scale -w bench\` on ${day}; Node ${machine}; medians of ${RUNS} runs in turns, each client in a process of its own. What the columns mean is said in [benchmarks](../benchmarks.md#large-schemas).`;
await writeFile(REPORT, `# Large schemas\n\n${about}\n\n${sections.join('\n\n')}\n`);
