import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { findRelease } from '../catalogue/release.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import { chooseSource } from '../fetch/choose-source.ts';
import { ensureJars } from '../fetch/jar-cache.ts';
import { findJava } from '../java/find-java.ts';
import { ProcessGuard } from '../process/process-guard.ts';
import { ClusterTls } from '../tls/cluster-tls.ts';
import type { ClusterContext } from './cluster-context.ts';
import type { ResolvedOptions } from './resolve-options.ts';

/** Everything that must be there before a node can start; cheap checks come first. */
export async function prepareCluster(
  options: ResolvedOptions,
  environment: NodeJS.ProcessEnv,
): Promise<ClusterContext> {
  const release = findRelease(options.version);
  const java = await findJava(release, options.javaHome, environment);
  const { cacheDir, logger, onProgress, signal } = options;
  const source = (): ReturnType<typeof chooseSource> => chooseSource(options.repository, environment);
  const jars = await ensureJars({ release, cacheDir, source, logger, onProgress, signal });
  const folder = await makeFolder(options.workDir);
  const guard = await ProcessGuard.start(folder);
  try {
    const tls = options.tls === undefined ? undefined : await ClusterTls.create(folder, options.tls);
    return { release, options, java, jars, guard, folder, tls, members: new Set() };
  } catch (error) {
    await guard.release();
    throw error;
  }
}

async function makeFolder(workDir: string): Promise<string> {
  try {
    return await mkdtemp(join(workDir, 'embedded-cassandra-'));
  } catch (cause) {
    throw new EmbeddedCassandraError('INVALID_OPTION', `Cannot make a folder in ${workDir}; give another workDir`, {
      cause,
    });
  }
}
