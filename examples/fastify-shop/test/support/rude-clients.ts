import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const PIECE_BYTES = 16_384;

/** Reads an export some kilobytes at a time, until told to leave. */
export async function readSlowly(url: string, signal: AbortSignal): Promise<number> {
  const response = await open(url, signal);
  if (response === null) return 0;
  response.on('error', () => undefined);
  let bytes = 0;
  while (!signal.aborted && !response.readableEnded && !response.destroyed) {
    bytes += (response.read(PIECE_BYTES) as Buffer | null)?.length ?? 0;
    await sleep(50, undefined, { ref: false });
  }
  response.destroy();
  return bytes;
}

/** Asks again and again, and leaves before the answer, or in the middle of it. */
export async function keepLeaving(url: string, signal: AbortSignal): Promise<number> {
  let left = 0;
  while (!signal.aborted) {
    const leaving = new AbortController();
    const answer = open(url, leaving.signal);
    await sleep(1 + ((left * 7) % 60), undefined, { ref: false });
    leaving.abort();
    (await answer)?.destroy();
    left++;
  }
  return left;
}

/** A request on a connection of its own, which is closed after it: as probes are. */
export async function probe(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await open(url, AbortSignal.timeout(60_000));
  if (response === null) return { status: 0, text: '' };
  return { status: response.statusCode ?? 0, text: await text(response) };
}

function open(url: string, signal: AbortSignal): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal }, (response) => {
      response.on('error', () => undefined);
      resolve(response);
    });
    request.on('error', () => resolve(null));
  });
}
