import { AsyncCassandraError } from '../../errors/index.ts';

/**
 * What kind of trouble an error is of: few enough for a label, and what operators tell apart.
 * `client_timeout` - the client's own deadline; `server_timeout` - a coordinator has waited for replicas in vain;
 * `unavailable` - too few replicas are alive; `overload` - a node, the queue, a rate limit or a breaker refuses what is too much;
 * `connection` - connections, and nodes that have none; `authentication` - credentials and permissions;
 * `request` - the statement, its values or its options are wrong; `server` - nodes have failed with the request;
 * `cancelled` - the caller, or the end of the session, has cut it; `internal` - bytes that make no sense, or an error inside
 * of the driver or a policy.
 */
export type ErrorCategory =
  | 'client_timeout'
  | 'server_timeout'
  | 'unavailable'
  | 'overload'
  | 'connection'
  | 'authentication'
  | 'request'
  | 'server'
  | 'cancelled'
  | 'internal';

const BY_CODE: Readonly<Record<string, ErrorCategory>> = {
  CASS_ERR_ABORTED: 'cancelled',
  CASS_ERR_ALREADY_EXISTS: 'request',
  CASS_ERR_AUTHENTICATION: 'authentication',
  CASS_ERR_BAD_CREDENTIALS: 'authentication',
  CASS_ERR_CAS_WRITE_UNKNOWN: 'server_timeout',
  CASS_ERR_CDC_WRITE_FAILURE: 'server',
  CASS_ERR_CIRCUIT_OPEN: 'overload',
  CASS_ERR_CONFIGURATION: 'request',
  CASS_ERR_CONNECTION: 'connection',
  CASS_ERR_CQL_SYNTAX: 'request',
  CASS_ERR_FUNCTION_FAILURE: 'server',
  CASS_ERR_INTERNAL: 'internal',
  CASS_ERR_INVALID_QUERY: 'request',
  CASS_ERR_INVALID_VALUE: 'request',
  CASS_ERR_IS_BOOTSTRAPPING: 'connection',
  CASS_ERR_NO_HOST_AVAILABLE: 'connection',
  CASS_ERR_OVERLOADED: 'overload',
  CASS_ERR_PROTOCOL: 'internal',
  CASS_ERR_QUERY: 'server',
  CASS_ERR_QUEUE_FULL: 'overload',
  CASS_ERR_RATE_LIMIT_EXCEEDED: 'overload',
  CASS_ERR_READ_FAILURE: 'server',
  CASS_ERR_READ_TIMEOUT: 'server_timeout',
  CASS_ERR_SERVER: 'server',
  CASS_ERR_SERVER_CONFIGURATION: 'request',
  CASS_ERR_SERVER_PROTOCOL: 'internal',
  CASS_ERR_SESSION_CLOSED: 'cancelled',
  CASS_ERR_STREAM_BUSY: 'request',
  CASS_ERR_TIMEOUT: 'client_timeout',
  CASS_ERR_TRUNCATE: 'server',
  CASS_ERR_UNAUTHORIZED: 'authentication',
  CASS_ERR_UNAVAILABLE: 'unavailable',
  CASS_ERR_UNPREPARED: 'request',
  CASS_ERR_WRITE_FAILURE: 'server',
  CASS_ERR_WRITE_TIMEOUT: 'server_timeout',
};

const RETRY_REASONS: Readonly<Record<string, string>> = {
  CASS_ERR_READ_TIMEOUT: 'read_timeout',
  CASS_ERR_WRITE_TIMEOUT: 'write_timeout',
  CASS_ERR_UNAVAILABLE: 'unavailable',
  CASS_ERR_CONNECTION: 'connection',
  CASS_ERR_TIMEOUT: 'attempt_timeout',
  CASS_ERR_OVERLOADED: 'overloaded',
  CASS_ERR_IS_BOOTSTRAPPING: 'bootstrapping',
  CASS_ERR_SERVER: 'server_error',
};

/** The category of anything that a request may fail with; `internal` for what is no error of this package. */
export function errorCategory(error: unknown): ErrorCategory {
  return (error instanceof AsyncCassandraError ? BY_CODE[error.code] : undefined) ?? 'internal';
}

/** The name of an error's class when it is one of this package, else `Error`: an application may name its own as it likes. */
export function errorType(error: unknown): string {
  return error instanceof AsyncCassandraError && BY_CODE[error.code] !== undefined ? error.name : 'Error';
}

/** Why a request was sent again. */
export function retryReason(error: AsyncCassandraError): string {
  return RETRY_REASONS[error.code] ?? 'other';
}
