import type { RequestOptions } from './request-options.ts';

/** Options of `executeStream`. */
export interface StreamConfig extends Omit<RequestOptions, 'timeoutMs'> {
  /** Pages fetched ahead of the one that is being read. Default 1; 0 fetches each page when it is reached. */
  readonly prefetchPages?: number | undefined;
  /** Ends the stream after so many pages. */
  readonly maxPages?: number | undefined;
  /** Bounds the whole stream, from `executeStream` to its last row. Default: none. */
  readonly timeoutMs?: number | undefined;
  /** Bounds the fetching of one page. Default: the request timeout. */
  readonly pageTimeoutMs?: number | undefined;
  /** Called when a page is reached; what it throws is logged and does no harm. */
  readonly pageCallback?: ((pageNumber: number, rowsInPage: number) => void) | undefined;
}
