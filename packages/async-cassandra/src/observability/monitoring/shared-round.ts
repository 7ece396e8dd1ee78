import { AbortError } from '../../errors/index.ts';

/**
 * Work that several callers wait for, each with a signal of their own: one that gives up takes nothing from the others,
 * and the work is given up with the last of them.
 */
export class SharedRound<T> {
  readonly #over = new AbortController();
  readonly #result: Promise<T>;
  #callers = 0;
  #isSettled = false;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.#result = work(this.#over.signal).finally(() => {
      this.#isSettled = true;
    });
    // Every caller may have given up when it fails.
    this.#result.catch(() => undefined);
  }

  /** Whether somebody can still join. */
  get isOpen(): boolean {
    return !this.#isSettled && !this.#over.signal.aborted;
  }

  /** @throws AbortError when the signal fires, else what the work throws */
  join(signal: AbortSignal | undefined): Promise<T> {
    this.#callers++;
    return new Promise<T>((resolve, reject) => {
      const release = (): void => {
        signal?.removeEventListener('abort', onAbort);
        this.#callers--;
      };
      const onAbort = (): void => {
        release();
        if (this.#callers === 0) this.#over.abort();
        const cause: unknown = signal?.reason;
        reject(new AbortError('The check was aborted; its signal has the reason', { cause, outcome: 'rejected' }));
      };
      if (signal?.aborted === true) {
        onAbort();
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#result.then(
        (value) => {
          release();
          resolve(value);
        },
        (error: unknown) => {
          release();
          reject(error instanceof Error ? error : new Error('A check threw what is no error', { cause: error }));
        },
      );
    });
  }
}
