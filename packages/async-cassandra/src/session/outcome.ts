import {
  type AsyncCassandraError,
  assignOutcome,
  FunctionFailureError,
  type Outcome,
  ReadFailureError,
  ReadTimeoutError,
  UnavailableError,
} from '../errors/index.ts';
import type { LiveRequest } from './request-contract.ts';

/** A statement that changes nothing on the server. */
export function isReadOnly(request: LiveRequest): boolean {
  return request.statement.info.kind === 'read';
}

/** `outcome`, unless the statement changes nothing: then there is nothing that may have been applied. */
export function outcomeOf(request: LiveRequest, outcome: Outcome): Outcome {
  return outcome === 'unknown' && isReadOnly(request) ? 'rejected' : outcome;
}

/**
 * Says of a server's error what it means for this statement. A conditional statement reads before it writes, and is
 * committed at a second consistency level: read errors and UNAVAILABLE may then come after it was applied.
 */
export function assignServerOutcome(request: LiveRequest, error: AsyncCassandraError): void {
  if (isReadOnly(request)) assignOutcome(error, 'rejected');
  else if (
    request.isConditional &&
    (error instanceof UnavailableError ||
      error instanceof ReadTimeoutError ||
      error instanceof ReadFailureError ||
      error instanceof FunctionFailureError)
  ) {
    assignOutcome(error, 'unknown');
  }
}
