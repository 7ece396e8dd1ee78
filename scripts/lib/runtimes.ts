import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Another JavaScript runtime, as its npm package for one platform (no install script runs). */
export interface Runtime {
  readonly kind: 'node' | 'bun';
  readonly version: string;
  readonly packageName: string;
  /** Path of the program inside the package. */
  readonly program: string;
}

const platform = `${process.platform}-${process.arch}`;
// The package of Node for Apple's processors has another prefix than all the others.
const nodePackage = `${platform === 'darwin-arm64' ? 'node-bin' : 'node'}-${platform}`;
const bunPackage = `@oven/bun-${platform.replace('arm64', 'aarch64')}`;

export const runtimes: Readonly<Record<string, Runtime>> = {
  node22: { kind: 'node', version: '22.23.3', packageName: nodePackage, program: 'bin/node' },
  node24: { kind: 'node', version: '24.21.0', packageName: nodePackage, program: 'bin/node' },
  bun: { kind: 'bun', version: '1.4.5', packageName: bunPackage, program: 'bin/bun' },
};

/** Where runtimes are kept: the user's cache folder, outside of the repository. */
export function runtimesFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'async-cassandra', 'runtimes');
}

/**
 * The path of the runtime's program, installed through npm when it is not there yet. It is installed beside its place and
 * moved there when complete, so that an interrupted or a second, simultaneous installation leaves nothing half-done.
 */
export function installRuntime(name: string): string {
  const runtime = runtimes[name];
  if (runtime === undefined)
    throw new Error(`Unknown runtime ${name}: choose one of ${Object.keys(runtimes).join(', ')}`);
  const { packageName, program, version } = runtime;
  const home = join(runtimesFolder(), `${name}-${version}`);
  const path = join(home, 'node_modules', packageName, program);
  if (existsSync(path)) return path;
  process.stdout.write(`Installing ${packageName}@${version} in ${home}\n`);
  mkdirSync(runtimesFolder(), { recursive: true });
  const staging = mkdtempSync(join(runtimesFolder(), '.staging-'));
  try {
    writeFileSync(join(staging, 'package.json'), '{ "private": true }\n');
    const args = ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', `${packageName}@${version}`];
    const { status } = spawnSync('npm', args, { cwd: staging, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0)
      throw new Error(`npm could not install ${packageName}@${version}: check the network and the registry`);
    if (!existsSync(path)) moveInto(staging, home);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return path;
}

function moveInto(staging: string, home: string): void {
  rmSync(home, { recursive: true, force: true });
  renameSync(staging, home);
}
