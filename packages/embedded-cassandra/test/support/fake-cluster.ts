import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultVersion, findRelease, jarFileName } from '../../src/catalogue/release.ts';
import type { EmbeddedClusterOptions } from '../../src/cluster/cluster-options.ts';
import { fakeJava } from './fake-program.ts';

export interface FakeCluster {
  readonly options: EmbeddedClusterOptions;
  /** Where everything of a running cluster is. */
  readonly workDir: string;
  /** What is left in it. */
  readonly remains: () => string[];
}

/** Options to start a cluster without Cassandra: jars of the right size and no contents, and a `java` that is a script. */
export function fakeCluster(folder: string, javaBody: string): FakeCluster {
  const cacheDir = join(folder, 'cache');
  const jars = join(cacheDir, defaultVersion);
  mkdirSync(jars, { recursive: true });
  for (const jar of findRelease(defaultVersion).jars) {
    writeFileSync(join(jars, jarFileName(jar)), '');
    truncateSync(join(jars, jarFileName(jar)), jar.bytes);
  }
  const workDir = join(folder, 'work');
  mkdirSync(workDir);
  fakeJava(join(folder, 'java'), '17.0.1', javaBody);
  const options = { cacheDir, workDir, javaHome: join(folder, 'java') };
  return { options, workDir, remains: () => readdirSync(workDir) };
}
