import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { type Jar, jarFileName } from '../catalogue/release.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import { ProcessGuard } from '../process/process-guard.ts';
import { isGenuine } from './checksum.ts';
import type { JarRequest, JarSource } from './jar-source.ts';
import { pomFor } from './maven-pom.ts';

const readOutputLines = 100;
const keptOutputLines = 15;

/** Has the installed Maven fetch the jars, with its own settings, mirrors and proxies. */
export class MavenSource implements JarSource {
  readonly description = 'Maven';
  readonly #command: string;

  constructor(command: string) {
    this.#command = command;
  }

  async fetch(request: JarRequest): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'embedded-cassandra-fetch-'));
    const guard = await ProcessGuard.start(folder);
    // In the cache, so that the move to its place is a rename and never a copy to another disk.
    const staging = await mkdtemp(join(request.folder, 'maven-'));
    try {
      await writeFile(join(folder, 'pom.xml'), pomFor(request.jars));
      await this.#run(guard, folder, staging, request);
      for (const jar of request.jars) await accept(jar, staging, request.folder);
    } finally {
      await rm(staging, { recursive: true, force: true });
      await guard.release();
    }
  }

  async #run(guard: ProcessGuard, folder: string, staging: string, request: JarRequest): Promise<void> {
    const goal = 'dependency:copy-dependencies';
    const args = [
      '-B',
      '-f',
      join(folder, 'pom.xml'),
      goal,
      `-DoutputDirectory=${staging}`,
      '-DexcludeTransitive=true',
    ];
    const maven = await guard.spawn(this.#command, args, { cwd: folder, stdout: 'pipe', stderr: 'pipe' });
    const abort = (): void => killGroup(maven.pid);
    request.signal?.addEventListener('abort', abort, { once: true });
    if (request.signal?.aborted === true) abort();
    const output = new MavenOutput(request);
    for (const stream of [maven.stdout, maven.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => output.read(line));
    }
    try {
      const [code] = (await once(maven, 'close')) as [number | null];
      if (request.signal?.aborted === true)
        throw new EmbeddedCassandraError('ABORTED', 'Fetching Cassandra was aborted');
      if (code !== 0) throw failed(code, output.tail());
    } finally {
      request.signal?.removeEventListener('abort', abort);
    }
  }
}

/** Counts jars by the lines in which Maven names them, first while it downloads, then while it copies. */
class MavenOutput {
  readonly #request: JarRequest;
  readonly #missing: Map<string, Jar>;
  readonly #lines: string[] = [];

  constructor(request: JarRequest) {
    this.#request = request;
    this.#missing = new Map(request.jars.map((jar) => [jarFileName(jar), jar]));
  }

  /** What went wrong if Maven marked it, else the last lines. */
  tail(): string[] {
    const lines = this.#lines.map((line) => stripVTControlCharacters(line).trimEnd());
    const errors = lines.filter(
      (line) => /^\[ERROR\] ./.test(line) && !/Re-run|re-run|\[Help \d\] http|read the following/.test(line),
    );
    return (errors.length > 0 ? errors : lines.filter((line) => line !== '')).slice(-keptOutputLines);
  }

  read(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > readOutputLines) this.#lines.shift();
    const name = /(?:Downloaded.*\/|Copying )([^/\s]+\.jar)\b/.exec(line)?.[1] ?? '';
    const jar = this.#missing.get(name);
    if (jar === undefined) return;
    this.#missing.delete(name);
    this.#request.onJar(jar);
  }
}

async function accept(jar: Jar, staging: string, folder: string): Promise<void> {
  const name = jarFileName(jar);
  if (!(await isGenuine(join(staging, name), jar))) {
    throw new EmbeddedCassandraError(
      'CORRUPT_DOWNLOAD',
      `${name} from Maven is missing or not the file that this package pins (SHA-256 ${jar.sha256}); delete it from Maven's local repository and check its mirror, nothing of it was kept`,
    );
  }
  await rename(join(staging, name), join(folder, name));
}

/** A guarded command leads its process group. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // else it has just ended
  }
}

function failed(code: number | null, logTail: readonly string[]): EmbeddedCassandraError {
  return new EmbeddedCassandraError(
    'FETCH_FAILED',
    `Maven could not fetch Cassandra's jars (exit code ${String(code)}) and they are not in the cache yet; check the network and Maven's settings, or give a repository address`,
    { logTail },
  );
}
