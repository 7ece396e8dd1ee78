/** Where an iterator gets its items from, many at a time. */
export interface RowSource<T> {
  /** Asked before each item that is there already: false has `refill` asked instead, which tells why. */
  mayGoOn(): boolean;
  /** The next items, at least one; null at the end. */
  refill(): Promise<readonly T[] | null>;
  /** Nothing more is wanted, or this error has ended it; not told of an end that `refill` gave. Harmless when it was said before. */
  end(failure?: { readonly error: unknown }): void;
}

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/**
 * Items of a source one by one, counted, so that it is known at any moment which ones the consumer has. Those that are
 * there already cost one promise each and no other asynchronous work. Calls of `next` that overlap are answered in their
 * order.
 */
export class RowIterator<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #source: RowSource<T>;
  #items: readonly T[] = [];
  #at = 0;
  /** Items handed out of those before. */
  #handedBefore = 0;
  #isDone = false;
  /** The last of the calls that are not answered yet. */
  #last: Promise<IteratorResult<T, undefined>> | null = null;

  constructor(source: RowSource<T>) {
    this.#source = source;
  }

  /** How many items were handed out; it stands when all has ended, too. */
  get handed(): number {
    return this.#handedBefore + this.#at;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#last === null && this.#at < this.#items.length && this.#source.mayGoOn())
      return Promise.resolve({ done: false, value: this.#items[this.#at++] as T });
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
    this.stop();
    this.#source.end();
    return Promise.resolve(DONE);
  }

  async throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Forgets the items that are there: the next one is asked of the source. */
  drop(): void {
    this.#handedBefore += this.#at;
    this.#at = 0;
    this.#items = [];
  }

  /** Ends: there are no more items. */
  stop(): void {
    this.#isDone = true;
    this.drop();
  }

  async #step(): Promise<IteratorResult<T, undefined>> {
    if (this.#at < this.#items.length && this.#source.mayGoOn())
      return { done: false, value: this.#items[this.#at++] as T };
    if (this.#isDone) return DONE;
    try {
      // Let go before their successors come.
      this.drop();
      const items = await this.#source.refill();
      if (items === null || this.#hasEnded()) {
        this.stop();
        return DONE;
      }
      this.#items = items;
      this.#at = 1;
      return { done: false, value: items[0] as T };
    } catch (error) {
      this.stop();
      this.#source.end({ error });
      throw error;
    }
  }

  /** Asked anew after waiting. */
  #hasEnded(): boolean {
    return this.#isDone;
  }
}
