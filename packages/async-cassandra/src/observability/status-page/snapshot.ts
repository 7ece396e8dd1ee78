import type { SessionLimits, SessionState } from '../../session/index.ts';

/**
 * What a node is to the session. `up`: it takes requests. `connecting`: it can be reached, and no connection is open yet.
 * `avoided`: its circuit breaker is open, other nodes take its requests. `down`: it cannot be connected to. `unused`: the
 * load balancing policy ignores it.
 */
export type StatusNodeCondition = 'up' | 'connecting' | 'avoided' | 'down' | 'unused';

/** One series of measurements, the newest last; null where nothing was there to be measured. */
export type StatusSeries = readonly (number | null)[];

/** Figures of the last interval, and those of the intervals before it. */
export interface StatusTraffic {
  /** Null until one interval has passed; so are the others, also when nothing was asked in it. */
  readonly requestsPerSecond: number | null;
  /** Share of requests that failed: 0 to 1. */
  readonly errorRatio: number | null;
  /** What half of the requests did not exceed, in milliseconds. */
  readonly p50Ms: number | null;
  /** What 99 of 100 requests did not exceed, in milliseconds. */
  readonly p99Ms: number | null;
  readonly history: {
    readonly requestsPerSecond: StatusSeries;
    readonly errorRatio: StatusSeries;
    readonly p50Ms: StatusSeries;
    readonly p99Ms: StatusSeries;
  };
}

/** One node, as the session sees it. */
export interface StatusNode {
  readonly hostId: string;
  /** Address and port: `10.0.0.1:9042`, `[::1]:9042`. */
  readonly endPoint: string;
  readonly dataCenter: string;
  readonly rack: string;
  /** Version of Cassandra; empty when it is not known. */
  readonly releaseVersion: string;
  readonly condition: StatusNodeCondition;
  readonly openConnections: number;
  /** Requests sent to it whose callers wait. */
  readonly inFlight: number;
  /** Requests that were given up, and whose replies have not come. */
  readonly orphaned: number;
  /** Bytes that have not left yet. */
  readonly bufferedBytes: number;
  /** What was sent to it, retries and speculative executions included. */
  readonly traffic: StatusTraffic;
}

/** Errors of one class that requests ended with. */
export interface StatusError {
  /** Name of the class: `ReadTimeoutError`. */
  readonly name: string;
  /** Since sampling began. */
  readonly count: number;
  /** When the last one came, as an ISO time. */
  readonly lastAt: string;
}

/** A change that was noticed: a node came, went, or has become something else. */
export interface StatusChange {
  /** As an ISO time. */
  readonly at: string;
  readonly endPoint: string;
  /** `gone`: not a member any more. */
  readonly to: StatusNodeCondition | 'gone';
}

/** What the status page shows: plain data, fit for JSON. It holds no statement, no value and no credential. */
export interface StatusSnapshot {
  /** When it was taken, as an ISO time. */
  readonly takenAt: string;
  readonly clusterName: string;
  readonly keyspace: string | null;
  readonly lifecycle: SessionState['lifecycle'];
  /** Length of an interval of the figures, in milliseconds. */
  readonly intervalMs: number;
  /** How many intervals the histories hold at most. */
  readonly historySize: number;
  readonly activeOperations: number;
  readonly inFlight: number;
  /** Requests that wait for a connection with room. */
  readonly queued: number;
  readonly openStreams: number;
  readonly preparedStatements: number;
  readonly openConnections: number;
  readonly limits: SessionLimits;
  /** What the application asked for. */
  readonly traffic: StatusTraffic;
  /** How many requests were in flight at the end of each interval. */
  readonly inFlightHistory: StatusSeries;
  /** By data centre, rack and address. */
  readonly nodes: readonly StatusNode[];
  /** The most frequent first. */
  readonly errors: readonly StatusError[];
  /** The newest first, a few. */
  readonly changes: readonly StatusChange[];
}
