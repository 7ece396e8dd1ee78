import { AsyncCassandraError } from '../../errors/index.ts';
import type { Row } from '../../codecs/index.ts';
import type { AsyncResultSet } from '../result-set.ts';
import type { ConcurrentProgress } from './concurrent-options.ts';

/** What `executeConcurrent` has done. */
export interface ConcurrentResult<R extends Row = Row> {
  /** How many statements were begun; each of them has either succeeded or failed. */
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The first 100 errors, with the place of their parameters in the source, from 0. */
  readonly errors: readonly { readonly index: number; readonly error: unknown }[];
  /** With `collectResults`; undefined in the places of those that failed. */
  readonly results?: readonly (AsyncResultSet<R> | undefined)[];
}

const KEPT_ERRORS = 100;

/** Counts outcomes and keeps of them what is asked for. */
export class OutcomeTally<R extends Row> {
  readonly #errors: { index: number; error: unknown }[] = [];
  readonly #results: (AsyncResultSet<R> | undefined)[] | undefined;
  #mayBeApplied = false;
  total = 0;
  succeeded = 0;
  failed = 0;

  constructor(collectResults: boolean) {
    this.#results = collectResults ? [] : undefined;
  }

  /** Whether anything that was begun has been applied, or may have been. */
  get mayBeApplied(): boolean {
    return this.#mayBeApplied || this.succeeded > 0;
  }

  succeed(index: number, result: AsyncResultSet<R>): void {
    this.succeeded++;
    if (this.#results !== undefined) this.#results[index] = result;
  }

  fail(index: number, error: unknown): void {
    this.failed++;
    if (!(error instanceof AsyncCassandraError) || error.outcome === 'unknown') this.#mayBeApplied = true;
    if (this.#errors.length < KEPT_ERRORS) this.#errors.push({ index, error });
  }

  progress(concurrency: number): ConcurrentProgress {
    const { total, succeeded, failed } = this;
    return { total, succeeded, failed, concurrency };
  }

  result(): ConcurrentResult<R> {
    const { total, succeeded, failed } = this;
    const errors = this.#errors.sort((a, b) => a.index - b.index);
    if (this.#results === undefined) return { total, succeeded, failed, errors };
    this.#results.length = total;
    return { total, succeeded, failed, errors, results: this.#results };
  }
}
