/** A prepared statement as a node must know it. */
export interface Preparation {
  readonly cql: string;
  readonly keyspace: string | undefined;
  /** Its id, hexadecimal. */
  readonly statementId: string;
}
