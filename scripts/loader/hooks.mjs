import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const cache = fileURLToPath(new URL('node_modules/.cache/ts-loader/', root));
const require = createRequire(import.meta.url);

// The packages by name are their sources here (as in tsconfig.json), so that no test runs an old build.
const { compilerOptions } = JSON.parse(readFileSync(new URL('tsconfig.json', root), 'utf8'));
const sources = new Map(
  Object.entries(compilerOptions.paths).map(([name, [path]]) => [name, new URL(path, root).href]),
);

let esbuild;

export function resolve(specifier, context, next) {
  const source = sources.get(specifier);
  return source === undefined ? next(specifier, context) : { url: source, format: 'module', shortCircuit: true };
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !/\.ts$/.test(url) || url.includes('/node_modules/')) return next(url, context);
  const path = fileURLToPath(url);
  return { format: 'module', source: await compile(path, readFileSync(path)), shortCircuit: true };
}

async function compile(path, text) {
  const name = createHash('sha256').update(path).update('\0').update(text).digest('hex');
  const cached = `${cache}${name}.mjs`;
  try {
    return readFileSync(cached, 'utf8');
  } catch {
    // Not compiled yet.
  }
  esbuild ??= require('esbuild');
  const options = { loader: 'ts', format: 'esm', target: 'es2022', sourcemap: 'inline', sourcefile: path };
  const { code } = await esbuild.transform(text, options);
  mkdirSync(cache, { recursive: true });
  // Written aside and moved there: several processes may compile the same file.
  writeFileSync(`${cached}.${process.pid}`, code);
  renameSync(`${cached}.${process.pid}`, cached);
  return code;
}
