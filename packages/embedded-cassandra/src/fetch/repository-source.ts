import { createHash, randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Jar, jarFileName, jarRepositoryPath } from '../catalogue/release.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import { type OpenedFile, RepositoryAddress } from './repository-address.ts';
import type { JarRequest, JarSource } from './jar-source.ts';

const parallelDownloads = 6;
const attempts = 3;
const retryDelayMs = 500;

/** Downloads straight from a Maven repository, several jars at a time, hashing while the bytes arrive. */
export class RepositorySource implements JarSource {
  readonly description: string;
  readonly #address: RepositoryAddress;

  constructor(address: string) {
    this.#address = new RepositoryAddress(address);
    this.description = `the repository ${this.#address.display}`;
  }

  async fetch(request: JarRequest): Promise<void> {
    const queue = [...request.jars];
    const failure = new AbortController();
    const signal = AbortSignal.any([failure.signal, ...(request.signal === undefined ? [] : [request.signal])]);
    const work = async (): Promise<void> => {
      for (let jar = queue.shift(); jar !== undefined; jar = queue.shift()) {
        await this.#fetchJar(jar, request.folder, signal);
        request.onJar(jar);
      }
    };
    const workers = Array.from({ length: parallelDownloads }, work);
    try {
      await Promise.all(workers);
    } catch (error) {
      failure.abort();
      await Promise.allSettled(workers);
      throw error;
    }
  }

  async #fetchJar(jar: Jar, folder: string, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const file = await this.#address.open(jarRepositoryPath(jar), signal);
        await save(file, jar, folder, this.description);
        return;
      } catch (error) {
        if (signal.aborted)
          throw new EmbeddedCassandraError('ABORTED', 'Fetching Cassandra was aborted', { cause: error });
        if (error instanceof EmbeddedCassandraError) throw error;
        if (attempt === attempts) throw this.#unreachable(jar, error);
        await sleep(retryDelayMs * attempt);
      }
    }
  }

  #unreachable(jar: Jar, cause: unknown): EmbeddedCassandraError {
    return new EmbeddedCassandraError(
      'FETCH_FAILED',
      `Cannot download ${jarFileName(jar)} from ${this.description} (${reasonOf(cause)}) and it is not in the cache yet; check the network and the address`,
      { cause },
    );
  }
}

/** Writes under a private name; the jar's own name appears only when its size and checksum are right. */
async function save(source: OpenedFile, jar: Jar, folder: string, from: string): Promise<void> {
  const name = jarFileName(jar);
  const temporary = join(folder, `${name}.${randomUUID()}.download`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = await open(temporary, 'wx');
    try {
      for await (const chunk of source) {
        bytes += chunk.length;
        if (bytes > jar.bytes) break; // no need to download more of a file that is wrong already
        hash.update(chunk);
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
    const digest = hash.digest('hex');
    if (bytes !== jar.bytes || digest !== jar.sha256) throw corrupt(name, from, jar.sha256, digest);
    await rename(temporary, join(folder, name));
  } finally {
    await rm(temporary, { force: true });
  }
}

function corrupt(name: string, from: string, expected: string, actual: string): EmbeddedCassandraError {
  return new EmbeddedCassandraError(
    'CORRUPT_DOWNLOAD',
    `${name} from ${from} is not the file that this package pins (SHA-256 ${actual} instead of ${expected}); check that repository, nothing of it was kept`,
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
