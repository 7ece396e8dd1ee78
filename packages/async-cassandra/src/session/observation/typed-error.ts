import { AsyncCassandraError, InternalError } from '../../errors/index.ts';

/** The error as trackers are told it. */
export function toTypedError(error: unknown): AsyncCassandraError {
  if (error instanceof AsyncCassandraError) return error;
  return new InternalError('The consumer, or something inside the driver, has failed; the cause tells more', {
    cause: error,
  });
}
