import type { TlsOptions } from 'node:tls';
import type { Timers } from '../../../src/connection/index.ts';
import type { ServerAuth } from './auth.ts';
import type { ServerNetwork } from './link.ts';
import type { NodeModel } from './node-model.ts';
import type { RuleTable } from './rules.ts';
import type { SchemaModel } from './schema-model.ts';

export interface ScriptedServerOptions {
  /** Default 127.0.0.1 and any free port. */
  readonly host?: string;
  readonly port?: number;
  /** Default: real sockets, with `tls` when given. */
  readonly network?: ServerNetwork;
  readonly tls?: TlsOptions;
  /** The clock of delays and of the log; default: the network's, else real time. */
  readonly timers?: Timers;
  /** Protocol versions spoken; default 3, 4 and 5. */
  readonly versions?: readonly number[];
  /** Versions spoken only with the USE_BETA flag. */
  readonly betaVersions?: readonly number[];
  readonly auth?: ServerAuth;
  /** Offered in SUPPORTED; default both. */
  readonly compression?: readonly ('lz4' | 'snappy')[];
  /** More entries of SUPPORTED. */
  readonly supported?: Readonly<Record<string, readonly string[]>>;
  /** What the node says of itself; host and port are filled in when it listens. */
  readonly node?: Partial<NodeModel>;
  readonly schema?: SchemaModel;
  readonly clusterName?: string;
  readonly partitioner?: string;
  /** False: a server before 4.0, without `system.peers_v2`. */
  readonly hasPeersV2?: boolean;
  readonly peers?: () => readonly NodeModel[];
  /** Rules that several nodes share, asked after the node's own. */
  readonly sharedRules?: RuleTable;
  /** Requests kept in the log, the newest; 0 for soak tests. Default 100,000. */
  readonly logLimit?: number;
}
