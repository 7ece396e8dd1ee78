import type { PreparedResult } from '../protocol/index.ts';

/** A prepared statement as a node must know it. */
export interface Preparation {
  readonly cql: string;
  readonly keyspace: string | undefined;
  /** Its id, hexadecimal. */
  readonly statementId: string;
  /** Takes what a node answered when it prepared the statement again. */
  accept(result: PreparedResult): void;
}
