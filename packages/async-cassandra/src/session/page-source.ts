import { AbortError, SessionClosedError, TimeoutError } from '../errors/index.ts';
import { type RawPage, rawPageReceiver } from './raw-page.ts';
import { Request } from './request.ts';
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

/** A page, or what ended the fetching. */
type Arrival = { readonly page: RawPage } | { readonly error: unknown };

/**
 * The pages of one result in their order, at most `prefetchPages` of them fetched ahead of the one being read. At most
 * one fetch is under way, for the paging state of a page comes with it; an idle source is referred to by nothing.
 */
export class PageSource {
  readonly #first: LiveRequest;
  readonly #options: PageSourceOptions;
  readonly #ready: Arrival[] = [];
  #fetching: Request | null = null;
  #waiting: ((arrival: Arrival | null) => void) | null = null;
  #nextState: Buffer | undefined;
  #pagesAsked: number;
  #isClosed = false;

  /** @param firstPage - page one, which has arrived */
  constructor(firstPage: RawPage, options: PageSourceOptions) {
    this.#first = firstPage.request;
    this.#options = options;
    this.#nextState = firstPage.pagingState;
    this.#pagesAsked = 1;
  }

  /** The next page; null after the last, or when closed. Fetches ahead from here on. */
  async next(): Promise<RawPage | null> {
    const { core } = this.#first;
    const { signal } = this.#first.settings;
    if (this.#isClosed) return null;
    if (signal?.aborted === true)
      throw this.#end(
        new AbortError('The stream was aborted by its signal; its reason is the cause', {
          cause: signal.reason,
          outcome: 'rejected',
        }),
      );
    if (core.parts.seams.timers.now() >= this.#options.deadline) throw this.#end(this.#timeoutError());
    let arrival = this.#ready.shift() ?? null;
    if (arrival === null) {
      this.#fetch();
      if (this.#fetching === null) return null;
      arrival = await new Promise<Arrival | null>((resolve) => {
        this.#waiting = resolve;
      });
    }
    if (arrival === null) return null;
    if ('error' in arrival) throw this.#end(arrival.error);
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
    this.#tell(null);
  }

  #end(error: unknown): unknown {
    this.close();
    return error;
  }

  #fetch(): void {
    if (
      this.#isClosed ||
      this.#fetching !== null ||
      this.#nextState === undefined ||
      this.#pagesAsked >= this.#options.maxPages
    )
      return;
    const like = this.#first;
    const remaining = this.#options.deadline - like.core.parts.seams.timers.now();
    if (like.core.isClosed) {
      this.#arrive({
        error: new SessionClosedError('The session is closed; further pages cannot be fetched', {
          outcome: 'rejected',
        }),
      });
      return;
    }
    if (remaining <= 0) {
      this.#arrive({ error: this.#timeoutError() });
      return;
    }
    const settings: RequestSettings = {
      ...like.settings,
      pagingState: this.#nextState,
      timeoutMs: Math.min(like.settings.timeoutMs, remaining),
    };
    this.#pagesAsked++;
    const request: Request = new Request(
      like.core,
      like.statement,
      like.values,
      settings,
      rawPageReceiver,
      (page) => this.#onPage(request, page as RawPage),
      (error) => this.#onError(request, error),
    );
    this.#fetching = request;
    request.start();
  }

  #onPage(request: Request, page: RawPage): void {
    if (this.#fetching !== request) return;
    this.#fetching = null;
    this.#nextState = page.pagingState;
    this.#arrive({ page });
    this.prefetch();
  }

  #onError(request: Request, error: unknown): void {
    if (this.#fetching !== request) return;
    this.#fetching = null;
    this.#nextState = undefined;
    this.#arrive({ error });
  }

  #arrive(arrival: Arrival): void {
    if (this.#waiting !== null) this.#tell(arrival);
    else this.#ready.push(arrival);
  }

  #tell(arrival: Arrival | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.(arrival);
  }

  #timeoutError(): TimeoutError {
    const { timeoutMs } = this.#options;
    return new TimeoutError(
      `The stream took longer than timeoutMs (${timeoutMs} ms); raise it, or resume from pagingState`,
      timeoutMs,
      { outcome: 'rejected' },
    );
  }
}
