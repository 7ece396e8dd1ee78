import type { Outcome } from 'async-cassandra';

/** Reads and writes are idempotent; appends to lists and increments of counters are not. */
export type OperationKind = 'read' | 'write' | 'append' | 'increment';

/** One request of a load. Times are of `performance.now()`, in milliseconds. */
export interface Operation {
  readonly kind: OperationKind;
  /** The row: what was written, read, appended to, counted. */
  readonly row: number;
  /** What was appended; unique. */
  readonly item: number;
  readonly startedMs: number;
  /** Infinity while it is under way. */
  endedMs: number;
  /** The proxy of the node that answered, as `host:port`. */
  coordinator: string | undefined;
  /** Why it failed; undefined when it did not. */
  failure: string | undefined;
  /** What the driver says of a failure; undefined where it says nothing. */
  outcome: Outcome | undefined;
}

/** What one client was asked to do, and what became of it. */
export class OperationLog {
  readonly operations: Operation[] = [];
  /** Reads that did not find a row whose write had been acknowledged before they began. */
  readonly lostReads: Operation[] = [];
  /** Rows whose write was acknowledged. */
  readonly acknowledgedRows: number[] = [];

  begin(kind: OperationKind, row: number, item: number): Operation {
    const operation: Operation = {
      kind,
      row,
      item,
      startedMs: performance.now(),
      endedMs: Infinity,
      coordinator: undefined,
      failure: undefined,
      outcome: undefined,
    };
    this.operations.push(operation);
    return operation;
  }

  /** Of those that may be sent twice, those that began in a time, the latest first. */
  idempotent(fromMs: number, toMs: number): Operation[] {
    const found: Operation[] = [];
    for (let i = this.operations.length - 1; i >= 0; i--) {
      const operation = this.operations[i] as Operation;
      if (operation.startedMs < fromMs) break;
      const { kind, startedMs } = operation;
      if ((kind === 'read' || kind === 'write') && startedMs < toMs) found.push(operation);
    }
    return found;
  }

  /** When a node first answered a request that was made after `sinceMs`; undefined: not yet. */
  firstAnswerOf(coordinator: string, sinceMs: number): number | undefined {
    let first: number | undefined;
    for (let i = this.operations.length - 1; i >= 0; i--) {
      const operation = this.operations[i] as Operation;
      if (operation.startedMs < sinceMs) break;
      if (operation.coordinator === coordinator && (first === undefined || operation.endedMs < first))
        first = operation.endedMs;
    }
    return first;
  }
}

export function isAcknowledged(operation: Operation): boolean {
  return operation.endedMs < Infinity && operation.failure === undefined;
}
