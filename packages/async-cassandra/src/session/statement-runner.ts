import { ConfigurationError } from '../errors/index.ts';
import { BatchStatement } from './batch-statement.ts';
import { bindValues, type Params } from './bind.ts';
import type { BoundQuery } from './bound-query.ts';
import { prepareBatch } from './prepare-batch.ts';
import { PreparedStatement } from './prepared-statement.ts';
import { type ReadyStatement, readyStatement, type StatementContext } from './ready-statement.ts';
import { resultSetReceiver } from './receive-result.ts';
import { Request } from './request.ts';
import type { Executable } from './request-contract.ts';
import type { RequestCore } from './request-core.ts';
import type { RequestSettings } from './request-settings.ts';

const NO_VALUES: readonly unknown[] = Object.freeze([]);

/** Makes requests of statements: binds their values, has prepared what is not, and sends. */
export class StatementRunner {
  readonly #context: StatementContext;
  readonly #core: RequestCore;
  readonly #capture: (resolve: (result: never) => void, reject: (error: unknown) => void) => void;
  #resolve: (result: never) => void = ignore;
  #reject: (error: unknown) => void = ignore;

  constructor(context: StatementContext) {
    this.#context = context;
    this.#core = context.core;
    // One executor for all promises spares a closure for each.
    this.#capture = (resolve, reject): void => {
      this.#resolve = resolve;
      this.#reject = reject;
    };
  }

  /** Never throws: what is wrong with the statement or its parameters is a rejection too. */
  execute<T>(
    query: string | PreparedStatement | BoundQuery | BatchStatement,
    params: Params | undefined,
    settings: RequestSettings,
  ): Promise<T> {
    try {
      if (query instanceof PreparedStatement && !query.plan.isStale)
        return this.#run(query, bindValues(query.plan.variables, params ?? NO_VALUES), settings);
      return this.#makeReady(query, params, settings);
    } catch (error) {
      return Promise.reject(asError(error));
    }
  }

  /** Work outside of a request that counts as active, so that closing waits for it. */
  async counted<T>(work: Promise<T>): Promise<T> {
    this.#core.enter();
    try {
      return await work;
    } finally {
      this.#core.leave();
    }
  }

  /** Executes what is not, or not any more, a prepared statement. */
  #makeReady<T>(
    query: string | PreparedStatement | BoundQuery | BatchStatement,
    params: Params | undefined,
    settings: RequestSettings,
  ): Promise<T> {
    const ready =
      query instanceof BatchStatement
        ? this.#batch(query, params, settings)
        : readyStatement(this.#context, query, params, settings);
    if (ready instanceof Promise) return this.#runLater(ready, settings);
    return this.#run(ready.statement, ready.values, settings);
  }

  #run<T>(
    statement: Executable,
    values: readonly unknown[],
    settings: RequestSettings,
    startedAt?: number,
  ): Promise<T> {
    const promise = new Promise<T>(this.#capture);
    const request = new Request(
      this.#core,
      statement,
      values,
      settings,
      resultSetReceiver,
      this.#resolve as (result: unknown) => void,
      this.#reject,
    );
    if (startedAt !== undefined) request.trailFrom(startedAt);
    request.start();
    // Kept, they would hold the last result until the next request.
    this.#resolve = ignore;
    this.#reject = ignore;
    return promise;
  }

  #batch(
    batch: BatchStatement,
    params: Params | undefined,
    settings: RequestSettings,
  ): ReadyStatement | Promise<ReadyStatement> {
    if (params !== undefined)
      throw new ConfigurationError('params', 'A batch has no parameters of its own; give them to add()');
    const { cache, facts } = this.#context;
    const keyspace = settings.keyspace ?? this.#core.keyspace;
    return prepareBatch(batch, settings.idempotent, { cache, facts, keyspace, wait: settings });
  }

  /** Sends what had to be made ready first, within what is left of the request's time. */
  #runLater<T>(ready: Promise<ReadyStatement>, settings: RequestSettings): Promise<T> {
    const startedAt = this.#core.parts.seams.timers.now();
    return this.counted(ready.then(({ statement, values }) => this.#run<T>(statement, values, settings, startedAt)));
  }
}

function ignore(): void {
  // Nobody waits.
}

/** Parameters and options may have getters, which may throw anything. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error('The parameters threw a value that is no error', { cause: thrown });
}
