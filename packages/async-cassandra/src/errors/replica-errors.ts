import type { ErrorDetails, Outcome } from './async-cassandra-error.ts';
import { QueryError, type ReplicaCounts, type ReplicaFailures } from './query-error.ts';

/** 0x1000: too few replicas are alive; the coordinator did not try. */
export class UnavailableError extends QueryError {
  static override readonly errorName: string = 'UnavailableError';
  /** Consistency level of the request. */
  readonly consistency: string;
  /** How many replicas the consistency level asks for. */
  readonly required: number;
  /** How many replicas were known to be alive. */
  readonly alive: number;
  constructor(
    message: string,
    fields: { readonly consistency: string; readonly required: number; readonly alive: number },
    details?: ErrorDetails,
  ) {
    super(message, 0x1000, details, 'CASS_ERR_UNAVAILABLE', 'rejected');
    this.consistency = fields.consistency;
    this.required = fields.required;
    this.alive = fields.alive;
  }
}

/** An error that counts the replicas that answered. */
export class ReplicaCountError extends QueryError implements ReplicaCounts {
  static override readonly errorName: string = 'ReplicaCountError';
  readonly consistency: string;
  readonly received: number;
  readonly required: number;
  constructor(
    message: string,
    serverCode: number,
    code: string,
    fields: ReplicaCounts,
    details?: ErrorDetails,
    outcome?: Outcome,
  ) {
    super(message, serverCode, details, code, outcome);
    this.consistency = fields.consistency;
    this.received = fields.received;
    this.required = fields.required;
  }
}

/** 0x1100: too few replicas confirmed a write in time; it may still be applied. */
export class WriteTimeoutError extends ReplicaCountError {
  static override readonly errorName: string = 'WriteTimeoutError';
  /** Kind of write that timed out: SIMPLE, BATCH, UNLOGGED_BATCH, COUNTER, BATCH_LOG, CAS, VIEW or CDC. */
  readonly writeType: string;
  /** How often a conditional write was contended (protocol v5, writeType CAS). */
  readonly contentions: number | undefined;
  constructor(
    message: string,
    fields: ReplicaCounts & { readonly writeType: string; readonly contentions?: number | undefined },
    details?: ErrorDetails,
  ) {
    super(message, 0x1100, 'CASS_ERR_WRITE_TIMEOUT', fields, details);
    this.writeType = fields.writeType;
    this.contentions = fields.contentions;
  }
}

/** 0x1200: too few replicas answered a read in time. */
export class ReadTimeoutError extends ReplicaCountError {
  static override readonly errorName: string = 'ReadTimeoutError';
  /** Whether the replica asked for the data itself, and not only for a digest, answered. */
  readonly dataPresent: boolean;
  constructor(message: string, fields: ReplicaCounts & { readonly dataPresent: boolean }, details?: ErrorDetails) {
    super(message, 0x1200, 'CASS_ERR_READ_TIMEOUT', fields, details, 'rejected');
    this.dataPresent = fields.dataPresent;
  }
}

/** 0x1300: replicas failed to read. */
export class ReadFailureError extends ReplicaCountError implements ReplicaFailures {
  static override readonly errorName: string = 'ReadFailureError';
  readonly failures: number;
  readonly failuresByNode: Readonly<Record<string, number>> | undefined;
  /** Whether the replica asked for the data itself answered. */
  readonly dataPresent: boolean;
  constructor(message: string, fields: ReplicaFailures & { readonly dataPresent: boolean }, details?: ErrorDetails) {
    super(message, 0x1300, 'CASS_ERR_READ_FAILURE', fields, details, 'rejected');
    this.failures = fields.failures;
    this.failuresByNode = fields.failuresByNode;
    this.dataPresent = fields.dataPresent;
  }
}

/** 0x1500: replicas failed to write; others may have applied it. */
export class WriteFailureError extends ReplicaCountError implements ReplicaFailures {
  static override readonly errorName: string = 'WriteFailureError';
  readonly failures: number;
  readonly failuresByNode: Readonly<Record<string, number>> | undefined;
  /** Kind of write that failed. */
  readonly writeType: string;
  constructor(message: string, fields: ReplicaFailures & { readonly writeType: string }, details?: ErrorDetails) {
    super(message, 0x1500, 'CASS_ERR_WRITE_FAILURE', fields, details);
    this.failures = fields.failures;
    this.failuresByNode = fields.failuresByNode;
    this.writeType = fields.writeType;
  }
}

/** 0x1600: the change could not be added to the change data capture log. */
export class CdcWriteFailureError extends QueryError {
  static override readonly errorName: string = 'CdcWriteFailureError';
  constructor(message: string, details?: ErrorDetails) {
    super(message, 0x1600, details, 'CASS_ERR_CDC_WRITE_FAILURE');
  }
}

/** 0x1700: a conditional write was accepted by some replicas; whether it wins is not known. */
export class CasWriteUnknownError extends ReplicaCountError {
  static override readonly errorName: string = 'CasWriteUnknownError';
  constructor(message: string, fields: ReplicaCounts, details?: ErrorDetails) {
    super(message, 0x1700, 'CASS_ERR_CAS_WRITE_UNKNOWN', fields, details);
  }
}
