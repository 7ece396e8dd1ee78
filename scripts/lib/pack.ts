import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Packs the package in `folder` as it would be published, into `destination`; the path of the tarball. */
export function packPackage(folder: string, destination: string): string {
  if (!existsSync(join(folder, 'dist'))) throw new Error(`${folder} has no dist folder: run npm run build first`);
  const args = ['pack', folder, '--json', '--ignore-scripts', '--pack-destination', destination];
  const output = execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const packed: unknown = JSON.parse(output);
  // Newer versions of npm answer with an object by package name, older ones with a list.
  const [first] = Object.values(packed as Record<string, { filename: string }>);
  if (first === undefined) throw new Error(`npm pack of ${folder} made no tarball`);
  return join(destination, first.filename);
}
