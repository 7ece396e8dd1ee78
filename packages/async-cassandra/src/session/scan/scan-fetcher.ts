import { AbortError, TimeoutError } from '../../errors/index.ts';
import { type FetchContext, RangeReader, type RangeListener } from './range-reader.ts';
import { type PageShape, type ReceivedPage, ScanPage } from './scan-page.ts';
import type { ScanRange } from './scan-range.ts';

/** What a fetcher is made of. */
export interface ScanFetcherOptions extends FetchContext {
  readonly shape: PageShape;
  /** Pages that are being fetched, wait or are at hand. */
  readonly concurrency: number;
  /** The whole scan's time, for its error. */
  readonly timeoutMs: number;
}

/** A page that waits, and who reads its range. */
interface ReadyPage {
  readonly page: ScanPage;
  readonly reader: RangeReader;
}

/**
 * The pages of all ranges, in the order in which they come. So many ranges are open at a time as pages may be held, and
 * each has one page under way or waiting: its next one is fetched when that page was read to its end. Nothing is fetched
 * for a consumer that stands still, and an idle fetcher is referred to by nothing.
 */
export class ScanFetcher implements RangeListener {
  /** Ranges that were read to their end, and their tokens. */
  rangesDone = 0;
  widthDone = 0n;
  readonly #options: ScanFetcherOptions;
  readonly #ranges: readonly ScanRange[];
  #begun = 0;
  readonly #readers = new Set<RangeReader>();
  readonly #ready: ReadyPage[] = [];
  #atHand: ReadyPage | null = null;
  #failure: { readonly error: unknown } | null = null;
  #waiting: (() => void) | null = null;
  #isClosed = false;

  /** @param ranges - in the order in which they are begun */
  constructor(ranges: readonly ScanRange[], options: ScanFetcherOptions) {
    this.#ranges = ranges;
    this.#options = options;
  }

  get signal(): AbortSignal | undefined {
    return this.#options.settings.signal;
  }

  /** Ranges that were not read to their end, as they stand; of the page at hand so many rows were handed out. */
  remaining(handed: number): ScanRange[] {
    const left = this.#ranges.slice(this.#begun);
    for (const reader of this.#readers) {
      const isAtHand = this.#atHand?.reader === reader;
      const range = isAtHand ? (this.#atHand as ReadyPage).page.positionAfter(handed) : reader.range;
      if (range !== null) left.push(range);
    }
    return left;
  }

  /** The next page with rows; null after the last, or when closed. The one before was read to its end. */
  async next(): Promise<ScanPage | null> {
    this.check();
    this.finishPage();
    this.#fill();
    while (this.#ready.length === 0) {
      if (this.#isClosed) return null;
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#readers.size === 0) return null;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
      this.check();
    }
    this.#atHand = this.#ready.shift() as ReadyPage;
    return this.#atHand.page;
  }

  /** Takes note that the page at hand was read to its end; its range goes on. */
  finishPage(): void {
    if (this.#isClosed || this.#atHand === null) return;
    const { page, reader } = this.#atHand;
    this.#atHand = null;
    this.#goOn(reader, page);
  }

  /**
   * Gives everything up. What was handed out of the page at hand is noted.
   * @param handed - rows of it
   */
  close(handed = 0): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#atHand !== null) {
      const { page, reader } = this.#atHand;
      this.#atHand = null;
      this.#move(reader, page.positionAfter(handed));
    }
    this.#ready.length = 0;
    for (const reader of this.#readers) reader.close();
    this.#tell();
  }

  onPage(reader: RangeReader, received: ReceivedPage): void {
    if (this.#isClosed) return;
    let page: ScanPage;
    try {
      page = new ScanPage(reader.range, received, this.#options.shape);
    } catch (error) {
      received.raw.request.failOnRows(error);
      this.onError(error);
      return;
    }
    if (page.rowCount === 0) this.#goOn(reader, page);
    else this.#ready.push({ page, reader });
    this.#fill();
    this.#tell();
  }

  /** Pages that are there are still given; then this is told. */
  onError(error: unknown): void {
    if (this.#isClosed) return;
    const isOverdue = error instanceof TimeoutError && this.#options.remainingMs() <= 0;
    this.#failure ??= { error: isOverdue ? this.#timeoutError() : error };
    this.#tell();
  }

  /** Whether reading may go on. @throws AbortError, TimeoutError */
  check(): void {
    const { signal } = this;
    if (signal?.aborted === true)
      throw new AbortError('The scan was aborted by its signal; its reason is the cause', {
        cause: signal.reason,
        outcome: 'rejected',
      });
    if (this.#options.remainingMs() <= 0) throw this.#timeoutError();
  }

  #goOn(reader: RangeReader, page: ScanPage): void {
    this.#move(reader, page.positionAfter(page.rowCount));
    page.release();
    if (this.#readers.has(reader) && this.#failure === null) reader.fetch();
  }

  #move(reader: RangeReader, position: ScanRange | null): void {
    if (position !== null) {
      reader.range = position;
      return;
    }
    this.#readers.delete(reader);
    this.rangesDone++;
    this.widthDone += reader.range.width;
  }

  #fill(): void {
    const { concurrency } = this.#options;
    while (!this.#isClosed && this.#failure === null && this.#readers.size < concurrency) {
      const range = this.#ranges[this.#begun];
      if (range === undefined) return;
      this.#begun++;
      const reader = new RangeReader(range, this.#options, this);
      this.#readers.add(reader);
      reader.fetch();
    }
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }

  #timeoutError(): TimeoutError {
    const { timeoutMs } = this.#options;
    return new TimeoutError(
      `The scan took longer than timeoutMs (${timeoutMs} ms); raise it, or go on from its checkpoint`,
      timeoutMs,
      { outcome: 'rejected' },
    );
  }
}
