import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { packPackage } from '../../scripts/lib/pack.ts';

export const root: string = resolve(import.meta.dirname, '../..');

/** A project of a user's, in a folder of its own, far from this repository's node_modules. */
export interface Consumer {
  readonly folder: string;
  /** Runs a file of the project on this Node and returns what it printed. */
  run(file: string, text: string): string;
  /** Type-checks a file of the project, strictly; throws with the compiler's messages. */
  typeCheck(file: string, text: string): void;
  remove(): void;
}

/** Packs the package and installs it from its tarball, offline; what it depends on comes from this repository's copies. */
export function createConsumer(packageName: string): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
  const tarball = packPackage(join(root, 'packages', packageName), folder);
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  const dependencies = dependenciesOf(join(root, 'packages', packageName));
  if (dependencies.length === 0) {
    execFileSync('npm', ['install', tarball, '--offline', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'pipe' });
  } else {
    const home = join(folder, 'node_modules', packageName);
    mkdirSync(home, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
    for (const name of dependencies) copyWithDependencies(name, join(root, 'packages', packageName), folder);
  }
  return {
    folder,
    run(file, text) {
      writeFileSync(join(folder, file), text);
      return execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8', env: plainEnvironment() });
    },
    typeCheck(file, text) {
      typeCheck(folder, file, text);
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function typeCheck(folder: string, file: string, text: string): void {
  copyWithDependencies('@types/node', root, folder);
  writeFileSync(join(folder, file), text);
  const compilerOptions = { strict: true, module: 'NodeNext', target: 'ES2022', noEmit: true, types: ['node'] };
  // Declarations of the package itself are checked too (no skipLibCheck): its users may do so.
  const more = { exactOptionalPropertyTypes: true, lib: ['ES2022', 'ESNext.Disposable'] };
  const config = { compilerOptions: { ...compilerOptions, ...more }, files: [file] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  try {
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    execFileSync(process.execPath, [compiler, '-p', '.'], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout, { cause: error });
  }
}

/** The environment without what the test runner itself added to it. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _test, NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...environment } = process.env;
  return environment;
}

function dependenciesOf(folder: string): string[] {
  const json = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  return Object.keys(json.dependencies ?? {});
}

/** Copies an installed package, and all that it needs, from where `importer` finds it to the consumer's node_modules. */
function copyWithDependencies(name: string, importer: string, consumer: string): void {
  const source = findInstalled(name, importer);
  const target = join(consumer, 'node_modules', name);
  if (existsSync(target)) return;
  cpSync(source, target, { recursive: true });
  for (const next of dependenciesOf(source)) copyWithDependencies(next, source, consumer);
}

function findInstalled(name: string, importer: string): string {
  for (let folder = importer; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) throw new Error(`${name} is not installed: run npm ci`);
  }
}
