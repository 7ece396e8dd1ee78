import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Jar } from '../catalogue/release.ts';

/** SHA-256 of a file, in lower-case hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Whether the file is there and has the pinned contents. */
export async function isGenuine(path: string, jar: Jar): Promise<boolean> {
  return (await hasPinnedSize(path, jar)) && (await sha256OfFile(path)) === jar.sha256;
}

/** The cheap check of every start: contents were verified before the file got its name. */
export async function hasPinnedSize(path: string, jar: Jar): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats !== null && stats.size === jar.bytes;
}
