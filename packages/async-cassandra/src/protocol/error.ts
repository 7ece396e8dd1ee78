import {
  AlreadyExistsError,
  BadCredentialsError,
  CasWriteUnknownError,
  CdcWriteFailureError,
  CqlSyntaxError,
  type ErrorDetails,
  FunctionFailureError,
  InvalidQueryError,
  IsBootstrappingError,
  OverloadedError,
  QueryError,
  ReadFailureError,
  ReadTimeoutError,
  type ReplicaCounts,
  type ReplicaFailures,
  ServerConfigurationError,
  ServerError,
  ServerProtocolError,
  TruncateError,
  UnauthorizedError,
  UnavailableError,
  UnpreparedError,
  WriteFailureError,
  WriteTimeoutError,
} from '../errors/index.ts';
import type { ByteReader } from './byte-reader.ts';
import { consistencyName } from './consistency.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { checkCount } from './type-option.ts';

/** Codes of ERROR (native protocol specification v5, section 8). */
export const ErrorCode = {
  SERVER_ERROR: 0x0000,
  PROTOCOL_ERROR: 0x000a,
  BAD_CREDENTIALS: 0x0100,
  UNAVAILABLE: 0x1000,
  OVERLOADED: 0x1001,
  IS_BOOTSTRAPPING: 0x1002,
  TRUNCATE_ERROR: 0x1003,
  WRITE_TIMEOUT: 0x1100,
  READ_TIMEOUT: 0x1200,
  READ_FAILURE: 0x1300,
  FUNCTION_FAILURE: 0x1400,
  WRITE_FAILURE: 0x1500,
  CDC_WRITE_FAILURE: 0x1600,
  CAS_WRITE_UNKNOWN: 0x1700,
  SYNTAX_ERROR: 0x2000,
  UNAUTHORIZED: 0x2100,
  INVALID: 0x2200,
  CONFIG_ERROR: 0x2300,
  ALREADY_EXISTS: 0x2400,
  UNPREPARED: 0x2500,
} as const;

/** Smallest entry of a reason map: one length byte, four of address, a [short]. */
const MIN_REASON_BYTES = 7;

/**
 * Reads the body of ERROR: `<code><message>[...]` (section 4.2.1), into the class of its code. A code that is not
 * in the specification becomes a plain QueryError.
 * @param node the node that sent it, as `address:port`
 */
export function readError(r: ByteReader, version: ProtocolVersion, node?: string): QueryError {
  const code = r.readInt();
  const message = r.readString();
  const details: ErrorDetails = { node };
  switch (code) {
    case ErrorCode.SERVER_ERROR:
      return new ServerError(message, details);
    case ErrorCode.PROTOCOL_ERROR:
      return new ServerProtocolError(message, details);
    case ErrorCode.BAD_CREDENTIALS:
      return new BadCredentialsError(message, details);
    case ErrorCode.UNAVAILABLE:
      return readUnavailable(r, message, details);
    case ErrorCode.OVERLOADED:
      return new OverloadedError(message, details);
    case ErrorCode.IS_BOOTSTRAPPING:
      return new IsBootstrappingError(message, details);
    case ErrorCode.TRUNCATE_ERROR:
      return new TruncateError(message, details);
    case ErrorCode.WRITE_TIMEOUT:
      return readWriteTimeout(r, version, message, details);
    case ErrorCode.READ_TIMEOUT:
      return new ReadTimeoutError(message, { ...readCounts(r), dataPresent: r.readByte() !== 0 }, details);
    case ErrorCode.READ_FAILURE:
      return new ReadFailureError(message, { ...readFailures(r, version), dataPresent: r.readByte() !== 0 }, details);
    case ErrorCode.FUNCTION_FAILURE:
      return readFunctionFailure(r, message, details);
    case ErrorCode.WRITE_FAILURE:
      return new WriteFailureError(message, { ...readFailures(r, version), writeType: r.readString() }, details);
    case ErrorCode.CDC_WRITE_FAILURE:
      return new CdcWriteFailureError(message, details);
    case ErrorCode.CAS_WRITE_UNKNOWN:
      return new CasWriteUnknownError(message, readCounts(r), details);
    case ErrorCode.SYNTAX_ERROR:
      return new CqlSyntaxError(message, details);
    case ErrorCode.UNAUTHORIZED:
      return new UnauthorizedError(message, details);
    case ErrorCode.INVALID:
      return new InvalidQueryError(message, details);
    case ErrorCode.CONFIG_ERROR:
      return new ServerConfigurationError(message, details);
    case ErrorCode.ALREADY_EXISTS: {
      const keyspace = r.readString();
      return new AlreadyExistsError(message, { keyspace, table: r.readString() }, details);
    }
    case ErrorCode.UNPREPARED:
      return new UnpreparedError(message, { statementId: r.readShortBytes().toString('hex') }, details);
    default:
      return new QueryError(message, code, details);
  }
}

/** `<cl><required><alive>` */
function readUnavailable(r: ByteReader, message: string, details: ErrorDetails): QueryError {
  const consistency = consistencyName(r.readShort());
  const required = r.readInt();
  return new UnavailableError(message, { consistency, required, alive: r.readInt() }, details);
}

/** `<cl><received><blockfor><writeType>[<contentions>]`, the last in v5 for CAS only. */
function readWriteTimeout(r: ByteReader, version: ProtocolVersion, message: string, details: ErrorDetails): QueryError {
  const counts = readCounts(r);
  const writeType = r.readString();
  const contentions = version === 5 && writeType === 'CAS' ? r.readShort() : undefined;
  return new WriteTimeoutError(message, { ...counts, writeType, contentions }, details);
}

/** `<keyspace><function><arg_types>` */
function readFunctionFailure(r: ByteReader, message: string, details: ErrorDetails): QueryError {
  const keyspace = r.readString();
  const functionName = r.readString();
  return new FunctionFailureError(message, { keyspace, functionName, argumentTypes: r.readStringList() }, details);
}

/** `<cl><received><blockfor>` */
function readCounts(r: ByteReader): ReplicaCounts {
  const consistency = consistencyName(r.readShort());
  const received = r.readInt();
  return { consistency, received, required: r.readInt() };
}

/** `<cl><received><blockfor>` and then `<numfailures>` in v4, `<reasonmap>` in v5. */
function readFailures(r: ByteReader, version: ProtocolVersion): ReplicaFailures {
  const counts = readCounts(r);
  const failures = r.readInt();
  return { ...counts, failures, failuresByNode: version === 5 ? readReasonMap(r, failures) : undefined };
}

/** `<n>` pairs of [inetaddr] and [short]. */
function readReasonMap(r: ByteReader, count: number): Record<string, number> {
  checkCount(r, count, MIN_REASON_BYTES);
  const reasons = Object.create(null) as Record<string, number>;
  for (let i = 0; i < count; i++) {
    const address = r.readInetAddr();
    reasons[address] = r.readShort();
  }
  return reasons;
}
