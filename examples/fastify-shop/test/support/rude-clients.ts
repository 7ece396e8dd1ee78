import { type IncomingMessage, request } from 'node:http';
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

/** Reads a reply, resting after each piece; resolves with it if it came to its end. */
export async function readWhole(url: string, rest: () => Promise<unknown>): Promise<string | null> {
  const response = await open(url, AbortSignal.timeout(120_000));
  if (response === null) return null;
  response.setEncoding('utf8');
  let text = '';
  try {
    for await (const piece of response) {
      text += piece;
      await rest();
    }
  } catch {
    return null;
  }
  return response.complete ? text : null;
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

/** The same with something to write. */
export async function post(url: string, body: unknown): Promise<{ readonly status: number; readonly text: string }> {
  const response = await open(url, AbortSignal.timeout(60_000), JSON.stringify(body));
  return response === null ? { status: 0, text: '' } : { status: response.statusCode ?? 0, text: await text(response) };
}

function open(url: string, signal: AbortSignal, body?: string): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    const how = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } };
    const sent = request(url, { agent: false, signal, ...how }, (response) => {
      response.on('error', () => undefined);
      resolve(response);
    });
    sent.on('error', () => resolve(null));
    sent.end(body);
  });
}
