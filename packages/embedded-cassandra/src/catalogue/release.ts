import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { EmbeddedCassandraError } from '../errors.ts';

/** One pinned file of a release. */
export interface Jar {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly classifier?: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A Cassandra release: what it consists of and which major versions of Java run it. */
export interface Release {
  readonly version: string;
  readonly java: readonly number[];
  readonly jars: readonly Jar[];
}

// The same relative place from `src/catalogue` and from `dist/catalogue`.
const catalogue = new URL('../../catalogue/', import.meta.url);

/** The Cassandra version that is started when none is asked for. */
export const defaultVersion = '5.0.9';

/** Versions of Apache Cassandra that this package can fetch and start, newest first. */
export function supportedVersions(): string[] {
  const files = readdirSync(catalogue).filter((name) => name.endsWith('.json'));
  return files
    .map((name) => name.slice(0, -'.json'.length))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

/**
 * The pinned contents of one version.
 *
 * @throws EmbeddedCassandraError `UNKNOWN_VERSION`
 */
export function findRelease(version: string): Release {
  const file = new URL(`${encodeURIComponent(version)}.json`, catalogue);
  if (!existsSync(file)) {
    throw new EmbeddedCassandraError(
      'UNKNOWN_VERSION',
      `Cassandra ${version} is not one of the versions that this package knows; use one of ${supportedVersions().join(', ')}`,
    );
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Release;
}

/** `slf4j-api-2.0.17.jar`: unique within a release. */
export function jarFileName(jar: Jar): string {
  const classifier = jar.classifier === undefined ? '' : `-${jar.classifier}`;
  return `${jar.artifact}-${jar.version}${classifier}.jar`;
}

/** The path below a Maven repository's root, in the layout that all repositories share. */
export function jarRepositoryPath(jar: Jar): string {
  return [...jar.group.split('.'), jar.artifact, jar.version, jarFileName(jar)].join('/');
}

/** Java major version a release runs on -> true. */
export function runsOn(release: Release, javaMajor: number): boolean {
  return release.java.includes(javaMajor);
}
