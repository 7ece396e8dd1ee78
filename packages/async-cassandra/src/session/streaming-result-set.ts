import type { Row } from '../codecs/index.ts';
import { StreamBusyError } from '../errors/index.ts';
import type { ColumnSpec } from '../protocol/index.ts';
import { decodePage } from './decode-page.ts';
import { type ExecutionInfo, executionInfoOf } from './execution-info.ts';
import type { StreamHandle } from './open-streams.ts';
import type { PageSource } from './page-source.ts';
import type { RawPage } from './raw-page.ts';

/** Rows decoded at a time when they are read one by one (rule 13 of the design). */
const ROWS_PER_SLICE = 256;

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/**
 * A result of any size, read in one single pass, row by row or page by page, with backpressure: pages are fetched as
 * they are needed, `prefetchPages` ahead and no further. `break`, an error, `cancel()`, its AbortSignal and
 * `await using` release it at once; one that is merely forgotten is referred to by nothing and collected.
 */
export class AsyncStreamingResultSet<R extends Row = Row> implements AsyncIterable<R>, AsyncDisposable {
  readonly #source: PageSource;
  readonly #handle: StreamHandle;
  readonly #pageCallback: ((pageNumber: number, rowsInPage: number) => void) | undefined;
  readonly #firstPage: RawPage;
  #page: RawPage;
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
    this.#firstPage = firstPage;
    this.#page = firstPage;
    this.#source = source;
    this.#handle = handle;
    this.#pageCallback = pageCallback;
  }

  /** The columns of the rows. */
  get columns(): readonly ColumnSpec[] {
    return this.#firstPage.metadata?.columns ?? [];
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
    return this.#page.pagingState ?? null;
  }

  /** How the page at hand came about. */
  get executionInfo(): ExecutionInfo {
    return executionInfoOf(this.#page.request);
  }

  /** Warnings of the server about the page at hand. */
  get warnings(): readonly string[] {
    return this.#page.request.preamble?.warnings ?? [];
  }

  /** The rows one by one. @throws StreamBusyError when the stream is being, or has been, read */
  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    this.#take();
    return new RowIterator<R>(this, (previous) => this.#advance(previous));
  }

  /** The rows in arrays, a page each; empty pages are passed over. @throws StreamBusyError as above */
  pages(): AsyncIterableIterator<R[]> {
    this.#take();
    return this.#iteratePages();
  }

  /** Ends the stream: nothing more is fetched, an iteration under way ends. Harmless when it has ended. */
  cancel(): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }

  async *#iteratePages(): AsyncGenerator<R[], void, undefined> {
    try {
      for (let page = await this.#advance(null); page !== null; page = await this.#advance(page)) {
        const rows = await decodePage(page);
        if (this.#isEnded) return;
        if (rows.length > 0) yield rows as R[];
      }
    } finally {
      this.#end();
    }
  }

  #take(): void {
    if (this.#isTaken)
      throw new StreamBusyError(
        'The stream is read in one single pass, which has begun already; execute the statement again for another one',
      );
    this.#isTaken = true;
  }

  /** The page after `previous`, and notes its arrival; null at the end. */
  async #advance(previous: RawPage | null): Promise<RawPage | null> {
    if (this.#isEnded) return null;
    let page: RawPage | null = this.#firstPage;
    try {
      if (previous === null) this.#source.prefetch();
      else page = await this.#source.next();
    } catch (error) {
      this.#end();
      throw error;
    }
    if (page === null || this.#isEnded) {
      this.#end();
      return null;
    }
    this.#page = page;
    this.#pageNumber++;
    this.#totalRowsFetched += page.rowCount;
    this.#tellCallback(page);
    return page;
  }

  #tellCallback(page: RawPage): void {
    try {
      this.#pageCallback?.(this.#pageNumber, page.rowCount);
    } catch (error) {
      page.request.core.parts.logger.warn?.(
        `The pageCallback of a stream threw: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    }
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#source.close();
    this.#handle.release();
  }
}

/** Rows of a stream one by one. Rows that are decoded already cost no asynchronous work of our own. */
class RowIterator<R extends Row> implements AsyncIterableIterator<R> {
  readonly #stream: AsyncStreamingResultSet<R>;
  readonly #advance: (previous: RawPage | null) => Promise<RawPage | null>;
  #rows: Row[] = [];
  #at = 0;
  #page: RawPage | null = null;
  #pending: Promise<IteratorResult<R, undefined>> | null = null;
  #isDone = false;

  constructor(stream: AsyncStreamingResultSet<R>, advance: (previous: RawPage | null) => Promise<RawPage | null>) {
    this.#stream = stream;
    this.#advance = advance;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<R, undefined>> {
    if (this.#pending !== null) return this.#queue();
    if (this.#at < this.#rows.length) return Promise.resolve({ done: false, value: this.#rows[this.#at++] as R });
    if (this.#isDone) return Promise.resolve(DONE);
    const step = this.#refill();
    this.#pending = step;
    const clear = (): void => {
      if (this.#pending === step) this.#pending = null;
    };
    step.then(clear, clear);
    return step;
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    this.#finish();
    await this.#stream.cancel();
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<R, undefined>> {
    await this.return();
    throw error;
  }

  /** Calls that overlap are served one after the other, as an async generator would. */
  #queue(): Promise<IteratorResult<R, undefined>> {
    const again = (): Promise<IteratorResult<R, undefined>> => this.next();
    return (this.#pending as Promise<unknown>).then(again, again);
  }

  async #refill(): Promise<IteratorResult<R, undefined>> {
    try {
      while (this.#page === null || this.#page.remainingRows === 0) {
        this.#page = await this.#advance(this.#page);
        if (this.#page === null || this.#isDone) return this.#finish();
      }
      this.#rows = [];
      this.#at = 1;
      this.#page.decodeInto(this.#rows, ROWS_PER_SLICE);
    } catch (error) {
      this.#finish();
      await this.#stream.cancel();
      throw error;
    }
    return { done: false, value: this.#rows[0] as R };
  }

  #finish(): IteratorReturnResult<undefined> {
    this.#isDone = true;
    this.#rows = [];
    this.#at = 0;
    this.#page = null;
    return DONE;
  }
}
