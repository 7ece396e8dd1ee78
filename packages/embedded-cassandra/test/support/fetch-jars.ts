import { ensureJars, type JarCacheOptions } from '../../src/fetch/jar-cache.ts';
import { RepositorySource } from '../../src/fetch/repository-source.ts';
import { silentLogger } from '../../src/progress.ts';
import type { TinyRelease } from './tiny-release.ts';

/** Options to fetch a made-up release from a repository. */
export function cacheOptions(tiny: TinyRelease, cacheDir: string, repository: string): JarCacheOptions {
  return {
    release: tiny.release,
    cacheDir,
    source: () => new RepositorySource(repository),
    logger: silentLogger,
    onProgress: () => undefined,
    signal: undefined,
  };
}

export async function fetchJars(tiny: TinyRelease, cacheDir: string, repository: string): Promise<string[]> {
  return await ensureJars(cacheOptions(tiny, cacheDir, repository));
}
