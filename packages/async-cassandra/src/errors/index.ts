export { assignOutcome, AsyncCassandraError, type ErrorDetails, type Outcome } from './async-cassandra-error.ts';
export {
  AbortError,
  AuthenticationError,
  CircuitOpenError,
  type CircuitOpenFields,
  ConfigurationError,
  ConnectionError,
  InternalError,
  InvalidValueError,
  NoHostAvailableError,
  ProtocolError,
  QueueFullError,
  RateLimitExceededError,
  type RateLimitFields,
  SessionClosedError,
  StreamBusyError,
  TimeoutError,
} from './client-errors.ts';
export { type OptionMessage, OptionReader } from './option-reader.ts';
export { QueryError, type ReplicaCounts, type ReplicaFailures } from './query-error.ts';
export {
  CasWriteUnknownError,
  CdcWriteFailureError,
  ReadFailureError,
  ReadTimeoutError,
  ReplicaCountError,
  UnavailableError,
  WriteFailureError,
  WriteTimeoutError,
} from './replica-errors.ts';
export {
  AlreadyExistsError,
  BadCredentialsError,
  CqlSyntaxError,
  FunctionFailureError,
  InvalidQueryError,
  IsBootstrappingError,
  OverloadedError,
  ServerConfigurationError,
  ServerError,
  ServerProtocolError,
  TruncateError,
  UnauthorizedError,
  UnpreparedError,
} from './request-errors.ts';
export { LONGEST_TIMER_MS } from './timer-limit.ts';
