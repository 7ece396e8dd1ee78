interface Queued<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T | PromiseLike<T>) => void;
}

/**
 * Runs a task at most once at a time, with at most one more run queued: whoever asks while it runs shares the next
 * run, which starts after they asked and so sees all that they know of.
 */
export class CoalescedTask<T> {
  readonly #task: () => Promise<T>;
  #running = false;
  #queued: Queued<T> | null = null;

  constructor(task: () => Promise<T>) {
    this.#task = task;
  }

  /** Settles as the first run does that starts after this call. */
  request(): Promise<T> {
    if (!this.#running) return this.#start();
    if (this.#queued === null) {
      let resolve: Queued<T>['resolve'] = () => undefined;
      const promise = new Promise<T>((settle) => {
        resolve = settle;
      });
      this.#queued = { promise, resolve };
    }
    return this.#queued.promise;
  }

  #start(): Promise<T> {
    this.#running = true;
    const run = this.#task();
    const over = (): void => this.#over();
    // Registered first: the next run has begun before anyone who waits for this one goes on.
    run.then(over, over);
    return run;
  }

  #over(): void {
    this.#running = false;
    const queued = this.#queued;
    if (queued === null) return;
    this.#queued = null;
    queued.resolve(this.#start());
  }
}
