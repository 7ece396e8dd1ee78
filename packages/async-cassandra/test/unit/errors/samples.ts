import * as errors from '../../../src/errors/index.ts';
import type { AsyncCassandraError, ErrorDetails, Outcome } from '../../../src/errors/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One class of errors: what its instances are to be, written down here and not read from the class. */
export interface Sample {
  readonly name: string;
  /** Null for a class that has none of its own, since only its subclasses are thrown. */
  readonly code: string | null;
  readonly outcome: Outcome;
  readonly serverCode?: number;
  readonly parent: string;
  readonly fields: Fields;
  create(message: string, details?: ErrorDetails): AsyncCassandraError;
}

type Create<F> = (fields: F, message: string, details: ErrorDetails | undefined) => AsyncCassandraError;

function sample<F extends Fields>(
  name: string,
  code: string | null,
  outcome: Outcome,
  parent: string,
  fields: F,
  create: Create<F>,
): Sample {
  return { name, code, outcome, parent, fields, create: (message, details) => create(fields, message, details) };
}

function client<F extends Fields>(name: string, code: string, outcome: Outcome, fields: F, create: Create<F>): Sample {
  return sample(name, `CASS_ERR_${code}`, outcome, 'AsyncCassandraError', fields, create);
}

function server<F extends Fields>(
  name: string,
  [serverCode, code]: readonly [number, string],
  outcome: Outcome,
  fields: F,
  create: Create<F>,
  parent = 'QueryError',
): Sample {
  return { ...sample(name, `CASS_ERR_${code}`, outcome, parent, fields, create), serverCode };
}

const none = {} as const;
const counts = { consistency: 'LOCAL_QUORUM', received: 1, required: 2 } as const;
const failures = { ...counts, failures: 1, failuresByNode: { '10.0.0.1': 0 } } as const;
const counted = 'ReplicaCountError';

