import { ConfigurationError } from '../errors/index.ts';
import type { Params } from './bind.ts';

type Step = IteratorResult<Params, unknown>;

/** Parameters from any iterable, pulled by several workers. An async source is asked for one item at a time. */
export class ParameterSource {
  readonly #iterator: Iterator<Params> | AsyncIterator<Params>;
  readonly #isAsync: boolean;
  #last: Promise<unknown> = Promise.resolve();
  #pulling = 0;
  #isEnded = false;

  /** @throws ConfigurationError when it is not iterable */
  constructor(params: Iterable<Params> | AsyncIterable<Params>) {
    const given: unknown = params;
    if (hasMethod(given, Symbol.asyncIterator))
      this.#iterator = (given as AsyncIterable<Params>)[Symbol.asyncIterator]();
    else if (hasMethod(given, Symbol.iterator)) this.#iterator = (given as Iterable<Params>)[Symbol.iterator]();
    else
      throw new ConfigurationError('params', 'executeConcurrent() takes an iterable or async iterable of parameters');
    this.#isAsync = hasMethod(given, Symbol.asyncIterator);
  }

  /** A plain iterator is pulled without giving up the turn, so that all workers write together. */
  next(): Step | Promise<Step> {
    if (!this.#isAsync) return this.#pull();
    this.#pulling++;
    const pulled = this.#last.then(() => this.#pull());
    const done = (): void => {
      this.#pulling--;
    };
    this.#last = pulled.then(done, done);
    return pulled;
  }

  /** Tells the source that nothing more is wanted. What it throws is no news beside the reason for that. */
  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    try {
      const ended = this.#iterator.return?.();
      // A source that is asked for an item at the moment may answer that first, or never.
      if (this.#pulling === 0) await ended;
      else if (ended instanceof Promise) ended.catch(() => undefined);
    } catch {
      // As said above.
    }
  }

  #pull(): Step | Promise<Step> {
    if (this.#isEnded) return { done: true, value: undefined };
    try {
      const step = this.#iterator.next();
      return step instanceof Promise ? step.then((result) => this.#note(result)) : this.#note(step);
    } catch (error) {
      this.#isEnded = true;
      throw error;
    }
  }

  #note(step: Step): Step {
    if (step.done === true) this.#isEnded = true;
    return step;
  }
}

function hasMethod(value: unknown, name: symbol): boolean {
  return typeof (value as Readonly<Record<symbol, unknown>> | null | undefined)?.[name] === 'function';
}
