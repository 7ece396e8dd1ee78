import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The parts of a package.json that the scripts look at. */
export interface PackageJson {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

export interface WorkspacePackage {
  /** Its folder below the root, as `packages/<name>`. */
  readonly folder: string;
  readonly json: PackageJson;
}

/** The published packages, in the order in which they are built. */
export function publishedPackages(root: string): WorkspacePackage[] {
  return readdirSync(join(root, 'packages'))
    .sort()
    .map((name) => {
      const folder = `packages/${name}`;
      return { folder, json: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as PackageJson };
    });
}
