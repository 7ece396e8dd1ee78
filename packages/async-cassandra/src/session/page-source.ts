import { AbortError, TimeoutError } from '../errors/index.ts';
import { pageRequest } from './fetch-page.ts';
import { GuardedFetch, type PageFetch } from './guarded-fetch.ts';
import { joinGuards, type PageGuard } from './page-guard.ts';
import type { RawPage } from './raw-page.ts';
import type { LiveRequest } from './request-contract.ts';
import type { RequestSettings } from './request-settings.ts';

/** How a page source fetches. */
export interface PageSourceOptions {
  readonly prefetchPages: number;
  readonly maxPages: number;
  /** End of the whole stream on the clock of `Timers.now`, or Infinity. */
  readonly deadline: number;
  /** The `timeoutMs` that `deadline` stems from. */
  readonly timeoutMs: number;
}

/** The error of a stream whose signal has fired. */
export function streamAborted(signal: AbortSignal): AbortError {
  return new AbortError('The stream was aborted by its signal; its reason is the cause', {
    cause: signal.reason,
    outcome: 'rejected',
  });
}

/** A page, or what ended the fetching. */
type Arrival = { readonly page: RawPage } | { readonly error: unknown };

/**
 * The pages of one result in their order, at most `prefetchPages` of them fetched ahead of the one being read. At most
 * one fetch is under way, for the paging state of a page comes with it; an idle source is referred to by nothing.
 */
export class PageSource {
  readonly #first: LiveRequest;
  #settings: RequestSettings;
  readonly #options: PageSourceOptions;
  readonly #ready: Arrival[] = [];
  #fetching: PageFetch | null = null;
  #waiting: (() => void) | null = null;
  #nextState: Buffer | undefined;
  #pagesAsked: number;
  #isClosed = false;

  /**
   * @param firstPage - page one, which has arrived
   * @param settings - of the further pages
   */
  constructor(firstPage: RawPage, settings: RequestSettings, options: PageSourceOptions) {
    this.#first = firstPage.request;
    this.#settings = settings;
    this.#options = options;
    this.#nextState = firstPage.pagingState;
    this.#pagesAsked = 1;
  }

  get signal(): AbortSignal | undefined {
    return this.#settings.signal;
  }

  guardPages(guard: PageGuard): void {
    this.#settings = { ...this.#settings, pageGuard: joinGuards(guard, this.#settings.pageGuard) };
  }

  /** Neither the signal nor the end of its time has ended the stream. */
  mayGoOn(): boolean {
    return this.#settings.signal?.aborted !== true && (this.#options.deadline === Infinity || this.#remainingMs() > 0);
  }

  /**
   * Whether reading may go on.
   * @throws AbortError, TimeoutError, having closed the source
   */
  check(): void {
    const { signal } = this;
    if (signal?.aborted === true) {
      this.close();
      throw streamAborted(signal);
    }
    if (this.#remainingMs() <= 0) {
      this.close();
      throw this.#timeoutError();
    }
  }

  /** The next page; null after the last, or when closed. Fetches ahead from here on. */
  async next(): Promise<RawPage | null> {
    if (this.#isClosed) return null;
    this.check();
    if (this.#ready.length === 0) this.#fetch();
    if (this.#ready.length === 0 && this.#fetching !== null)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    const arrival = this.#ready.shift();
    if (arrival === undefined) return null;
    if ('error' in arrival) {
      this.close();
      throw arrival.error;
    }
    this.prefetch();
    return arrival.page;
  }

  /** Fetches ahead when there is room for another page. */
  prefetch(): void {
    if (this.#ready.length < this.#options.prefetchPages) this.#fetch();
  }

  /** Gives everything up: a fetch under way is cancelled, pages that wait are dropped. */
  close(): void {
    this.#isClosed = true;
    this.#ready.length = 0;
    const request = this.#fetching;
    this.#fetching = null;
    request?.onAborted('the stream was closed');
    this.#tell();
  }

  #fetch(): void {
    const { maxPages } = this.#options;
    if (this.#isClosed || this.#fetching !== null || this.#nextState === undefined || this.#pagesAsked >= maxPages)
      return;
    const settings: RequestSettings = {
      ...this.#settings,
      pagingState: this.#nextState,
      timeoutMs: Math.min(this.#settings.timeoutMs, Math.max(1, this.#remainingMs())),
    };
    this.#pagesAsked++;
    const fetch: PageFetch = this.#pageFetch(
      settings,
      (page) => this.#arrived(fetch, page.pagingState, { page }),
      (error) => this.#arrived(fetch, undefined, { error: this.#explain(error) }),
    );
    this.#fetching = fetch;
    fetch.start();
  }

  #pageFetch(settings: RequestSettings, resolve: (page: RawPage) => void, reject: (error: unknown) => void): PageFetch {
    const { pageGuard } = settings;
    if (pageGuard === undefined) return pageRequest(this.#first, settings, resolve, reject);
    return new GuardedFetch<RawPage>(
      pageGuard,
      settings,
      (timeoutMs, onPage, onError) => pageRequest(this.#first, { ...settings, timeoutMs }, onPage, onError),
      resolve,
      reject,
    );
  }

  #arrived(fetch: PageFetch, nextState: Buffer | undefined, arrival: Arrival): void {
    if (this.#fetching !== fetch) return;
    this.#fetching = null;
    this.#nextState = nextState;
    this.#ready.push(arrival);
    this.#tell();
    this.prefetch();
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }

  #remainingMs(): number {
    return this.#options.deadline - this.#first.core.parts.seams.timers.now();
  }

  /** A page that took longer than what was left of the stream's time. */
  #explain(error: unknown): unknown {
    return error instanceof TimeoutError && this.#remainingMs() <= 0 ? this.#timeoutError(error.node) : error;
  }

  #timeoutError(node?: string): TimeoutError {
    const { timeoutMs } = this.#options;
    const what = node === undefined ? 'The stream' : `The stream, last waiting for ${node},`;
    return new TimeoutError(
      `${what} took longer than timeoutMs (${timeoutMs} ms); check the cluster's load, raise it, or resume from pagingState`,
      timeoutMs,
      { outcome: 'rejected', node },
    );
  }
}
