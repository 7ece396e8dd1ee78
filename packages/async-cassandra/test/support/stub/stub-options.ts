/** What a stub is asked to be. */
export interface StubOptions {
  /** Protocol versions; default 4 and 5. */
  readonly versions?: readonly number[];
  /** Nodes on 127.0.0.1, .2 and so on, one port, all in this process; default 1. */
  readonly nodes?: number;
  /** Milliseconds before an answer; default 0. */
  readonly latencyMs?: number;
  /** Every so many-th answer is a slow one; default 0: none. */
  readonly slowEvery?: number;
  /** Milliseconds before a slow answer; default 20. */
  readonly slowMs?: number;
  /** Pages of W3, at most 100; default 20. */
  readonly pages?: number;
  /** Rows of each; default 5,000. */
  readonly pageRows?: number;
}
