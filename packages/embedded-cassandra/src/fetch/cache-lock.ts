import { randomUUID } from 'node:crypto';
import { readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedCassandraError } from '../errors.ts';

const heartbeatMs = 2_000;
const staleAfterMs = 20_000;
const pollMs = 150;

export interface LockOptions {
  readonly signal: AbortSignal | undefined;
  /** Called once when somebody else holds the lock. */
  readonly onWait: () => void;
}

/**
 * Runs `work` while a lock file exists that only this call created. The holder touches the file every 2 s; one that
 * was not touched for 20 s, or whose process on this host is gone, is removed. The lock saves a double download only:
 * what it guards stays right without it, because verified files are renamed into place.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const owner = randomUUID();
  await acquire(path, owner, options);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readLock(path)).owner === owner) await unlink(path).catch(() => undefined);
  }
}

async function acquire(path: string, owner: string, options: LockOptions): Promise<void> {
  let waited = false;
  while (!(await tryCreate(path, owner))) {
    if (options.signal?.aborted === true) throw new EmbeddedCassandraError('ABORTED', 'Fetching Cassandra was aborted');
    if (await isStale(path)) {
      await unlink(path).catch(() => undefined);
      continue;
    }
    if (!waited) options.onWait();
    waited = true;
    await sleep(pollMs);
  }
}

async function tryCreate(path: string, owner: string): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify({ owner, pid: process.pid, host: hostname() }), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new EmbeddedCassandraError(
      'CACHE_UNUSABLE',
      `Cannot write ${path}; check the folder's permissions or give another cacheDir`,
      {
        cause: error,
      },
    );
  }
}

async function isStale(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  if (stats === null) return false;
  if (Date.now() - stats.mtimeMs > staleAfterMs) return true;
  const { host, pid } = await readLock(path);
  return host === hostname() && typeof pid === 'number' && !isAlive(pid);
}

async function readLock(path: string): Promise<{ owner?: unknown; host?: unknown; pid?: unknown }> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as { owner?: unknown };
  } catch {
    return {};
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
