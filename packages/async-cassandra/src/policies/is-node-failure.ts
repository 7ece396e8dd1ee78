import {
  type AsyncCassandraError,
  ConnectionError,
  IsBootstrappingError,
  OverloadedError,
  ServerError,
  TimeoutError,
} from '../errors/index.ts';

/**
 * Whether an error is the fault of the node that the request was sent to. Timeouts and failures that a coordinator reports are about
 * replicas, and most other errors are about the statement: whoever answers with them is in good health.
 */
export function isNodeFailure(error: AsyncCassandraError): boolean {
  return (
    error instanceof ConnectionError ||
    error instanceof TimeoutError ||
    error instanceof OverloadedError ||
    error instanceof ServerError ||
    error instanceof IsBootstrappingError
  );
}
