import { dirname } from 'node:path';
import { findRelease } from '../catalogue/release.ts';
import { chooseSource } from '../fetch/choose-source.ts';
import { ensureJars } from '../fetch/jar-cache.ts';
import type { EmbeddedClusterOptions } from './cluster-options.ts';
import { resolveOptions } from './resolve-options.ts';

/** The options of a cluster that have to do with fetching. */
export type FetchOptions = Pick<
  EmbeddedClusterOptions,
  'version' | 'repository' | 'cacheDir' | 'signal' | 'logger' | 'onProgress'
>;

export interface FetchedCassandra {
  readonly version: string;
  /** Where the jars are. */
  readonly folder: string;
  readonly jars: readonly string[];
}

/**
 * Fetches Cassandra into the cache without starting it, to prepare an image or a machine that will be off-line. What is
 * cached already is checked against the pinned sums, and replaced where it is damaged.
 *
 * @throws EmbeddedCassandraError `UNKNOWN_VERSION`, `NO_SOURCE`, `FETCH_FAILED`, `CORRUPT_DOWNLOAD`, `CACHE_UNUSABLE`,
 * `INVALID_OPTION`, `ABORTED`
 */
export async function fetchCassandra(options: FetchOptions = {}): Promise<FetchedCassandra> {
  const { version, repository, cacheDir, logger, onProgress, signal } = resolveOptions(options, process.env);
  const release = findRelease(version);
  const source = (): ReturnType<typeof chooseSource> => chooseSource(repository, process.env);
  const jars = await ensureJars({ release, cacheDir, source, logger, onProgress, signal, verify: true });
  return { version, folder: dirname(jars[0] ?? cacheDir), jars };
}
