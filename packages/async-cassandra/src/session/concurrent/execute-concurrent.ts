import type { Row } from '../../codecs/index.ts';
import { AbortError, assignOutcome } from '../../errors/index.ts';
import type { Params } from '../bind.ts';
import type { PreparedStatement } from '../prepared-statement.ts';
import type { AsyncResultSet } from '../result-set.ts';
import type { Gathered } from './batch-group.ts';
import { BatchSource } from './batch-source.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { checkConcurrentOptions, type ConcurrentOptions } from './concurrent-options.ts';
import { ConcurrentRun, type ConcurrentRunParts } from './concurrent-run.ts';
import type { ConcurrentTarget } from './concurrent-target.ts';
import { type ConcurrentResult, OutcomeTally } from './outcome-tally.ts';
import { ParameterSource, type PullSource } from './parameter-source.ts';
import { ProgressReports } from './progress-reports.ts';
import { concurrencyLimit, type RepeatedStatement, repeatedStatement } from './repeated-statement.ts';

/** Executes one statement for each set of parameters that the source gives. */
export async function executeConcurrent<R extends Row>(
  target: ConcurrentTarget,
  query: string | PreparedStatement<R>,
  params: Iterable<Params> | AsyncIterable<Params>,
  options: ConcurrentOptions,
): Promise<ConcurrentResult<R>> {
  checkConcurrentOptions(options);
  const source = new ParameterSource<Params>(params);
  try {
    const repeated = await repeatedStatement<R>(target, query, options);
    const { batchByReplica = false } = options;
    const collected = new Collected<R>(target, options);
    if (batchByReplica === false) await collected.run(source, singly(target, repeated, collected.tally));
    else {
      const batches = new BatchSource<R>(target, repeated, source, batchByReplica === true ? {} : batchByReplica);
      try {
        await collected.run(batches, inBatches(batches, collected.tally));
      } finally {
        batches.release();
      }
    }
    return collected.tally.result();
  } finally {
    await source.end(options.signal?.aborted !== true);
  }
}

/** How the items of a source are executed and counted. */
type Items<T, R extends Row> = Pick<
  ConcurrentRunParts<T, AsyncResultSet<R>>,
  'execute' | 'onBegin' | 'onResult' | 'onError'
>;

/** Each item is the parameters of one statement. */
function singly<R extends Row>(
  target: ConcurrentTarget,
  { statement, settings }: RepeatedStatement<R>,
  tally: OutcomeTally<R>,
): Items<Params, R> {
  return {
    execute: (params) => target.execute<R>(statement, params, settings),
    onBegin: () => {
      tally.total++;
    },
    onResult: (_params, index, result) => tally.succeed(index, result),
    onError: (_params, index, error) => tally.fail(index, error),
  };
}

/** Each item is many statements, whose places in the source it knows. */
function inBatches<R extends Row>(batches: BatchSource<R>, tally: OutcomeTally<R>): Items<Gathered, R> {
  return {
    execute: (gathered) => batches.execute(gathered),
    onBegin: (gathered) => {
      tally.total += gathered.indexes.length;
    },
    onResult: (gathered, _index, result) => {
      for (const index of gathered.indexes) tally.succeed(index, result);
    },
    onError: (gathered, _index, error) => {
      for (const index of gathered.indexes) tally.fail(index, error);
    },
  };
}

/** One operation, whose outcomes are counted. */
class Collected<R extends Row> {
  readonly tally: OutcomeTally<R>;
  readonly #target: ConcurrentTarget;
  readonly #options: ConcurrentOptions;
  readonly #limit: ConcurrencyLimit;
  readonly #reports: ProgressReports | undefined;

  constructor(target: ConcurrentTarget, options: ConcurrentOptions) {
    const { onProgress, collectResults = false, concurrency } = options;
    const { seams, logger } = target.core.parts;
    this.tally = new OutcomeTally<R>(collectResults);
    this.#target = target;
    this.#options = options;
    this.#limit = concurrencyLimit(target, concurrency);
    this.#reports = onProgress === undefined ? undefined : new ProgressReports(onProgress, seams.timers, logger);
  }

  async run<T>(source: PullSource<T>, items: Items<T, R>): Promise<void> {
    const { core } = this.#target;
    const { signal, raiseOnFirstError = true } = this.#options;
    const { tally } = this;
    const fatal = await new Promise<{ readonly error: unknown } | null>((onEnd) => {
      const run = new ConcurrentRun<T, AsyncResultSet<R>>({
        source,
        limit: this.#limit,
        seams: core.parts.seams,
        signal,
        aborts: core.aborts,
        closing: core.closing,
        execute: items.execute,
        onBegin: items.onBegin,
        onResult: (item, index, result) => {
          items.onResult(item, index, result);
          if (this.#reports !== undefined) this.#tell();
        },
        onError: (item, index, error) => {
          items.onError(item, index, error);
          if (raiseOnFirstError) run.stop(error);
          if (this.#reports !== undefined) this.#tell();
        },
        onEnd,
      });
      run.fill();
    });
    this.#reports?.report(tally.progress(this.#limit.current));
    if (fatal === null) return;
    // Repeating the operation needs care as soon as anything of it may have been applied.
    if (signal?.aborted === true && fatal.error instanceof AbortError)
      assignOutcome(fatal.error, tally.mayBeApplied ? 'unknown' : 'notSent');
    throw fatal.error;
  }

  #tell(): void {
    const { tally } = this;
    if (this.#reports?.isDue(tally.succeeded + tally.failed) === true)
      this.#reports.report(tally.progress(this.#limit.current));
  }
}
