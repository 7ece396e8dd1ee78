import type { AsyncCassandraError } from '../errors/index.ts';
import type { Consistency } from '../protocol/index.ts';
import type { StatementKind } from './load-balancing-policy.ts';

/** What kind of failure a retry policy is asked about. */
export type RetryEvent = 'readTimeout' | 'writeTimeout' | 'unavailable' | 'requestError';

/** All that is known of a failed attempt. */
export interface RetryContext {
  readonly event: RetryEvent;
  /** The server's; or, of a client, a `ConnectionError`, or a `TimeoutError` of an attempt that was not answered in time. */
  readonly error: AsyncCassandraError;
  /** How often the request was sent again so far. */
  readonly retries: number;
  /** Whether the statement is marked as idempotent, or is a read. */
  readonly isIdempotent: boolean;
  /** What the statement does. */
  readonly kind: StatementKind;
  /** Whether it is a lightweight transaction. */
  readonly isConditional: boolean;
  /** Whether the attempt left this process; what did not cannot have been applied. */
  readonly wasSent: boolean;
  readonly consistency: Consistency;
  /** The node that failed, as `address:port`. */
  readonly node: string;
  /** Read and write timeouts: how many replicas answered. */
  readonly received?: number;
  /** How many answers the consistency level asks for. */
  readonly required?: number;
  /** Read timeouts: whether the data itself, and not only digests, was retrieved. */
  readonly dataPresent?: boolean;
  /** Write timeouts: SIMPLE, BATCH, UNLOGGED_BATCH, COUNTER, BATCH_LOG, CAS, VIEW or CDC. */
  readonly writeType?: string;
  /** Unavailable: how many replicas are known to be alive. */
  readonly alive?: number;
}

/**
 * What to do about a failed attempt: send it again to the same or to the next node, fail with the error, or return an empty result.
 */
export interface RetryVerdict {
  readonly decision: 'retrySame' | 'retryNext' | 'rethrow' | 'ignore';
  /** Consistency to send it again with; the same when absent. */
  readonly consistency?: Consistency | undefined;
}

/**
 * Decides about failed attempts. A method that is absent rethrows. A verdict cannot override the driver's own rule: a statement that
 * is not idempotent is sent again only when the server cannot have applied it.
 */
export interface RetryPolicy {
  /** Too few replicas answered a read in time. */
  onReadTimeout?(context: RetryContext): RetryVerdict;
  /** Too few replicas confirmed a write in time. */
  onWriteTimeout?(context: RetryContext): RetryVerdict;
  /** Too few replicas are alive. */
  onUnavailable?(context: RetryContext): RetryVerdict;
  /** Everything else: a lost connection, an attempt that took too long, any other error of the server. */
  onRequestError?(context: RetryContext): RetryVerdict;
}
