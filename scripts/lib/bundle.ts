import { join } from 'node:path';
import { build } from 'esbuild';
import type { PackageJson } from './workspace.ts';

/**
 * Writes one readable file for each entry point of a package, and shared ones for what several of them use: Node needs
 * about half a millisecond to load a module, and the sources are hundreds of them. Names are kept and nothing is made
 * smaller, so that stack traces can be read; source maps lead to the sources' own lines.
 */
export async function bundle(folder: string, json: PackageJson): Promise<void> {
  await build({
    entryPoints: entryPoints(folder, json),
    outdir: join(folder, 'dist'),
    outbase: join(folder, 'src'),
    chunkNames: 'shared-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
}

function entryPoints(folder: string, json: PackageJson): string[] {
  return Object.values(json.exports)
    .map((target) => (typeof target === 'string' ? target : target.default))
    .filter((path) => path.endsWith('.js'))
    .map((path) => join(folder, path.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts')));
}
