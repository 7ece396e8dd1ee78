/** Compiles the published packages to `dist/`, from scratch, in their order. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './lib/run-command.ts';
import { publishedPackages } from './lib/workspace.ts';

const root = process.cwd();
const compiler = join('node_modules', 'typescript', 'bin', 'tsc');

for (const { folder } of publishedPackages(root)) {
  rmSync(join(root, folder, 'dist'), { recursive: true, force: true });
  const sources = join(root, folder, 'src');
  if (!existsSync(sources) || readdirSync(sources).length === 0) continue;
  if (!runCommand(process.execPath, [compiler, '-p', `${folder}/tsconfig.build.json`])) {
    process.exitCode = 1;
    break;
  }
}
