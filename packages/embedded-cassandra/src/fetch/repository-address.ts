import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EmbeddedCassandraError } from '../errors.ts';

const stallTimeoutMs = 30_000;

/** The bytes of a file, as they arrive. */
export type OpenedFile = AsyncIterable<Uint8Array>;

/** The root of a Maven repository: `https:`, `http:`, `file:` or the path of a folder. */
export class RepositoryAddress {
  /** Without user name and password. */
  readonly display: string;
  readonly #root: URL;
  readonly #headers: Record<string, string>;

  /** @throws EmbeddedCassandraError `INVALID_OPTION` */
  constructor(address: string) {
    const root = parse(address);
    this.#headers = credentialsOf(root);
    root.username = '';
    root.password = '';
    if (!root.pathname.endsWith('/')) root.pathname += '/';
    this.#root = root;
    this.display = root.protocol === 'file:' ? fileURLToPath(root) : `${root.origin}${root.pathname}`;
  }

  /** Opens one file; an answer that will not get better by asking again is an EmbeddedCassandraError. */
  async open(path: string, signal: AbortSignal): Promise<OpenedFile> {
    const url = new URL(path, this.#root);
    return url.protocol === 'file:' ? await this.#openLocal(url, path) : await this.#openRemote(url, path, signal);
  }

  async #openLocal(url: URL, path: string): Promise<OpenedFile> {
    await access(url).catch((cause: unknown) => {
      throw this.#absent(path, 'no such file', cause);
    });
    return createReadStream(url);
  }

  async #openRemote(url: URL, path: string, signal: AbortSignal): Promise<OpenedFile> {
    const stalled = new AbortController();
    const watch = setTimeout(
      () => stalled.abort(new Error(`nothing came for ${String(stallTimeoutMs)} ms`)),
      stallTimeoutMs,
    );
    try {
      const response = await fetch(url, { headers: this.#headers, signal: AbortSignal.any([signal, stalled.signal]) });
      if (response.ok && response.body !== null) return readWatched(response.body, watch);
      await response.body?.cancel();
      const status = `HTTP status ${String(response.status)}`;
      if (response.status < 500 && response.status !== 429) throw this.#absent(path, status, undefined);
      throw new Error(status);
    } catch (error) {
      clearTimeout(watch);
      throw error;
    }
  }

  #absent(path: string, reason: string, cause: unknown): EmbeddedCassandraError {
    return new EmbeddedCassandraError(
      'FETCH_FAILED',
      `The repository ${this.display} does not give ${path} (${reason}); check the address (it is the root, the folder that holds org/) and the credentials`,
      { cause },
    );
  }
}

async function* readWatched(body: AsyncIterable<Uint8Array>, watch: NodeJS.Timeout): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      watch.refresh();
      yield chunk;
    }
  } finally {
    clearTimeout(watch);
  }
}

function parse(address: string): URL {
  if (/^[a-z][a-z+.-]+:/i.test(address)) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url !== null && ['http:', 'https:', 'file:'].includes(url.protocol)) return url;
    throw new EmbeddedCassandraError(
      'INVALID_OPTION',
      'repository must be an http:, https: or file: address, or the path of a folder',
    );
  }
  return pathToFileURL(address);
}

function credentialsOf(root: URL): Record<string, string> {
  if (root.username === '') return {};
  const pair = `${decodeURIComponent(root.username)}:${decodeURIComponent(root.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
