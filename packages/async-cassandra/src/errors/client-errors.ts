import { AsyncCassandraError, type ErrorDetails } from './async-cassandra-error.ts';

/** A connection could not be opened, or was lost. When it was lost after a request was written, the outcome is `unknown`. */
export class ConnectionError extends AsyncCassandraError {
  static override readonly errorName: string = 'ConnectionError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'CASS_ERR_CONNECTION', details);
  }
}

/** No node could take the request; `errors` tells why, node by node. */
export class NoHostAvailableError extends AsyncCassandraError {
  static override readonly errorName: string = 'NoHostAvailableError';
  /** The last error of each node that was tried, by its `NodeInfo.endPoint` (`address:port`). Empty when the query plan held no node. */
  readonly errors: Readonly<Record<string, AsyncCassandraError>>;
  constructor(message: string, errors: Readonly<Record<string, AsyncCassandraError>>, details?: ErrorDetails) {
    super(message, 'CASS_ERR_NO_HOST_AVAILABLE', details);
    this.errors = errors;
  }
}

/** A node refused the credentials, or asked for an authentication that is not configured. */
export class AuthenticationError extends AsyncCassandraError {
  static override readonly errorName: string = 'AuthenticationError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'CASS_ERR_AUTHENTICATION', details);
  }
}

/** An option is unknown, mistyped, out of range or in conflict with another; `path` names it. */
export class ConfigurationError extends AsyncCassandraError {
  static override readonly errorName: string = 'ConfigurationError';
  /** The option's path, for example `pooling.connectionsPerNode`. */
  readonly path: string;
  constructor(path: string, message: string, details?: ErrorDetails) {
    super(message, 'CASS_ERR_CONFIGURATION', details);
    this.path = path;
  }
}

/** A value cannot be encoded as its CQL type, or a value read cannot be represented; the message names the column, never the value. */
export class InvalidValueError extends AsyncCassandraError {
  static override readonly errorName: string = 'InvalidValueError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'CASS_ERR_INVALID_VALUE', details);
  }
}

/** The client's own deadline passed. The request may still be running on the server unless the outcome is `notSent`. */
export class TimeoutError extends AsyncCassandraError {
  static override readonly errorName: string = 'TimeoutError';
  /** The deadline that passed, in milliseconds. */
  readonly timeoutMs: number;
  constructor(message: string, timeoutMs: number, details?: ErrorDetails) {
    super(message, 'CASS_ERR_TIMEOUT', details, 'unknown');
    this.timeoutMs = timeoutMs;
  }
}

/** The caller's AbortSignal fired, or a stream was cancelled; `cause` is the signal's reason. */
export class AbortError extends AsyncCassandraError {
  static override readonly errorName: string = 'AbortError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'CASS_ERR_ABORTED', details, 'unknown');
  }
}

/** The session or cluster is closing or closed. */
export class SessionClosedError extends AsyncCassandraError {
  static override readonly errorName: string = 'SessionClosedError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'CASS_ERR_SESSION_CLOSED', details);
  }
}

/** A result or stream, which is read in one single pass, is already being iterated. */
export class StreamBusyError extends AsyncCassandraError {
  static override readonly errorName: string = 'StreamBusyError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'CASS_ERR_STREAM_BUSY', details, 'rejected');
  }
}

/** A bound of `limits` was reached; `limit` names it. */
export class QueueFullError extends AsyncCassandraError {
  static override readonly errorName: string = 'QueueFullError';
  /** Path of the option that sets the bound, for example `limits.maxQueued`. */
  readonly limit: string;
  constructor(limit: string, message: string, details?: ErrorDetails) {
    super(message, 'CASS_ERR_QUEUE_FULL', details);
    this.limit = limit;
  }
}

/** What a rate limit was like when it refused a request. */
export interface RateLimitFields {
  /** The option that sets the bound which was reached: too many waited, or this one has waited too long. */
  readonly limit: 'maxQueued' | 'maxQueueMs';
  /** How many requests waited for their turn. */
  readonly queued: number;
  /**
   * Milliseconds until the rate has let those begin that wait, and then one more. 0 when there is no rate: requests that
   * finish make room, and nobody knows when.
   */
  readonly retryAfterMs: number;
}

/** A rate limiter refused the request. */
export class RateLimitExceededError extends AsyncCassandraError implements RateLimitFields {
  static override readonly errorName: string = 'RateLimitExceededError';
  readonly limit: 'maxQueued' | 'maxQueueMs';
  readonly queued: number;
  readonly retryAfterMs: number;
  constructor(message: string, fields: RateLimitFields, details?: ErrorDetails) {
    super(message, 'CASS_ERR_RATE_LIMIT_EXCEEDED', details);
    this.limit = fields.limit;
    this.queued = fields.queued;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/** What a circuit was like when it refused a request. */
export interface CircuitOpenFields {
  /** `open`: nobody may pass. `halfOpen`: one request is trying, and the others wait for what it learns. */
  readonly state: 'open' | 'halfOpen';
  /** Milliseconds until a request may try; 0 while one is trying. */
  readonly retryAfterMs: number;
}

/** A circuit breaker is open: requests are refused until it has seen the cluster answer again. */
export class CircuitOpenError extends AsyncCassandraError implements CircuitOpenFields {
  static override readonly errorName: string = 'CircuitOpenError';
  readonly state: 'open' | 'halfOpen';
  readonly retryAfterMs: number;
  constructor(message: string, fields: CircuitOpenFields, details?: ErrorDetails) {
    super(message, 'CASS_ERR_CIRCUIT_OPEN', details);
    this.state = fields.state;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/** The server sent bytes that the protocol does not allow. The connection they came on is closed. */
export class ProtocolError extends AsyncCassandraError {
  static override readonly errorName: string = 'ProtocolError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'CASS_ERR_PROTOCOL', details, 'unknown');
  }
}

/**
 * Something threw that must not: a policy, a timestamp generator or another object given to the driver, or the driver
 * itself; `cause` is what was thrown.
 */
export class InternalError extends AsyncCassandraError {
  static override readonly errorName: string = 'InternalError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 'CASS_ERR_INTERNAL', details, 'unknown');
  }
}
