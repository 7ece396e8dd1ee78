import {
  ConnectionError,
  IsBootstrappingError,
  OptionReader,
  OverloadedError,
  ServerError,
  TimeoutError,
  TruncateError,
} from '../errors/index.ts';
import type { RetryContext, RetryPolicy, RetryVerdict } from './retry-policy.ts';

/** Options of {@link AsyncRetryPolicy}. */
export interface AsyncRetryPolicyOptions {
  /** How often a request is sent again at most; 3 by default. */
  readonly maxRetries?: number | undefined;
}

const RETHROW: RetryVerdict = Object.freeze({ decision: 'rethrow' });
const RETRY_SAME: RetryVerdict = Object.freeze({ decision: 'retrySame' });
const RETRY_NEXT: RetryVerdict = Object.freeze({ decision: 'retryNext' });

/** Writes that a coordinator may repeat: the others are not safe to repeat, or a client cannot repeat them. */
const RETRIED_WRITES: ReadonlySet<string | undefined> = new Set(['SIMPLE', 'BATCH', 'UNLOGGED_BATCH', 'BATCH_LOG']);

/**
 * Sends again what a second attempt can help, a bounded number of times:
 *
 * - a read timeout, on the same node, when enough replicas answered or the data was retrieved
 * - the write timeout of a simple write or batch, on the same node
 * - too few replicas alive, once, on the next node
 * - a lost connection, an attempt timeout, a node that is overloaded or broken, on the next node
 *
 * All but the third only for idempotent statements, unless the attempt never left this process or the node was bootstrapping.
 */
export class AsyncRetryPolicy implements RetryPolicy {
  readonly maxRetries: number;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: AsyncRetryPolicyOptions = {}) {
    const reader = new OptionReader('retryPolicy', options);
    this.maxRetries = reader.whole('maxRetries', 3, 0);
    reader.end();
  }

  onReadTimeout(context: RetryContext): RetryVerdict {
    if (!this.#mayRetry(context) || !context.isIdempotent) return RETHROW;
    const { received = 0, required = Number.POSITIVE_INFINITY } = context;
    return context.dataPresent === true || received >= required ? RETRY_SAME : RETHROW;
  }

  onWriteTimeout(context: RetryContext): RetryVerdict {
    const isSafe = this.#mayRetry(context) && context.isIdempotent && RETRIED_WRITES.has(context.writeType);
    return isSafe ? RETRY_SAME : RETHROW;
  }

  onUnavailable(context: RetryContext): RetryVerdict {
    return this.#mayRetry(context) && context.retries === 0 && !context.isConditional ? RETRY_NEXT : RETHROW;
  }

  onRequestError(context: RetryContext): RetryVerdict {
    if (!this.#mayRetry(context)) return RETHROW;
    const { error } = context;
    if (error instanceof IsBootstrappingError) return RETRY_NEXT;
    return (context.isIdempotent || !context.wasSent) && isPassing(error) ? RETRY_NEXT : RETHROW;
  }

  #mayRetry(context: RetryContext): boolean {
    return context.retries < this.maxRetries;
  }
}

/** Whether another node may well do better. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof ConnectionError ||
    error instanceof TimeoutError ||
    error instanceof OverloadedError ||
    error instanceof ServerError ||
    error instanceof TruncateError
  );
}
