import { type OptionMessage, OptionReader } from '../../errors/index.ts';
import type { RequestOptions } from '../request-options.ts';

/** Bounds of a concurrency that follows the latency of the cluster. */
export interface AdaptiveConcurrency {
  /** Never fewer at a time. Default 1. */
  readonly min?: number | undefined;
  /** Never more at a time. Default 1024. */
  readonly max?: number | undefined;
}

/** How writes are gathered in unlogged batches. */
export interface ReplicaBatchOptions {
  /** Statements in a batch. Default 100. */
  readonly maxStatements?: number | undefined;
  /** Partitions in a batch. Default 10: the servers' `unlogged_batch_across_partitions_warn_threshold`. */
  readonly maxPartitions?: number | undefined;
  /**
   * Size of a batch as the servers reckon it, in bytes. Default 5120, the servers' `batch_size_warn_threshold`; they
   * refuse batches above `batch_size_fail_threshold`, 50 KiB.
   */
  readonly maxBatchBytes?: number | undefined;
}

/** How far `executeConcurrent` has come. */
export interface ConcurrentProgress {
  /** Statements begun. */
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** How many may be under way at a time now. */
  readonly concurrency: number;
}

/** Options of `executeConcurrentAsCompleted`. */
export interface AsCompletedOptions {
  /**
   * How many requests are under way at a time. Default 128. A number is kept to unless the cluster refuses requests as
   * overloaded or does not answer in time: then fewer are, and a pause of up to a second is made, until it answers again.
   * `'adaptive'`, or its bounds, begins with 16 and grows while latency stays within twice that of an idle cluster.
   */
  readonly concurrency?: number | 'adaptive' | AdaptiveConcurrency | undefined;
  /** Cuts what is under way and ends the operation. */
  readonly signal?: AbortSignal | undefined;
  /** Options of each request. */
  readonly requestOptions?: Omit<RequestOptions, 'signal'> | undefined;
}

/** Options of `executeConcurrent`. */
export interface ConcurrentOptions extends AsCompletedOptions {
  /** Keeps the results, in the order of the parameters. Default false: memory stays constant. */
  readonly collectResults?: boolean | undefined;
  /** Stops at the first error and rejects with it. Default true; false counts errors and goes on. */
  readonly raiseOnFirstError?: boolean | undefined;
  /**
   * Called after every thousand statements, or a second, and once when nothing is under way any more, however the
   * operation ends. What it throws is logged.
   */
  readonly onProgress?: ((progress: ConcurrentProgress) => void) | undefined;
  /**
   * Sends writes of the same replicas together, in unlogged batches. Default false. Only for a statement that is marked
   * `idempotent: true`, is a plain INSERT, UPDATE or DELETE, and binds its whole partition key. `concurrency` then counts
   * batches.
   */
  readonly batchByReplica?: boolean | ReplicaBatchOptions | undefined;
}

/** Bounds of the concurrency, resolved. */
export interface ConcurrencyBounds {
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  readonly followsLatency: boolean;
}

const DEFAULT_CONCURRENCY = 128;
const DEFAULT_MAX = 1_024;
const INITIAL = 16;

const message: OptionMessage = (path, requirement) => `Option "${path}" of executeConcurrent() ${requirement}`;

/** @throws ConfigurationError naming the option that is unknown or mistyped */
export function checkConcurrentOptions(options: ConcurrentOptions): void {
  const reader = new OptionReader('', options, message);
  checkShared(reader);
  reader.flag('collectResults', false);
  reader.flag('raiseOnFirstError', true);
  reader.functionOf('onProgress');
  if (typeof reader.raw('batchByReplica') !== 'boolean') {
    const batches = reader.inner('batchByReplica');
    for (const name of ['maxStatements', 'maxPartitions', 'maxBatchBytes']) batches.whole(name, undefined, 1);
    batches.end();
  }
  reader.end();
}

/** @throws ConfigurationError naming the option that is unknown or mistyped */
export function checkAsCompletedOptions(options: AsCompletedOptions): void {
  const reader = new OptionReader('', options, message);
  checkShared(reader);
  reader.end();
}

function checkShared(reader: OptionReader): void {
  const concurrency = reader.raw('concurrency');
  if (typeof concurrency === 'object') {
    const bounds = reader.inner('concurrency');
    const min = bounds.whole('min', 1, 1);
    const max = bounds.whole('max', Math.max(DEFAULT_MAX, min), 1);
    if (max < min) bounds.refuse('max', 'no less than concurrency.min');
    bounds.end();
  } else if (concurrency !== 'adaptive') reader.whole('concurrency', undefined, 1);
  const signal = reader.raw('signal');
  if (signal !== undefined && !(signal instanceof AbortSignal)) reader.refuse('signal', 'an AbortSignal');
  const requestOptions = reader.inner('requestOptions');
  // The others are read where settings are resolved.
  if ('signal' in requestOptions.rest()) requestOptions.refuse('signal', 'left out: give the option signal');
}

/** The bounds that an option, which has been checked, asks for. */
export function concurrencyBounds(concurrency: AsCompletedOptions['concurrency']): ConcurrencyBounds {
  if (typeof concurrency === 'object' || concurrency === 'adaptive') {
    const { min = 1, max = Math.max(DEFAULT_MAX, min) } = typeof concurrency === 'object' ? concurrency : {};
    return { min, max, initial: Math.min(max, Math.max(min, INITIAL)), followsLatency: true };
  }
  const max = concurrency ?? DEFAULT_CONCURRENCY;
  return { min: 1, max, initial: max, followsLatency: false };
}
