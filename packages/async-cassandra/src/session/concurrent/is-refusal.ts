import {
  CircuitOpenError,
  ConnectionError,
  NoHostAvailableError,
  OverloadedError,
  QueueFullError,
  RateLimitExceededError,
  ReadTimeoutError,
  TimeoutError,
  WriteTimeoutError,
} from '../../errors/index.ts';

/** Errors that say that less should be asked for, not that the statement is wrong. */
const REFUSALS = [
  OverloadedError,
  TimeoutError,
  WriteTimeoutError,
  ReadTimeoutError,
  QueueFullError,
  NoHostAvailableError,
  ConnectionError,
  RateLimitExceededError,
  CircuitOpenError,
] as const;

/** Whether an error tells of a cluster, or of limits on the way to it, that cannot take more at the moment. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.some((each) => error instanceof each);
}
