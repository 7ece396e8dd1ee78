import type { TracingChannel } from 'node:diagnostics_channel';
import type { AsyncCassandraError } from '../errors/index.ts';
import type { AttemptMessage, RequestChannels, RequestMessage, StreamMessage } from './channels.ts';
import type { RequestTracker, TrackedAttempt, TrackedRequest, TrackedStream } from './request-tracker.ts';

/** Publishes requests, attempts and streams on diagnostics channels; installed while somebody is subscribed. */
export class ChannelTracker implements RequestTracker {
  readonly #channels: RequestChannels;
  readonly #now: () => number;
  readonly #streams = new WeakMap<TrackedStream, StreamMessage>();

  constructor(channels: RequestChannels, now: () => number) {
    this.#channels = channels;
    this.#now = now;
  }

  onStart(request: TrackedRequest): void {
    const { statement, stream } = request;
    const message: RequestMessage = {
      type: request.type,
      cql: request.cql,
      operation: statement.operation,
      keyspace: statement.keyspace ?? request.keyspace,
      table: statement.table,
      consistency: request.consistency,
      isIdempotent: request.isIdempotent,
      parameterCount: request.parameterCount,
      batchSize: request.batchSize,
      stream: stream === undefined ? undefined : this.#streams.get(stream),
      attempts: 0,
      speculativeExecutions: 0,
      node: undefined,
      hostId: undefined,
      dataCenter: undefined,
      rows: undefined,
      durationMs: undefined,
    };
    request.observed = message;
    begin(this.#channelOf(request), message);
  }

  onEnd(request: TrackedRequest, error: AsyncCassandraError | null): void {
    const message = request.observed as RequestMessage;
    const { coordinator } = request;
    message.attempts = request.attemptCount;
    message.speculativeExecutions = request.speculativeExecutions;
    message.node = coordinator?.endPoint;
    message.hostId = coordinator?.hostId;
    message.dataCenter = coordinator?.dataCenter;
    message.rows = request.rows;
    message.durationMs = this.#now() - request.startedAtMs;
    end(this.#channelOf(request), message, error);
  }

  onAttemptStart(request: TrackedRequest, attempt: TrackedAttempt): void {
    const message: AttemptMessage = {
      request: request.observed as RequestMessage,
      node: attempt.node.endPoint,
      hostId: attempt.node.hostId,
      number: attempt.number,
      isSpeculative: attempt.isSpeculative,
      ending: 'running',
    };
    attempt.observed = message;
    begin(this.#channels.attempt, message);
  }

  onAttemptEnd(_request: TrackedRequest, attempt: TrackedAttempt, error: AsyncCassandraError | null): void {
    const message = attempt.observed as AttemptMessage;
    message.ending = attempt.ending;
    end(this.#channels.attempt, message, error);
  }

  onStreamStart(stream: TrackedStream): void {
    const { kind, cql, keyspace, table, pages, rows, ending } = stream;
    const message: StreamMessage = { kind, cql, keyspace, table, pages, rows, ending };
    this.#streams.set(stream, message);
    begin(this.#channels.stream, message);
  }

  onStreamEnd(stream: TrackedStream, error: AsyncCassandraError | null): void {
    const message = this.#streams.get(stream);
    if (message === undefined) return;
    message.pages = stream.pages;
    message.rows = stream.rows;
    message.ending = stream.ending;
    end(this.#channels.stream, message, error);
  }

  #channelOf({ type }: TrackedRequest): TracingChannel {
    return type === 'prepare' ? this.#channels.prepare : this.#channels.execute;
  }
}

/** As `tracePromise` publishes it: the synchronous part ends at once. */
function begin(channel: TracingChannel, message: object): void {
  channel.start.runStores(message, nothing);
  channel.end.publish(message);
}

function end(
  channel: TracingChannel,
  message: { error?: AsyncCassandraError },
  error: AsyncCassandraError | null,
): void {
  if (error !== null) {
    message.error = error;
    channel.error.publish(message);
  }
  channel.asyncStart.publish(message);
  channel.asyncEnd.publish(message);
}

function nothing(): void {
  // Only the stores that are bound to the channel are wanted.
}
