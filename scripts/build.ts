/** Compiles the published packages to `dist/`, from scratch, in their order. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './lib/bundle.ts';
import { runCommand } from './lib/run-command.ts';
import { publishedPackages } from './lib/workspace.ts';

/** Imported by services, where the time to start counts: the compiler writes their declarations only. */
const BUNDLED: ReadonlySet<string> = new Set(['async-cassandra']);

const root = process.cwd();
const compiler = join('node_modules', 'typescript', 'bin', 'tsc');

for (const { folder, json } of publishedPackages(root)) {
  rmSync(join(root, folder, 'dist'), { recursive: true, force: true });
  const sources = join(root, folder, 'src');
  if (!existsSync(sources) || readdirSync(sources).length === 0) continue;
  const isBundled = BUNDLED.has(json.name);
  const options = isBundled ? ['--emitDeclarationOnly', '--sourceMap', 'false'] : [];
  if (!runCommand(process.execPath, [compiler, '-p', `${folder}/tsconfig.build.json`, ...options])) {
    process.exitCode = 1;
    break;
  }
  if (isBundled) await bundle(join(root, folder), json);
}
