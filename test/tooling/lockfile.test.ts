import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

const root = resolve(import.meta.dirname, '../..');
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};

describe('the lockfile', () => {
  it('should name no registry', () => {
    const named = Object.entries(packages).filter(
      ([, { resolved }]) => resolved !== undefined && /^\w+:/.test(resolved),
    );
    assert.deepEqual(named, []);
  });

  it('should hold every optional package too, so that npm ci works on every platform', () => {
    const missing: string[] = [];
    for (const [path, { dependencies, optionalDependencies }] of Object.entries(packages)) {
      for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
        if (!isLocked(name, path)) missing.push(`${name} of ${path}`);
      }
    }
    assert.deepEqual(missing, []);
  });

  it('should pin what the workspaces name exactly', () => {
    const loose: string[] = [];
    for (const [path, { dependencies, devDependencies }] of Object.entries(packages)) {
      if (path.includes('node_modules/')) continue;
      for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
        if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range)) loose.push(`${name}@${range} of ${path}`);
      }
    }
    assert.deepEqual(loose, []);
  });
});

/** Looks where Node would: in the importer's node_modules and in those of all folders above it. */
function isLocked(name: string, importer: string): boolean {
  const folders = importer.split('/');
  for (let depth = folders.length; depth >= 0; depth--) {
    const folder = folders.slice(0, depth).join('/');
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined) return true;
  }
  return false;
}
