import type { Timers } from '../connection/index.ts';
import { sleep } from './waiting.ts';

/** How candidates are tried. */
export interface RaceOptions<C, R> {
  readonly timers: Timers;
  /** A candidate that has not answered after this time is joined by the next. */
  readonly staggerMs: number;
  /** So many may be under way at the same time. */
  readonly maxParallel: number;
  readonly signal: AbortSignal;
  readonly attempt: (candidate: C, signal: AbortSignal) => Promise<R>;
  /** Disposes of the result of a candidate that came in second. */
  readonly discard: (result: R) => void;
}

/** The first candidate that succeeded, or why each failed. */
export type RaceOutcome<C, R> =
  | { readonly winner: R }
  | { readonly failures: readonly { readonly candidate: C; readonly error: unknown }[] };

/**
 * Tries candidates in order until one succeeds: the next starts when one has failed, or has not answered for a while,
 * so that one frozen node does not hold up the others. When one succeeds, those still under way are aborted. When the
 * signal fires, so are all, and what is known of failures is returned.
 */
export async function raceCandidates<C, R>(
  candidates: readonly C[],
  options: RaceOptions<C, R>,
): Promise<RaceOutcome<C, R>> {
  const { timers, staggerMs, maxParallel, signal, attempt, discard } = options;
  const others = new AbortController();
  const abortAll = (): void => others.abort(signal.reason);
  if (signal.aborted) return { failures: [] };
  signal.addEventListener('abort', abortAll, { once: true });

  const failures: { candidate: C; error: unknown }[] = [];
  const underWay = new Set<Promise<void>>();
  const won: R[] = [];
  const run = async (candidate: C): Promise<void> => {
    try {
      const result = await attempt(candidate, others.signal);
      if (won.length > 0 || signal.aborted) discard(result);
      else {
        won.push(result);
        others.abort();
      }
    } catch (error) {
      failures.push({ candidate, error });
    }
  };

  let next = 0;
  while (won.length === 0 && !signal.aborted && (next < candidates.length || underWay.size > 0)) {
    if (next < candidates.length && underWay.size < maxParallel) {
      const started = run(candidates[next++] as C).finally(() => underWay.delete(started));
      underWay.add(started);
    }
    const canStartMore = next < candidates.length && underWay.size < maxParallel;
    await oneSettles(underWay, timers, canStartMore ? staggerMs : null, others.signal);
  }
  signal.removeEventListener('abort', abortAll);
  const winner = won[0];
  return won.length > 0 ? { winner: winner as R } : { failures };
}

async function oneSettles(
  underWay: ReadonlySet<Promise<void>>,
  timers: Timers,
  atMostMs: number | null,
  signal: AbortSignal,
): Promise<void> {
  if (atMostMs === null) {
    await Promise.race(underWay);
    return;
  }
  const over = new AbortController();
  const stop = (): void => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  await Promise.race([...underWay, sleep(timers, atMostMs, over.signal)]);
  signal.removeEventListener('abort', stop);
  over.abort();
}
