import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { hoursBackwards } from './hours.ts';
import { type Executor, type OrderStore, toOrder } from './order-store.ts';

const POLL_MS = 500;
const PAGES = { fetchSize: 100, pageTimeoutMs: 30_000 };
/** Orders are written by several services whose clocks differ a little: so long a new one may be older than one seen before. */
const LATE_MS = 5_000;

/** Cassandra tells nobody of new rows: they are looked for, in the newest partitions only, until the client leaves or the service closes. */
export function liveOrders(store: OrderStore, session: Executor, left: AbortSignal, closing: AbortSignal): Readable {
  return Readable.from(events(store, session, left, closing), { objectMode: false });
}

async function* events(
  store: OrderStore,
  session: Executor,
  left: AbortSignal,
  closing: AbortSignal,
): AsyncGenerator<string> {
  const startedAt = Date.now();
  let seen = new Set<string>();
  yield 'retry: 1000\n\n';
  while (!left.aborted && !closing.aborted) {
    const now = Date.now();
    const from = new Date(Math.max(startedAt, now - 2 * LATE_MS));
    const recent = new Set<string>();
    for (const hour of hoursBackwards(from, new Date(now + LATE_MS))) {
      for await (const rows of store.ofHour(session, hour, from, new Date(now + LATE_MS), PAGES)) {
        for (const row of rows) {
          recent.add(row.id);
          if (!seen.has(row.id)) yield `id: ${row.id}\ndata: ${JSON.stringify(toOrder(row))}\n\n`;
        }
      }
    }
    // Only what may be read once more has to be remembered.
    seen = recent;
    await sleep(POLL_MS, undefined, { signal: left, ref: false }).catch(() => undefined);
  }
}
