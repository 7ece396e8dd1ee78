import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Release, runsOn } from '../catalogue/release.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import { findExecutable, isExecutable } from '../process/find-executable.ts';

const versionTimeoutMs = 20_000;

/** A Java that was found and asked for its version. */
export interface JavaRuntime {
  readonly command: string;
  readonly major: number;
}

interface Candidate {
  readonly command: string;
  readonly origin: string;
}

/**
 * The first Java that runs this release, of: the option `javaHome`, `JAVA_HOME`, the PATH. Only the option is final:
 * when it is given, nothing else is looked at.
 *
 * @throws EmbeddedCassandraError `NO_JAVA`, `WRONG_JAVA`
 */
export async function findJava(
  release: Release,
  javaHome: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<JavaRuntime> {
  const wanted = `Cassandra ${release.version} needs Java ${release.java.join(' or ')}`;
  const advice = 'set JAVA_HOME, or the option javaHome, to its folder';
  const unfit: string[] = [];
  for (const { command, origin } of candidates(javaHome, environment)) {
    const major = await majorVersion(command);
    if (major !== null && runsOn(release, major)) return { command, major };
    unfit.push(
      `${origin} has ${major === null ? `${command}, which does not tell its version` : `Java ${String(major)}`}`,
    );
  }
  if (unfit.length === 0) {
    const where = javaHome === undefined ? '' : ` in ${javaHome}`;
    throw new EmbeddedCassandraError('NO_JAVA', `No Java was found${where}; ${wanted}: install it, or ${advice}`);
  }
  throw new EmbeddedCassandraError(
    'WRONG_JAVA',
    `${wanted}, but ${unfit.join(' and ')}; install the right one and ${advice}`,
  );
}

function candidates(javaHome: string | undefined, environment: NodeJS.ProcessEnv): Candidate[] {
  if (javaHome !== undefined) return inHome(javaHome, 'javaHome');
  const onPath = findExecutable('java', environment);
  return [
    ...inHome(environment['JAVA_HOME'] ?? '', 'JAVA_HOME'),
    ...(onPath === null ? [] : [{ command: onPath, origin: 'the PATH' }]),
  ];
}

function inHome(home: string, origin: string): Candidate[] {
  const command = join(home, 'bin', 'java');
  return home !== '' && isExecutable(command) ? [{ command, origin }] : [];
}

async function majorVersion(command: string): Promise<number | null> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, ['-version'], { timeout: versionTimeoutMs });
    return parseJavaVersion(`${stderr}\n${stdout}`);
  } catch {
    return null;
  }
}

/** `openjdk version "17.0.15"` -> 17, `java version "1.8.0_292"` -> 8, anything else -> null. */
export function parseJavaVersion(output: string): number | null {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match === null ? null : Number(match[1]);
}
