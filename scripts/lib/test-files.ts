import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Folders below `test/` that hold no tests of their own. */
const NOT_SUITES = new Set(['fixtures', 'support', 'vectors']);

/** A test file's path is `<package>/test/<suite>/…/<name>.test.ts`, all parts with forward slashes. */
export interface TestFile {
  readonly suite: string;
  readonly path: string;
}

/** Every test file of the repository, ordered by path; `root` is the repository's folder. */
export function findTestFiles(root: string): TestFile[] {
  const files: TestFile[] = [];
  for (const owner of ['.', ...foldersIn(root, 'packages'), ...foldersIn(root, 'examples'), 'bench']) {
    const testRoot = join(root, owner, 'test');
    for (const suite of foldersIn(testRoot, '.')) {
      if (NOT_SUITES.has(suite)) continue;
      for (const path of walk(join(testRoot, suite))) {
        files.push({ suite, path: relative(root, path).split(sep).join('/') });
      }
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The files of the named suites (`all` is every suite) whose path contains one of `filters`, in the order of the
 * suites. No filter keeps every file.
 */
export function selectTestFiles(
  all: readonly TestFile[],
  suites: readonly string[],
  filters: readonly string[],
): string[] {
  const selected: string[] = [];
  for (const suite of suites) {
    for (const file of all) {
      if (suite !== 'all' && file.suite !== suite) continue;
      if (filters.length > 0 && !filters.some((part) => file.path.includes(part))) continue;
      selected.push(file.path);
    }
  }
  return selected;
}

function foldersIn(root: string, folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => join(folder, entry.name));
}

function walk(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!NOT_SUITES.has(entry.name)) found.push(...walk(path));
    } else if (entry.name.endsWith('.test.ts')) {
      found.push(path);
    }
  }
  return found;
}
