import type { Workload } from './workloads.ts';

export type ContestantName = 'raw' | 'async-cassandra' | 'cassandra-driver';

export type Mode = 'throughput' | 'burst' | 'idle' | 'startup' | 'workers';

/** What one client process does; it is told in JSON. */
export interface ClientSpec {
  readonly contestant: ContestantName;
  readonly mode: Mode;
  readonly workload: Workload;
  readonly concurrency: number;
  readonly protocol: 4 | 5;
  readonly compression: 'none' | 'lz4';
  readonly host: string;
  readonly port: number;
  readonly dataCenter: string;
  /** The stub's process; 0 when the server is real. */
  readonly serverPid: number;
  readonly warmupMs: number;
  readonly windowMs: number;
  /** Clients of `idle`, operations of `burst`, threads of `workers`. */
  readonly count: number;
  /** Asks a further node after the 99th percentile. */
  readonly speculates: boolean;
  /** Limits raised, so that a burst fits: what the reference needs to answer one. */
  readonly hasRaisedLimits: boolean;
  /** File of the driver under test. */
  readonly driver: string;
}

/** What a client process found out. Which figures there are depends on the mode. */
export type Figures = Readonly<Record<string, number>>;
