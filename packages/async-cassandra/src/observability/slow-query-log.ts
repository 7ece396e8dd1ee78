import type { Logger, RequestTracker, TrackedRequest, TrackedStatement } from '../diagnostics/index.ts';
import type { AsyncCassandraError } from '../errors/index.ts';
import { normalizeQuery } from './metrics/normalize-query.ts';

/** Where requests that took long are logged. */
export interface SlowQueryLogOptions {
  /** Requests that take at least this long are logged, in milliseconds. */
  readonly thresholdMs: number;
  readonly logger: Logger;
}

/**
 * Logs requests that took long, as warnings: the text with every value and literal replaced, how long, on which node, at
 * which consistency level, and how often it was sent. The text is only looked at when there is something to log.
 */
export class SlowQueryLog implements RequestTracker {
  readonly #options: SlowQueryLogOptions;
  /** In an incident the same few statements are slow again and again. */
  readonly #texts = new WeakMap<TrackedStatement, string>();

  constructor(options: SlowQueryLogOptions) {
    this.#options = options;
  }

  onStart(_request: TrackedRequest): void {
    // What there is to tell is known at the end.
  }

  onEnd(request: TrackedRequest, error: AsyncCassandraError | null): void {
    const { thresholdMs, logger } = this.#options;
    const durationMs = request.elapsedMs;
    if (durationMs < thresholdMs) return;
    logger.warn?.(
      {
        query: this.#textOf(request),
        durationMs: Math.round(durationMs * 10) / 10,
        queueDelayMs: Math.round(request.queueDelayMs * 10) / 10,
        node: request.coordinator?.endPoint,
        keyspace: request.statement.keyspace ?? request.keyspace,
        consistency: request.consistency,
        attempts: request.attemptCount,
        rows: request.rows,
        error: error?.code,
      },
      request.type === 'prepare' ? 'Slow preparation' : 'Slow query',
    );
  }

  #textOf({ type, cql, statement }: TrackedRequest): string {
    if (type === 'batch') return cql;
    let text = this.#texts.get(statement);
    if (text === undefined) {
      text = normalizeQuery(cql);
      this.#texts.set(statement, text);
    }
    return text;
  }
}
