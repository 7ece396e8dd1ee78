import type { LogFile } from '../process/log-file.ts';

/** `running` was seen to answer queries; `stopped` has no process, for whatever reason. */
export type NodeState = 'starting' | 'running' | 'paused' | 'stopped' | 'decommissioned';

/** A node as the others and the checks of the ring see it. */
export interface RingMember {
  readonly address: string;
  readonly port: number;
  readonly dataCenter: string;
  readonly tokens: readonly string[];
  readonly state: NodeState;
  /** Where the other nodes reach it: `address:port`. */
  readonly storageEndPoint: string;
  readonly log: LogFile;
}
