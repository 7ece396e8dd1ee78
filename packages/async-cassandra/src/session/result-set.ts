import type { Row } from '../codecs/index.ts';
import { StreamBusyError } from '../errors/index.ts';
import type { ColumnSpec } from '../protocol/index.ts';
import { decodePage } from './decode-page.ts';
import { type ExecutionInfo, executionInfoOf } from './execution-info.ts';
import { fetchPage } from './fetch-page.ts';
import { joinGuards, type PageGuard } from './page-guard.ts';
import type { ResultMetadata } from './result-metadata.ts';
import type { LiveRequest } from './request-contract.ts';
import { RowIterator } from './row-iterator.ts';

const NO_COLUMNS: readonly ColumnSpec[] = Object.freeze([]);
const APPLIED = '[applied]';

/**
 * The answer to one statement: the page at hand, and the way to the further ones. Iterating and `all()` are one
 * single pass over all pages; an empty page is not the end of a result, only its last page is.
 */
export class AsyncResultSet<R extends Row = Row> implements AsyncIterable<R> {
  /** Rows of the page at hand. */
  currentRows: R[];
  #request: LiveRequest;
  readonly #metadata: ResultMetadata | null;
  #pagingState: Buffer | undefined;
  #isTaken = false;

  /** @internal */
  constructor(request: LiveRequest, rows: Row[], metadata: ResultMetadata | null, pagingState: Buffer | undefined) {
    this.currentRows = rows as R[];
    this.#request = request;
    this.#metadata = metadata;
    this.#pagingState = pagingState;
  }

  /** @internal */
  static empty(request: LiveRequest): AsyncResultSet {
    return new AsyncResultSet(request, [], null, undefined);
  }

  /** The first row of the page at hand, or null; no I/O. */
  one(): R | null {
    return this.currentRows[0] ?? null;
  }

  /** The same as `one()`. */
  first(): R | null {
    return this.currentRows[0] ?? null;
  }

  /** The columns of the rows; empty when the statement returns none. */
  get columns(): readonly ColumnSpec[] {
    return this.#metadata?.columns ?? NO_COLUMNS;
  }

  /** Whether there are pages after the one at hand. They may still turn out empty. */
  get hasMorePages(): boolean {
    return this.#pagingState !== undefined;
  }

  /** Continues after the page at hand, also in another process, when given as the option `pagingState`; null after the last page. */
  get pagingState(): Buffer | null {
    return this.#pagingState ?? null;
  }

  /** Whether a conditional statement was applied; true for all others. */
  get wasApplied(): boolean {
    if (this.#metadata?.columns[0]?.name !== APPLIED) return true;
    return (this.currentRows[0] as Row | undefined)?.[APPLIED] !== false;
  }

  /** Warnings of the server about the page at hand. */
  get warnings(): readonly string[] {
    return this.#request.preamble?.warnings ?? [];
  }

  /** How the page at hand came about; plain data. */
  get executionInfo(): ExecutionInfo {
    return executionInfoOf(this.#request);
  }

  /**
   * All rows of this and all further pages. Each further page has its own request timeout.
   * @throws StreamBusyError when the rows are being, or have been, iterated
   */
  async all(): Promise<R[]> {
    this.#take();
    const rows = [...this.currentRows];
    while (await this.#nextPage()) {
      for (const row of this.currentRows) rows.push(row);
    }
    return rows;
  }

  /**
   * All rows of this and all further pages, which are fetched as they are reached.
   * @throws StreamBusyError when the rows are being, or have been, iterated
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    this.#take();
    let isBegun = false;
    const refill = async (): Promise<R[] | null> => {
      if (isBegun && !(await this.#nextPage())) return null;
      isBegun = true;
      while (this.currentRows.length === 0) if (!(await this.#nextPage())) return null;
      return this.currentRows;
    };
    return new RowIterator<R>({ mayGoOn: () => true, refill, end: () => undefined });
  }

  /** @internal Further pages have to pass the guard from now on, and those of before after it. */
  guardPages(guard: PageGuard): void {
    if (this.#pagingState === undefined) return;
    const settings = this.#request.givenSettings;
    const pageGuard = joinGuards(guard, settings.pageGuard);
    this.#request.trailFrom(0).givenSettings = { ...settings, pageGuard };
  }

  #take(): void {
    if (this.#isTaken)
      throw new StreamBusyError(
        'These rows are read in one single pass, which has begun already; execute the statement again, or keep the rows of all()',
      );
    this.#isTaken = true;
  }

  async #nextPage(): Promise<boolean> {
    if (this.#pagingState === undefined) return false;
    const page = await fetchPage(this.#request, this.#pagingState);
    this.currentRows = (await decodePage(page)) as R[];
    this.#pagingState = page.pagingState;
    this.#request = page.request;
    return true;
  }
}
