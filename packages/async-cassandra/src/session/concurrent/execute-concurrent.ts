import type { Row } from '../../codecs/index.ts';
import { AbortError, assignOutcome } from '../../errors/index.ts';
import type { Params } from '../bind.ts';
import type { PreparedStatement } from '../prepared-statement.ts';
import type { AsyncResultSet } from '../result-set.ts';
import type { Gathered } from './batch-group.ts';
import { BatchSource } from './batch-source.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { checkConcurrentOptions, type ConcurrentOptions } from './concurrent-options.ts';
import { ConcurrentRun } from './concurrent-run.ts';
import type { ConcurrentTarget } from './concurrent-target.ts';
import { type ConcurrentResult, OutcomeTally } from './outcome-tally.ts';
import { ParameterSource, type PullSource } from './parameter-source.ts';
import { ProgressReports } from './progress-reports.ts';
import { concurrencyLimit, repeatedStatement } from './repeated-statement.ts';

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
    if (batchByReplica === false) {
      const { statement, settings } = repeated;
      await collected.run(source, {
        execute: (values) => target.execute<R>(statement, values, settings),
        count: () => 1,
        indexOf: (_item, index) => index,
      });
    } else {
      const batches = new BatchSource<R>(target, repeated, source, batchByReplica === true ? {} : batchByReplica);
      try {
        await collected.run(batches, {
          execute: (gathered) => batches.execute(gathered),
          count: (gathered) => gathered.indexes.length,
          indexOf: (gathered: Gathered, _index, member) => gathered.indexes[member] as number,
        });
      } finally {
        batches.release();
      }
    }
    return collected.tally.result();
  } finally {
    await source.end(options.signal?.aborted !== true);
  }
}

/** How the items of a source stand for statements. */
interface Items<T, R extends Row> {
  readonly execute: (item: T) => Promise<AsyncResultSet<R>>;
  /** How many statements an item is. */
  readonly count: (item: T) => number;
  /** The place of one of them in the caller's source. */
  readonly indexOf: (item: T, index: number, member: number) => number;
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

  async run<T>(source: PullSource<T>, { execute, count, indexOf }: Items<T, R>): Promise<void> {
    const { core } = this.#target;
    const { signal, raiseOnFirstError = true } = this.#options;
    const { tally } = this;
    const fatal = await new Promise<{ readonly error: unknown } | null>((onEnd) => {
      const run = new ConcurrentRun<T, AsyncResultSet<R>>({
        source,
        limit: this.#limit,
        seams: core.parts.seams,
        signal,
        closing: core.closing,
        execute,
        onBegin: (item) => {
          tally.total += count(item);
        },
        onResult: (item, index, result) => {
          for (let i = count(item) - 1; i >= 0; i--) tally.succeed(indexOf(item, index, i), result);
          this.#tell();
        },
        onError: (item, index, error) => {
          for (let i = 0; i < count(item); i++) tally.fail(indexOf(item, index, i), error);
          if (raiseOnFirstError) run.stop(error);
          this.#tell();
        },
        waiting: () => 0,
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
