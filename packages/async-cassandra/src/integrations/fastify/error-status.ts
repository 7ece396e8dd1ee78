import { AsyncCassandraError } from '../../errors/index.ts';

/** How an error of the driver is answered. Nothing of the error itself is in it but its code. */
export interface ErrorAnswer {
  readonly statusCode: number;
  /** What a client may read. */
  readonly message: string;
  /** Whether the same request can be expected to work soon: the answer gets a `Retry-After`. */
  readonly isTemporary: boolean;
}

const UNAVAILABLE: ErrorAnswer = answer(503, 'The database is not available at the moment, try again', true);
const BUSY: ErrorAnswer = answer(503, 'The service is busy, try again', true);
const TOO_MANY: ErrorAnswer = answer(429, 'Too many requests, try again later', true);
const LATE: ErrorAnswer = answer(504, 'The database did not answer in time', false);
const FAILED: ErrorAnswer = answer(502, 'The database could not complete the request', false);
const GONE: ErrorAnswer = answer(499, 'The client closed the connection', false);
/** Statements, values, permissions and options are the service's own: when they are wrong, its code is. */
const BUG: ErrorAnswer = answer(500, 'The request could not be served', false);

const BY_CODE: ReadonlyMap<string, ErrorAnswer> = new Map([
  ['CASS_ERR_UNAVAILABLE', UNAVAILABLE],
  ['CASS_ERR_NO_HOST_AVAILABLE', UNAVAILABLE],
  ['CASS_ERR_CONNECTION', UNAVAILABLE],
  ['CASS_ERR_IS_BOOTSTRAPPING', UNAVAILABLE],
  ['CASS_ERR_CIRCUIT_OPEN', UNAVAILABLE],
  ['CASS_ERR_SESSION_CLOSED', UNAVAILABLE],
  ['CASS_ERR_OVERLOADED', BUSY],
  ['CASS_ERR_QUEUE_FULL', BUSY],
  ['CASS_ERR_RATE_LIMIT_EXCEEDED', TOO_MANY],
  ['CASS_ERR_TIMEOUT', LATE],
  ['CASS_ERR_READ_TIMEOUT', LATE],
  ['CASS_ERR_WRITE_TIMEOUT', LATE],
  ['CASS_ERR_CAS_WRITE_UNKNOWN', LATE],
  ['CASS_ERR_READ_FAILURE', FAILED],
  ['CASS_ERR_WRITE_FAILURE', FAILED],
  ['CASS_ERR_CDC_WRITE_FAILURE', FAILED],
  ['CASS_ERR_TRUNCATE', FAILED],
  ['CASS_ERR_SERVER', FAILED],
  ['CASS_ERR_QUERY', FAILED],
  ['CASS_ERR_PROTOCOL', FAILED],
  ['CASS_ERR_ABORTED', GONE],
]);

/**
 * The HTTP status for an error of the driver; null for any other error.
 * @param isLate - whether the request's own deadline has passed: what was aborted was not aborted by the client then
 */
export function answerOf(error: unknown, isLate = false): ErrorAnswer | null {
  if (!(error instanceof AsyncCassandraError)) return null;
  const found = BY_CODE.get(error.code) ?? BUG;
  return found === GONE && isLate ? LATE : found;
}

function answer(statusCode: number, message: string, isTemporary: boolean): ErrorAnswer {
  return Object.freeze({ statusCode, message, isTemporary });
}
