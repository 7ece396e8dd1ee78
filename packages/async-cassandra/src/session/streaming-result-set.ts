import type { Row } from '../codecs/index.ts';
import { thrownMessage } from '../diagnostics/index.ts';
import { StreamBusyError } from '../errors/index.ts';
import type { ColumnSpec } from '../protocol/index.ts';
import { decodePage } from './decode-page.ts';
import { DecodeTurns } from './decode-turns.ts';
import { type ExecutionInfo, executionInfoOf } from './execution-info.ts';
import type { StreamEnding, StreamHandle } from './open-streams.ts';
import { type PageSource, streamAborted } from './page-source.ts';
import type { PageGuard } from './page-guard.ts';
import type { RawPage } from './raw-page.ts';
import type { LiveRequest } from './request-contract.ts';
import { RowIterator } from './row-iterator.ts';

/** Rows decoded at a time when they are read one by one (rule 13 of the design). */
const ROWS_PER_SLICE = 256;

/**
 * A result of any size, read in one single pass, row by row or page by page, with backpressure: pages are fetched as
 * they are needed, `prefetchPages` ahead and no further. `break`, an error, `cancel()`, its AbortSignal and
 * `await using` release it at once; one that is merely forgotten is referred to by nothing and collected.
 */
export class AsyncStreamingResultSet<R extends Row = Row> implements AsyncIterable<R>, AsyncDisposable {
  /** The columns of the rows. */
  readonly columns: readonly ColumnSpec[];
  readonly #source: PageSource;
  readonly #handle: StreamHandle;
  readonly #pageCallback: ((pageNumber: number, rowsInPage: number) => void) | undefined;
  /** Page one until it is reached: it has come before anybody asked for rows. */
  #firstPage: RawPage | null;
  /** The page at hand, until it is read. */
  #page: RawPage | null = null;
  #iterator: RowIterator<unknown> | null = null;
  #request: LiveRequest;
  #pagingState: Buffer | undefined;
  #pageNumber = 0;
  #totalRowsFetched = 0;
  #isTaken = false;
  #isEnded = false;

  /** @internal */
  constructor(
    firstPage: RawPage,
    source: PageSource,
    handle: StreamHandle,
    pageCallback: ((pageNumber: number, rowsInPage: number) => void) | undefined,
  ) {
    this.columns = firstPage.metadata?.columns ?? [];
    this.#firstPage = firstPage;
    this.#request = firstPage.request;
    this.#pagingState = firstPage.pagingState;
    this.#source = source;
    this.#handle = handle;
    this.#pageCallback = pageCallback;
  }

  /** How many pages have been reached. */
  get pageNumber(): number {
    return this.#pageNumber;
  }

  /** Rows of all pages that have been reached. */
  get totalRowsFetched(): number {
    return this.#totalRowsFetched;
  }

  /** Continues after the page at hand, also in another process, when given as the option `pagingState`; null after the last page. */
  get pagingState(): Buffer | null {
    return this.#pagingState ?? null;
  }

  /** How the page at hand came about. */
  get executionInfo(): ExecutionInfo {
    return executionInfoOf(this.#request);
  }

  /** Warnings of the server about the page at hand. */
  get warnings(): readonly string[] {
    return this.#request.preamble?.warnings ?? [];
  }

  /** The rows one by one. @throws StreamBusyError when the stream is being, or has been, read */
  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    const turns = this.#turns();
    return this.#read<R>(async () => {
      if (turns.isUsedUp) await turns.next();
      const page = this.#page?.remainingRows ? this.#page : await this.#nextFilled();
      if (page === null) return null;
      const rows: Row[] = [];
      turns.decode(page, rows, ROWS_PER_SLICE);
      return rows as R[];
    });
  }

  /** The rows in arrays, a page each; empty pages are passed over. @throws StreamBusyError as above */
  pages(): AsyncIterableIterator<R[]> {
    const turns = this.#turns();
    return this.#read<R[]>(async () => {
      const page = await this.#nextFilled();
      this.#page = null;
      return page === null ? null : [(await decodePage(page, turns)) as R[]];
    });
  }

  /** Ends the stream: nothing more is fetched, an iteration under way ends. Harmless when it has ended. */
  cancel(): Promise<void> {
    this.#iterator?.stop();
    this.#end();
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }

  /** @internal Further pages have to pass the guard from now on, and those of before after it. */
  guardPages(guard: PageGuard): void {
    this.#source.guardPages(guard);
  }

  /** @internal Its signal has fired: what waits is given up now, whoever reads on is told by an AbortError. */
  onAborted(): void {
    this.#iterator?.drop();
    const { signal } = this.#source;
    this.#end('failed', signal === undefined ? undefined : streamAborted(signal));
  }

  #turns(): DecodeTurns {
    return new DecodeTurns(this.#request.core.parts.seams.timers);
  }

  #read<T>(next: () => Promise<T[] | null>): RowIterator<T> {
    if (this.#isTaken)
      throw new StreamBusyError(
        'The stream is read in one single pass, which has begun already; execute the statement again for another one',
      );
    this.#isTaken = true;
    const source = this.#source;
    const refill = async (): Promise<T[] | null> => {
      source.check();
      const items = await next();
      // It may have ended while it waited.
      if (!this.#isEnded) return items;
      if (source.signal?.aborted === true) throw streamAborted(source.signal);
      return null;
    };
    const iterator = new RowIterator<T>({
      mayGoOn: () => source.mayGoOn(),
      refill,
      end: (failure) => this.#endOf(failure),
    });
    if (this.#isEnded && source.signal?.aborted !== true) iterator.stop();
    this.#iterator = iterator;
    return iterator;
  }

  /** Goes on to the next page that has rows; null at the end. */
  async #nextFilled(): Promise<RawPage | null> {
    for (;;) {
      // What was read is let go before its successor comes.
      this.#page = null;
      const page = await this.#advance();
      if (page === null || page.remainingRows > 0) return page;
    }
  }

  async #advance(): Promise<RawPage | null> {
    if (this.#isEnded) return null;
    const page = this.#firstPage === null ? await this.#source.next() : this.#openFirst(this.#firstPage);
    if (page === null || this.#hasEnded()) {
      this.#end('completed');
      return null;
    }
    this.#page = page;
    this.#request = page.request;
    this.#pagingState = page.pagingState;
    this.#pageNumber++;
    this.#totalRowsFetched += page.rowCount;
    this.#handle.observation?.reached(page.rowCount);
    this.#tellCallback(page);
    return page;
  }

  #openFirst(page: RawPage): RawPage {
    this.#firstPage = null;
    this.#source.prefetch();
    return page;
  }

  /** A callback that throws harms nobody, nor does one that returns a promise and rejects it. */
  #tellCallback({ rowCount, request }: RawPage): void {
    const { logger } = request.core.parts;
    const failed = (error: unknown): void => {
      logger.error?.({ error: thrownMessage(error) }, 'The pageCallback of a stream threw; check the application');
    };
    try {
      const returned: unknown = this.#pageCallback?.(this.#pageNumber, rowCount);
      if (returned instanceof Promise) returned.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #hasEnded(): boolean {
    return this.#isEnded;
  }

  #endOf(failure: { readonly error: unknown } | undefined): void {
    if (failure === undefined) this.#end();
    else this.#end('failed', failure.error);
  }

  #end(ending: StreamEnding = 'cancelled', error?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#firstPage = null;
    this.#page = null;
    this.#source.close();
    this.#handle.release(ending, error);
  }
}
