import { findExecutable } from '../process/find-executable.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import type { JarSource } from './jar-source.ts';
import { MavenSource } from './maven-source.ts';
import { RepositorySource } from './repository-source.ts';

/**
 * The repository that was given, by option or by `EMBEDDED_CASSANDRA_REPOSITORY`; else the Maven on the PATH.
 *
 * @throws EmbeddedCassandraError `NO_SOURCE`
 */
export function chooseSource(repository: string | undefined, environment: NodeJS.ProcessEnv): JarSource {
  const address = repository ?? environment['EMBEDDED_CASSANDRA_REPOSITORY'];
  if (address !== undefined && address !== '') return new RepositorySource(address);
  const maven = findExecutable('mvn', environment);
  if (maven !== null) return new MavenSource(maven);
  throw new EmbeddedCassandraError(
    'NO_SOURCE',
    'Cassandra is not in the cache yet and there is nowhere to fetch it from; install Maven (mvn on the PATH), or give the address of a Maven repository by the option repository or EMBEDDED_CASSANDRA_REPOSITORY',
  );
}
