import { ConfigurationError } from '../../errors/index.ts';

/** Something to pull items from, by one asker that waits for each answer before it asks again. */
export interface PullSource<T> {
  /** A plain iterator is pulled without giving up the turn. */
  next(): IteratorResult<T, unknown> | Promise<IteratorResult<T, unknown>>;
}

/** Parameters from any iterable. */
export class ParameterSource<T> implements PullSource<T> {
  readonly #iterator: Iterator<T> | AsyncIterator<T>;
  readonly #isAsync: boolean;
  #isPulling = false;
  #isEnded = false;

  /** @throws ConfigurationError when it is not iterable */
  constructor(params: Iterable<T> | AsyncIterable<T>) {
    checkIterable(params);
    this.#isAsync = hasMethod(params, Symbol.asyncIterator);
    this.#iterator = this.#isAsync
      ? (params as AsyncIterable<T>)[Symbol.asyncIterator]()
      : (params as Iterable<T>)[Symbol.iterator]();
  }

  next(): IteratorResult<T, unknown> | Promise<IteratorResult<T, unknown>> {
    if (this.#isEnded) return { done: true, value: undefined };
    if (this.#isAsync) return this.#pullAsync();
    try {
      const step = (this.#iterator as Iterator<T>).next();
      if (step.done === true) this.#isEnded = true;
      return step;
    } catch (error) {
      this.#isEnded = true;
      throw error;
    }
  }

  /**
   * Tells the source that nothing more is wanted, unless it has ended by itself. What it throws at that is no news
   * beside the reason for it.
   * @param isPatient - whether to wait until it has ended
   */
  async end(isPatient: boolean): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    try {
      const ended = this.#iterator.return?.();
      // A source that is asked for an item at the moment may answer that first, or never.
      if (isPatient && !this.#isPulling) await ended;
      else if (ended instanceof Promise) ended.catch(() => undefined);
    } catch {
      // As said above.
    }
  }

  async #pullAsync(): Promise<IteratorResult<T, unknown>> {
    this.#isPulling = true;
    try {
      const step = await (this.#iterator as AsyncIterator<T>).next();
      if (step.done === true) this.#isEnded = true;
      return step;
    } catch (error) {
      this.#isEnded = true;
      throw error;
    } finally {
      this.#isPulling = false;
    }
  }
}

/** @throws ConfigurationError when it is not iterable */
export function checkIterable(params: unknown): void {
  if (!hasMethod(params, Symbol.asyncIterator) && !hasMethod(params, Symbol.iterator))
    throw new ConfigurationError('params', 'executeConcurrent() takes an iterable or async iterable of parameters');
}

function hasMethod(value: unknown, name: symbol): boolean {
  return typeof (value as Readonly<Record<symbol, unknown>> | null | undefined)?.[name] === 'function';
}
