import type { ErrorDetails } from './async-cassandra-error.ts';
import { QueryError } from './query-error.ts';

/** 0x0000: something unexpected happened on the coordinator. */
export class ServerError extends QueryError {
  static override readonly errorName: string = 'ServerError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x0000, details, 'CASS_ERR_SERVER');
  }
}

/** 0x000A: the server says that this client broke the protocol. */
export class ServerProtocolError extends QueryError {
  static override readonly errorName: string = 'ServerProtocolError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x000a, details, 'CASS_ERR_SERVER_PROTOCOL', 'rejected');
  }
}

/** 0x0100: the credentials were refused. Seen by callers as the cause of an `AuthenticationError`. */
export class BadCredentialsError extends QueryError {
  static override readonly errorName: string = 'BadCredentialsError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x0100, details, 'CASS_ERR_BAD_CREDENTIALS', 'rejected');
  }
}

/** 0x1001: the coordinator refuses work because it is overloaded. */
export class OverloadedError extends QueryError {
  static override readonly errorName: string = 'OverloadedError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x1001, details, 'CASS_ERR_OVERLOADED');
  }
}

/** 0x1002: the coordinator is bootstrapping and takes no requests yet. */
export class IsBootstrappingError extends QueryError {
  static override readonly errorName: string = 'IsBootstrappingError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x1002, details, 'CASS_ERR_IS_BOOTSTRAPPING', 'rejected');
  }
}

/** 0x1003: a truncation failed. */
export class TruncateError extends QueryError {
  static override readonly errorName: string = 'TruncateError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x1003, details, 'CASS_ERR_TRUNCATE');
  }
}

/** 0x2000: the statement is not valid CQL. */
export class CqlSyntaxError extends QueryError {
  static override readonly errorName: string = 'CqlSyntaxError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x2000, details, 'CASS_ERR_CQL_SYNTAX', 'rejected');
  }
}

/** 0x2100: the role may not do this. */
export class UnauthorizedError extends QueryError {
  static override readonly errorName: string = 'UnauthorizedError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x2100, details, 'CASS_ERR_UNAUTHORIZED', 'rejected');
  }
}

/** 0x2200: the statement is well-formed but cannot be executed. */
export class InvalidQueryError extends QueryError {
  static override readonly errorName: string = 'InvalidQueryError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x2200, details, 'CASS_ERR_INVALID_QUERY', 'rejected');
  }
}

/** 0x2300: the server's configuration does not allow the statement. */
export class ServerConfigurationError extends QueryError {
  static override readonly errorName: string = 'ServerConfigurationError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x2300, details, 'CASS_ERR_SERVER_CONFIGURATION', 'rejected');
  }
}

/** 0x2400: the keyspace or table to create exists already. */
export class AlreadyExistsError extends QueryError {
  static override readonly errorName: string = 'AlreadyExistsError';
  /** The keyspace concerned. */
  readonly keyspace: string;
  /** The table concerned; empty when the keyspace itself exists. */
  readonly table: string;
  constructor(message: string, fields: { readonly keyspace: string; readonly table: string }, details?: ErrorDetails) {
    super(message, 0x2400, details, 'CASS_ERR_ALREADY_EXISTS', 'rejected');
    this.keyspace = fields.keyspace;
    this.table = fields.table;
  }
}

/** 0x2500: the node does not know the prepared statement. The driver prepares again by itself; seen only when that fails too. */
export class UnpreparedError extends QueryError {
  static override readonly errorName: string = 'UnpreparedError';
  /** The statement's id, hexadecimal. */
  readonly statementId: string;
  constructor(message: string, fields: { readonly statementId: string }, details?: ErrorDetails) {
    super(message, 0x2500, details, 'CASS_ERR_UNPREPARED', 'rejected');
    this.statementId = fields.statementId;
  }
}

/** 0x1400: a user-defined function failed. */
export class FunctionFailureError extends QueryError {
  static override readonly errorName: string = 'FunctionFailureError';
  /** Keyspace of the function. */
  readonly keyspace: string;
  /** Name of the function. */
  readonly functionName: string;
  /** CQL types of its arguments. */
  readonly argumentTypes: readonly string[];
  constructor(
    message: string,
    fields: { readonly keyspace: string; readonly functionName: string; readonly argumentTypes: readonly string[] },
    details?: ErrorDetails,
  ) {
    super(message, 0x1400, details, 'CASS_ERR_FUNCTION_FAILURE', 'rejected');
    this.keyspace = fields.keyspace;
    this.functionName = fields.functionName;
    this.argumentTypes = fields.argumentTypes;
  }
}
