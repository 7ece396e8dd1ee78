import type { Row } from '../../codecs/index.ts';
import type { Params } from '../bind.ts';
import type { PreparedStatement } from '../prepared-statement.ts';
import type { AsyncResultSet } from '../result-set.ts';
import { type AsCompletedOptions, checkAsCompletedOptions } from './concurrent-options.ts';
import { ConcurrentRun } from './concurrent-run.ts';
import type { ConcurrentTarget } from './concurrent-target.ts';
import { checkIterable, ParameterSource } from './parameter-source.ts';
import { concurrencyLimit, repeatedStatement } from './repeated-statement.ts';

/** What became of one set of parameters; `index` is its place in the source, from 0. */
export type CompletedStatement<R extends Row = Row> =
  | { readonly index: number; readonly result: AsyncResultSet<R>; readonly error?: undefined }
  | { readonly index: number; readonly error: unknown; readonly result?: undefined };

type Step<R extends Row> = IteratorResult<CompletedStatement<R>, undefined>;

interface Taker<R extends Row> {
  readonly resolve: (step: Step<R>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Outcomes in the order in which they come. It begins when the first one is asked for. Each statement that is begun is
 * reported exactly once, unless the iteration is left before.
 */
export class CompletedStatements<R extends Row> implements AsyncIterableIterator<CompletedStatement<R>, undefined> {
  readonly #target: ConcurrentTarget;
  readonly #query: string | PreparedStatement<R>;
  readonly #params: Iterable<Params> | AsyncIterable<Params>;
  readonly #options: AsCompletedOptions;
  readonly #outcomes: CompletedStatement<R>[] = [];
  readonly #takers: Taker<R>[] = [];
  readonly #over: Promise<void>;
  #setOver: () => void = () => undefined;
  #source: ParameterSource<Params> | null = null;
  #run: ConcurrentRun<Params, AsyncResultSet<R>> | null = null;
  #isStarted = false;
  #isLeft = false;
  #isOver = false;
  #fatal: { readonly error: unknown } | null = null;

  /** @throws ConfigurationError */
  constructor(
    target: ConcurrentTarget,
    query: string | PreparedStatement<R>,
    params: Iterable<Params> | AsyncIterable<Params>,
    options: AsCompletedOptions,
  ) {
    checkAsCompletedOptions(options);
    checkIterable(params);
    this.#target = target;
    this.#query = query;
    this.#params = params;
    this.#options = options;
    this.#over = new Promise((resolve) => {
      this.#setOver = resolve;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step<R>> {
    const outcome = this.#outcomes.shift();
    if (outcome !== undefined) {
      this.#run?.fill();
      return Promise.resolve({ done: false, value: outcome });
    }
    if (this.#isOver) return this.#last();
    return new Promise((resolve, reject) => {
      this.#takers.push({ resolve, reject });
      if (this.#isStarted) return;
      this.#isStarted = true;
      void this.#start();
    });
  }

  /** Leaves the iteration: nothing more is begun. Resolves when what is under way has ended. */
  async return(): Promise<Step<R>> {
    this.#isLeft = true;
    this.#outcomes.length = 0;
    if (this.#isStarted) {
      this.#run?.stop(undefined);
      await this.#over;
    } else this.#isOver = true;
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<Step<R>> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #start(): Promise<void> {
    try {
      const { signal, concurrency } = this.#options;
      const target = this.#target;
      const { statement, settings } = await repeatedStatement<R>(target, this.#query, this.#options);
      const source = new ParameterSource<Params>(this.#params);
      this.#source = source;
      const run = new ConcurrentRun<Params, AsyncResultSet<R>>({
        source,
        limit: concurrencyLimit(target, concurrency),
        seams: target.core.parts.seams,
        signal,
        aborts: target.core.aborts,
        closing: target.core.closing,
        execute: (params) => target.execute<R>(statement, params, settings),
        onBegin: () => undefined,
        onResult: (_params, index, result) => this.#deliver({ index, result }),
        onError: (_params, index, error) => this.#deliver({ index, error }),
        waiting: this.#outcomes,
        onEnd: (fatal) => void this.#finish(fatal),
      });
      this.#run = run;
      if (this.#isLeft) run.stop(undefined);
      else run.fill();
    } catch (error) {
      await this.#finish({ error });
    }
  }

  #deliver(outcome: CompletedStatement<R>): void {
    if (this.#isLeft) return;
    const taker = this.#takers.shift();
    if (taker === undefined) this.#outcomes.push(outcome);
    else taker.resolve({ done: false, value: outcome });
  }

  async #finish(fatal: { readonly error: unknown } | null): Promise<void> {
    await this.#source?.end(this.#options.signal?.aborted !== true);
    this.#isOver = true;
    if (!this.#isLeft) this.#fatal = fatal;
    // Those who wait have taken all outcomes.
    for (const taker of this.#takers.splice(0)) this.#last().then(taker.resolve, taker.reject);
    this.#setOver();
  }

  /** The error that ended it is reported once; from then on it is just over. */
  #last(): Promise<Step<R>> {
    const fatal = this.#fatal;
    this.#fatal = null;
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a source may throw anything
    return fatal === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(fatal.error);
  }
}
