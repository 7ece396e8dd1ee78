import { AsyncCassandraError, type ErrorDetails, type Outcome } from './async-cassandra-error.ts';

/** An error that the server answered with (native protocol specification, section 8). */
export class QueryError extends AsyncCassandraError {
  static override readonly errorName: string = 'QueryError';
  /** The server's own error code, for example 0x1200 for a read timeout. */
  readonly serverCode: number;
  constructor(
    message: string,
    serverCode: number,
    details?: ErrorDetails,
    code = 'CASS_ERR_QUERY',
    outcome: Outcome = 'unknown',
  ) {
    super(message, code, details, outcome);
    this.serverCode = serverCode;
  }
}

/** What the server tells when too few replicas answered. */
export interface ReplicaCounts {
  /** Consistency level of the request. */
  readonly consistency: string;
  /** How many replicas answered. */
  readonly received: number;
  /** How many answers the consistency level asks for. */
  readonly required: number;
}

/** What the server tells when replicas failed. */
export interface ReplicaFailures extends ReplicaCounts {
  /** How many replicas failed. */
  readonly failures: number;
  /** Failure code by replica address (protocol v5 only). */
  readonly failuresByNode: Readonly<Record<string, number>> | undefined;
}
