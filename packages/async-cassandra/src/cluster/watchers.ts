interface Watcher {
  readonly signal: AbortSignal | undefined;
  readonly onAbort: () => void;
  readonly resolve: (isTrue: boolean) => void;
}

/** Waits for a condition that is looked at again whenever something happens that it depends on. */
export class Watchers {
  readonly #condition: () => boolean;
  readonly #waiting = new Set<Watcher>();
  #isClosed = false;

  constructor(condition: () => boolean) {
    this.#condition = condition;
  }

  /** Resolves with true when the condition holds, with false when the signal fires or `close` is called before. */
  wait(signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#isClosed || signal?.aborted === true) return Promise.resolve(false);
    if (this.#condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const watcher: Watcher = { signal, onAbort: () => this.#end(watcher, false), resolve };
      this.#waiting.add(watcher);
      signal?.addEventListener('abort', watcher.onAbort, { once: true });
    });
  }

  /** Something has happened that the condition depends on. */
  check(): void {
    if (this.#waiting.size > 0 && this.#condition()) for (const watcher of this.#waiting) this.#end(watcher, true);
  }

  close(): void {
    this.#isClosed = true;
    for (const watcher of this.#waiting) this.#end(watcher, false);
  }

  #end(watcher: Watcher, isTrue: boolean): void {
    this.#waiting.delete(watcher);
    watcher.signal?.removeEventListener('abort', watcher.onAbort);
    watcher.resolve(isTrue);
  }
}
