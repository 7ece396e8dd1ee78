/** Where a scan's iterator gets its items from, many at a time. */
export interface ItemSource<T> {
  /** Asked before each item that is there already: false has `refill` asked instead, which tells why. */
  mayGoOn(): boolean;
  /**
   * The next items, at least one; null at the end.
   * @param handed - how many of the items before were handed out
   */
  refill(handed: number): Promise<readonly T[] | null>;
  /** Nothing more is wanted, or this error has ended it. Harmless when it was said before. */
  end(failure?: { readonly error: unknown }): void;
}

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/**
 * Hands out items one by one and counts them, so that it is known at any moment which ones the consumer has. Calls of
 * `next` that overlap are answered in their order.
 */
export class ScanIterator<T> implements AsyncIterableIterator<T, undefined, undefined> {
  /** Items handed out since the last refill. */
  handed = 0;
  readonly #source: ItemSource<T>;
  #items: readonly T[] = [];
  #isDone = false;
  /** The last of the calls that are not answered yet. */
  #last: Promise<IteratorResult<T, undefined>> | null = null;

  constructor(source: ItemSource<T>) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#last === null && this.#hasItem()) return Promise.resolve(this.#hand());
    const step = (): Promise<IteratorResult<T, undefined>> => this.#step();
    const answer = this.#last === null ? this.#step() : this.#last.then(step, step);
    this.#last = answer;
    const answered = (): void => {
      if (this.#last === answer) this.#last = null;
    };
    answer.then(answered, answered);
    return answer;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    return Promise.resolve(DONE);
  }

  async throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #step(): Promise<IteratorResult<T, undefined>> {
    if (this.#hasItem()) return this.#hand();
    if (this.#isDone) return DONE;
    try {
      const { handed } = this;
      this.#items = [];
      this.handed = 0;
      const items = await this.#source.refill(handed);
      if (items !== null && !this.#hasEnded()) {
        this.#items = items;
        return this.#hand();
      }
      this.#end();
      return DONE;
    } catch (error) {
      this.#end({ error });
      throw error;
    }
  }

  #hasItem(): boolean {
    return this.handed < this.#items.length && this.#source.mayGoOn();
  }

  #hand(): IteratorYieldResult<T> {
    return { done: false, value: this.#items[this.handed++] as T };
  }

  /** Asked anew after waiting. */
  #hasEnded(): boolean {
    return this.#isDone;
  }

  /** The source is told while the count still stands. */
  #end(failure?: { readonly error: unknown }): void {
    this.#isDone = true;
    this.#items = [];
    this.#source.end(failure);
  }
}
