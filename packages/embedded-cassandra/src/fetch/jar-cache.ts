import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Jar, jarFileName, type Release } from '../catalogue/release.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import type { Logger, ProgressListener } from '../progress.ts';
import { withLock } from './cache-lock.ts';
import { hasPinnedSize, isGenuine } from './checksum.ts';
import type { JarSource } from './jar-source.ts';

export interface JarCacheOptions {
  readonly release: Release;
  /** One folder for each version is kept in here. */
  readonly cacheDir: string;
  /** Asked only when something is missing. */
  readonly source: () => JarSource;
  readonly logger: Logger;
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal | undefined;
  /** Hashes what is cached instead of comparing sizes only. */
  readonly verify?: boolean;
}

/**
 * The paths of all jars of a release, fetched when they are not cached. A version's folder appears by one rename, when
 * every jar in it was verified; an interrupted fetch leaves a `.partial` folder whose verified jars the next one uses.
 *
 * @throws EmbeddedCassandraError `CACHE_UNUSABLE`, `NO_SOURCE`, `FETCH_FAILED`, `CORRUPT_DOWNLOAD`, `ABORTED`
 */
export async function ensureJars(options: JarCacheOptions): Promise<string[]> {
  const { release, cacheDir } = options;
  const complete = join(cacheDir, release.version);
  if (!(await isComplete(complete, options))) {
    await makeFolder(cacheDir);
    const onWait = (): void =>
      options.logger.info(`Waiting for another process that fetches Cassandra ${release.version}`);
    await withLock(join(cacheDir, `${release.version}.lock`), { signal: options.signal, onWait }, async () => {
      if (!(await isComplete(complete, options))) await fill(complete, options);
    });
  }
  return release.jars.map((jar) => join(complete, jarFileName(jar)));
}

async function fill(complete: string, options: JarCacheOptions): Promise<void> {
  const partial = `${complete}.partial`;
  const source = options.source();
  await adopt(complete, partial);
  await makeFolder(partial);
  const missing = await missingJars(partial, options.release, isGenuine);
  options.logger.info(
    `Fetching Cassandra ${options.release.version}: ${String(missing.length)} jars from ${source.description}`,
  );
  const report = progressReporter(options, missing);
  try {
    await source.fetch({ jars: missing, folder: partial, signal: options.signal, onJar: report });
  } catch (error) {
    await rmdir(partial).catch(() => undefined); // stays when it holds verified jars
    throw error;
  }
  await publish(partial, complete, options.release);
}

/** A version's folder that was damaged becomes the partial one, so that its sound jars are not fetched again. */
async function adopt(complete: string, partial: string): Promise<void> {
  try {
    await rename(complete, partial);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') await rm(complete, { recursive: true, force: true });
    else if (code !== 'ENOENT') throw unusable(complete, error);
  }
}

async function publish(partial: string, complete: string, release: Release): Promise<void> {
  await removeOthers(partial, new Set(release.jars.map(jarFileName)));
  try {
    await rename(partial, complete);
  } catch (error) {
    // Somebody else who thought the lock was stale may have been faster, with the same verified files.
    const missing = await missingJars(complete, release, hasPinnedSize);
    if (missing.length > 0) throw unusable(complete, error);
    await rm(partial, { recursive: true, force: true });
  }
}

/** What a killed fetch left unfinished. */
async function removeOthers(folder: string, names: ReadonlySet<string>): Promise<void> {
  const others = (await readdir(folder)).filter((name) => !names.has(name));
  for (const name of others) await rm(join(folder, name), { recursive: true, force: true });
}

async function isComplete(folder: string, options: JarCacheOptions): Promise<boolean> {
  const check = options.verify === true ? isGenuine : hasPinnedSize;
  return (await missingJars(folder, options.release, check)).length === 0;
}

async function missingJars(
  folder: string,
  release: Release,
  check: (path: string, jar: Jar) => Promise<boolean>,
): Promise<Jar[]> {
  const missing: Jar[] = [];
  for (const jar of release.jars) if (!(await check(join(folder, jarFileName(jar)), jar))) missing.push(jar);
  return missing;
}

function progressReporter(options: JarCacheOptions, missing: readonly Jar[]): (jar: Jar) => void {
  const { version, jars } = options.release;
  const bytesTotal = jars.reduce((sum, jar) => sum + jar.bytes, 0);
  let jarsDone = jars.length - missing.length;
  let bytesDone = bytesTotal - missing.reduce((sum, jar) => sum + jar.bytes, 0);
  const report = (): void => {
    options.onProgress({ phase: 'fetch', version, jarsDone, jarsTotal: jars.length, bytesDone, bytesTotal });
  };
  report();
  return (jar) => {
    jarsDone += 1;
    bytesDone += jar.bytes;
    report();
  };
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw unusable(path, error);
  });
}

function unusable(path: string, cause: unknown): EmbeddedCassandraError {
  return new EmbeddedCassandraError(
    'CACHE_UNUSABLE',
    `Cannot use the cache at ${path}; check the folder's permissions and free space, or give another cacheDir`,
    { cause },
  );
}
