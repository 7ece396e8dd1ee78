import type { PageGuard, PageWait } from './page-guard.ts';

/** A page that is being fetched. */
export interface PageFetch {
  start(): void;
  onAborted(reason: unknown): void;
}

/** A page whose fetch has to pass a guard first. Given up, it is gone from there too. */
export class GuardedFetch<P> implements PageFetch {
  readonly #guard: PageGuard;
  readonly #wait: Pick<PageWait, 'timeoutMs'>;
  readonly #fetch: (timeoutMs: number, resolve: (page: P) => void, reject: (error: unknown) => void) => PageFetch;
  readonly #resolve: (page: P) => void;
  readonly #reject: (error: unknown) => void;
  readonly #givenUp = new AbortController();
  #request: PageFetch | null = null;

  /** @param fetch - makes the request itself, once the guard has let it pass */
  constructor(
    guard: PageGuard,
    wait: Pick<PageWait, 'timeoutMs'>,
    fetch: (timeoutMs: number, resolve: (page: P) => void, reject: (error: unknown) => void) => PageFetch,
    resolve: (page: P) => void,
    reject: (error: unknown) => void,
  ) {
    this.#guard = guard;
    this.#wait = wait;
    this.#fetch = fetch;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const passed = (timeoutMs: number): Promise<P> =>
      new Promise<P>((resolve, reject) => {
        this.#request = this.#fetch(timeoutMs, resolve, reject);
        this.#request.start();
      });
    this.#guard(passed, { timeoutMs: this.#wait.timeoutMs, signal: this.#givenUp.signal }).then(
      this.#resolve,
      this.#reject,
    );
  }

  onAborted(reason: unknown): void {
    this.#givenUp.abort(reason);
    this.#request?.onAborted(reason);
  }
}
