/** What a page's fetching is bounded by. */
export interface PageWait {
  /** Bounds the fetch and whatever it waits for before, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Stands before the fetch of each further page of a result: how a decorator of a session counts, bounds and refuses
 * them like requests, which they are. `fetch` is given the time that is left.
 */
export type PageGuard = <T>(fetch: (timeoutMs: number) => Promise<T>, wait: PageWait) => Promise<T>;

/** The guard of a decorator around those of the decorators inside of it. */
export function joinGuards(outer: PageGuard, inner: PageGuard | undefined): PageGuard {
  if (inner === undefined) return outer;
  return (fetch, wait) => outer((timeoutMs) => inner(fetch, { ...wait, timeoutMs }), wait);
}