/** Every exported class of errors but the root. */
export const samples: readonly Sample[] = [
  client('AbortError', 'ABORTED', 'unknown', none, (_, m, d) => new errors.AbortError(m, d)),
  client('AuthenticationError', 'AUTHENTICATION', 'notSent', none, (_, m, d) => new errors.AuthenticationError(m, d)),
  client('CircuitOpenError', 'CIRCUIT_OPEN', 'notSent', { state: 'open', retryAfterMs: 5_000 } as const, (f, m, d) => {
    return new errors.CircuitOpenError(m, f, d);
  }),
  client('ConfigurationError', 'CONFIGURATION', 'notSent', { path: 'a.b' }, (f, m, d) => {
    return new errors.ConfigurationError(f.path, m, d);
  }),
  client('ConnectionError', 'CONNECTION', 'notSent', none, (_, m, d) => new errors.ConnectionError(m, d)),
  client('InternalError', 'INTERNAL', 'unknown', none, (_, m, d) => new errors.InternalError(m, d)),
  client('InvalidValueError', 'INVALID_VALUE', 'notSent', none, (_, m, d) => new errors.InvalidValueError(m, d)),
  client(
    'NoHostAvailableError',
    'NO_HOST_AVAILABLE',
    'notSent',
    { errors: { '10.0.0.1:9042': new errors.ConnectionError('lost') } },
    (f, m, d) => new errors.NoHostAvailableError(m, f.errors, d),
  ),
  client('ProtocolError', 'PROTOCOL', 'unknown', none, (_, m, d) => new errors.ProtocolError(m, d)),
  client('QueueFullError', 'QUEUE_FULL', 'notSent', { limit: 'limits.maxQueued' }, (f, m, d) => {
    return new errors.QueueFullError(f.limit, m, d);
  }),
  client(
    'RateLimitExceededError',
    'RATE_LIMIT_EXCEEDED',
    'notSent',
    { limit: 'maxQueued', queued: 10_000, retryAfterMs: 20 } as const,
    (f, m, d) => new errors.RateLimitExceededError(m, f, d),
  ),
  client('SessionClosedError', 'SESSION_CLOSED', 'notSent', none, (_, m, d) => new errors.SessionClosedError(m, d)),
  client('StreamBusyError', 'STREAM_BUSY', 'rejected', none, (_, m, d) => new errors.StreamBusyError(m, d)),
  client('TimeoutError', 'TIMEOUT', 'unknown', { timeoutMs: 12_000 }, (f, m, d) => {
    return new errors.TimeoutError(m, f.timeoutMs, d);
  }),
  client('QueryError', 'QUERY', 'unknown', { serverCode: 0x7777 }, (f, m, d) => {
    return new errors.QueryError(m, f.serverCode, d);
  }),
  sample(counted, null, 'unknown', 'QueryError', counts, (f, m, d) => {
    return new errors.ReplicaCountError(m, 0x7777, 'CASS_ERR_OF_A_SUBCLASS', f, d);
  }),
  server('ServerError', [0x0000, 'SERVER'], 'unknown', none, (_, m, d) => new errors.ServerError(m, d)),
  server('ServerProtocolError', [0x000a, 'SERVER_PROTOCOL'], 'rejected', none, (_, m, d) => {
    return new errors.ServerProtocolError(m, d);
  }),
  server('BadCredentialsError', [0x0100, 'BAD_CREDENTIALS'], 'rejected', none, (_, m, d) => {
    return new errors.BadCredentialsError(m, d);
  }),
  server(
    'UnavailableError',
    [0x1000, 'UNAVAILABLE'],
    'rejected',
    { consistency: 'QUORUM', required: 2, alive: 1 },
    (f, m, d) => new errors.UnavailableError(m, f, d),
  ),
  server('OverloadedError', [0x1001, 'OVERLOADED'], 'unknown', none, (_, m, d) => new errors.OverloadedError(m, d)),
  server('IsBootstrappingError', [0x1002, 'IS_BOOTSTRAPPING'], 'rejected', none, (_, m, d) => {
    return new errors.IsBootstrappingError(m, d);
  }),
  server('TruncateError', [0x1003, 'TRUNCATE'], 'unknown', none, (_, m, d) => new errors.TruncateError(m, d)),
  server(
    'WriteTimeoutError',
    [0x1100, 'WRITE_TIMEOUT'],
    'unknown',
    { ...counts, writeType: 'CAS', contentions: 3 },
    (f, m, d) => new errors.WriteTimeoutError(m, f, d),
    counted,
  ),
  server(
    'ReadTimeoutError',
    [0x1200, 'READ_TIMEOUT'],
    'rejected',
    { ...counts, dataPresent: true },
    (f, m, d) => new errors.ReadTimeoutError(m, f, d),
    counted,
  ),
  server(
    'ReadFailureError',
    [0x1300, 'READ_FAILURE'],
    'rejected',
    { ...failures, dataPresent: false },
    (f, m, d) => new errors.ReadFailureError(m, f, d),
    counted,
  ),
  server(
    'FunctionFailureError',
    [0x1400, 'FUNCTION_FAILURE'],
    'rejected',
    { keyspace: 'shop', functionName: 'f', argumentTypes: ['int'] },
    (f, m, d) => new errors.FunctionFailureError(m, f, d),
  ),
  server(
    'WriteFailureError',
    [0x1500, 'WRITE_FAILURE'],
    'unknown',
    { ...failures, writeType: 'BATCH' },
    (f, m, d) => new errors.WriteFailureError(m, f, d),
    counted,
  ),
  server('CdcWriteFailureError', [0x1600, 'CDC_WRITE_FAILURE'], 'unknown', none, (_, m, d) => {
    return new errors.CdcWriteFailureError(m, d);
  }),
  server(
    'CasWriteUnknownError',
    [0x1700, 'CAS_WRITE_UNKNOWN'],
    'unknown',
    counts,
    (f, m, d) => new errors.CasWriteUnknownError(m, f, d),
    counted,
  ),
  server('CqlSyntaxError', [0x2000, 'CQL_SYNTAX'], 'rejected', none, (_, m, d) => new errors.CqlSyntaxError(m, d)),
  server('UnauthorizedError', [0x2100, 'UNAUTHORIZED'], 'rejected', none, (_, m, d) => {
    return new errors.UnauthorizedError(m, d);
  }),
  server('InvalidQueryError', [0x2200, 'INVALID_QUERY'], 'rejected', none, (_, m, d) => {
    return new errors.InvalidQueryError(m, d);
  }),
  server('ServerConfigurationError', [0x2300, 'SERVER_CONFIGURATION'], 'rejected', none, (_, m, d) => {
    return new errors.ServerConfigurationError(m, d);
  }),
  server('AlreadyExistsError', [0x2400, 'ALREADY_EXISTS'], 'rejected', { keyspace: 'shop', table: 't' }, (f, m, d) => {
    return new errors.AlreadyExistsError(m, f, d);
  }),
  server('UnpreparedError', [0x2500, 'UNPREPARED'], 'rejected', { statementId: 'cafe' }, (f, m, d) => {
    return new errors.UnpreparedError(m, f, d);
  }),
];

/** The exported class of a name. */
export function classNamed(name: string): new (...args: never[]) => AsyncCassandraError {
  return (errors as unknown as Readonly<Record<string, new (...args: never[]) => AsyncCassandraError>>)[name] as never;
}

/** Names of all exported classes of errors. */
export function exportedClasses(door: object = errors): string[] {
  return Object.entries(door)
    .filter(([, value]) => isErrorClass(value))
    .map(([name]) => name)
    .sort();
}

function isErrorClass(value: unknown): boolean {
  for (let current = value; typeof current === 'function'; current = Object.getPrototypeOf(current)) {
    if (current === errors.AsyncCassandraError) return true;
  }
  return false;
}
