import type { NodeInfo } from '../metadata/index.ts';
import type { RetryPolicy } from '../policies/index.ts';
import type { Consistency } from '../protocol/index.ts';

/** Options of one request. */
export interface RequestOptions {
  readonly consistency?: Consistency | undefined;
  /** Consistency of the serial phase of conditional statements. */
  readonly serialConsistency?: 'SERIAL' | 'LOCAL_SERIAL' | undefined;
  /** Rows a page. */
  readonly fetchSize?: number | undefined;
  /** Fetches exactly the page that this state names; from a result of the same statement. */
  readonly pagingState?: Uint8Array | null | undefined;
  /** Bounds the whole request: queueing, preparing and all attempts. */
  readonly timeoutMs?: number | undefined;
  /** Bounds one attempt; what is left of `timeoutMs` pays for the next, for idempotent statements. */
  readonly attemptTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether sending the statement twice does the same as once. Absent: only reads are. */
  readonly idempotent?: boolean | undefined;
  /** Has the servers trace the request; see `getTrace`. */
  readonly trace?: boolean | undefined;
  readonly customPayload?: Readonly<Record<string, Uint8Array | null>> | undefined;
  /** Write timestamp in microseconds. */
  readonly timestamp?: bigint | number | undefined;
  /** Keyspace for this request alone (protocol v5). */
  readonly keyspace?: string | undefined;
  /** What `now` is for the server, in seconds since the epoch (protocol v5). */
  readonly nowInSeconds?: number | undefined;
  /** Name of an execution profile. */
  readonly executionProfile?: string | undefined;
  /** The one node to ask, from the metadata or by host id; no other is tried. */
  readonly node?: NodeInfo | string | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
  /** false: sends values without preparing the statement; give their types as `hints`. */
  readonly prepare?: false | undefined;
  /** CQL types of the values, in their order, when they are not prepared: `['int', 'map<text, int>']`. */
  readonly hints?: readonly string[] | undefined;
}
