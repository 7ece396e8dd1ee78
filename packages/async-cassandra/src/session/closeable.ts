import { ConfigurationError } from '../errors/index.ts';

/** Something with a life: open, closing, closed. Closing twice, or by several callers at once, is one closing. */
export abstract class AsyncCloseable {
  #closing: Promise<void> | null = null;
  #isClosed = false;

  /** Whether closing has ended. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /** Whether closing has begun: nothing new is taken. */
  get isClosing(): boolean {
    return this.#closing !== null;
  }

  /** Operations accepted and not settled yet. */
  abstract get activeOperations(): number;

  /**
   * Takes nothing new, lets what is under way finish for `drainTimeoutMs`, then fails the rest with
   * `SessionClosedError`. All callers share one promise, and the first one's drain time.
   * @throws ConfigurationError when the drain time is no number of milliseconds; then nothing is closed
   */
  close(options: { readonly drainTimeoutMs?: number } = {}): Promise<void> {
    const { drainTimeoutMs = 0 } = options;
    if (typeof drainTimeoutMs !== 'number' || !(drainTimeoutMs >= 0)) {
      const message = 'Option "drainTimeoutMs" must be a number of milliseconds of at least 0';
      return Promise.reject(new ConfigurationError('drainTimeoutMs', message));
    }
    this.#closing ??= this.closeOnce(options).finally(() => {
      this.#isClosed = true;
    });
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What closing does, once. */
  protected abstract closeOnce(options: { readonly drainTimeoutMs?: number }): Promise<void>;
}

/** What `await using` can hold. */
export type AsyncContextManageable = AsyncDisposable;
