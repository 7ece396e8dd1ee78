import {
  AbortError,
  AlreadyExistsError,
  AuthenticationError,
  CircuitOpenError,
  ConfigurationError,
  CqlSyntaxError,
  FunctionFailureError,
  InvalidQueryError,
  InvalidValueError,
  QueueFullError,
  RateLimitExceededError,
  ServerConfigurationError,
  SessionClosedError,
  StreamBusyError,
  TimeoutError,
  UnauthorizedError,
  UnpreparedError,
} from '../../errors/index.ts';

/**
 * What an error says about the cluster: `failure` - it does not do its work; `answered` - it does, and the request was
 * wrong; `nothing` - it was not asked, or was not waited for.
 */
export type ErrorVerdict = 'failure' | 'answered' | 'nothing';

/** The server has read the request, and refused it for what it says. */
const ANSWERED = [
  AlreadyExistsError,
  CqlSyntaxError,
  FunctionFailureError,
  InvalidQueryError,
  ServerConfigurationError,
  UnauthorizedError,
  UnpreparedError,
];

/** The caller's own doing, or that of something on this side. */
const NOTHING = [
  AbortError,
  AuthenticationError,
  CircuitOpenError,
  ConfigurationError,
  InvalidValueError,
  QueueFullError,
  RateLimitExceededError,
  SessionClosedError,
  StreamBusyError,
];

/**
 * What an error says about the cluster, by its class. Unknown errors, of a session that is not the driver's own, are
 * failures.
 */
export function classifyError(error: unknown): ErrorVerdict {
  if (ANSWERED.some((each) => error instanceof each)) return 'answered';
  if (NOTHING.some((each) => error instanceof each)) return 'nothing';
  // One that never left this process, for all places were taken, may still be the work of a cluster that hangs; one that
  // had no time to begin with is not.
  if (error instanceof TimeoutError && error.outcome === 'notSent') return 'nothing';
  return 'failure';
}
