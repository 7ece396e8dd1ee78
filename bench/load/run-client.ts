import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ClientSpec, Figures } from './spec.ts';

const BUNDLE = path('../results/load-client.mjs');
const LONGEST_RUN_MS = 120_000;

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** The driver of this checkout, as `npm run build` leaves it. */
export const BUILT_DRIVER = path('../../packages/async-cassandra/dist/index.js');

/** Makes plain JavaScript of the client program: what runs is what users' programs run. The drivers stay outside. */
export async function buildClient(): Promise<void> {
  await mkdir(path('../results/'), { recursive: true });
  await build({
    entryPoints: [path('./client.ts')],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
}

/** Which core a client has for itself, and which the stub; none without `taskset` or a second core. */
export interface Pinning {
  readonly client: readonly string[];
  readonly stub: readonly string[];
}

export function pinning(): Pinning {
  try {
    if (availableParallelism() > 1) execFileSync('taskset', ['-c', '1', 'true'], { stdio: 'ignore' });
    else return { client: [], stub: [] };
  } catch {
    return { client: [], stub: [] };
  }
  return { client: ['taskset', '-c', '1'], stub: ['taskset', '-c', '0'] };
}

/** Runs one client to its end. @throws when it fails or takes too long */
export async function runClient(spec: ClientSpec, prefix: readonly string[]): Promise<Figures> {
  const [command = '', ...args] = [...prefix, process.execPath, '--expose-gc', BUNDLE, JSON.stringify(spec)];
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LONGEST_RUN_MS });
  const [output, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  const line = output.split('\n').find((each) => each.startsWith('{'));
  if (code !== 0 || line === undefined)
    throw new Error(
      `${spec.contestant} ended with ${code}: ${complaints.trim().slice(-400) || 'it printed no figures'}`,
    );
  return { ...(JSON.parse(line) as Figures), processMs: performance.now() - startedAt };
}
