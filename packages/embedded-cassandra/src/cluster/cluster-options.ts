import type { Logger, ProgressListener } from '../progress.ts';

export interface EmbeddedTlsOptions {
  /** Whether clients must show a certificate of the cluster's authority too. Default false. */
  readonly clientAuth?: boolean;
  /** IP addresses and DNS names on the nodes' certificates. Default: each node's address, and localhost. */
  readonly names?: readonly string[];
}

/** What `EmbeddedCluster.start` understands. Everything has a default. */
export interface EmbeddedClusterOptions {
  /** Nodes in all data centres together, dealt to them in turn. Default: one for each data centre. */
  readonly nodes?: number;
  /** One of `supportedVersions()`. Default '5.0.9'. */
  readonly version?: string;
  /** Names (`['dc1', 'dc2']`), or names with the number of nodes (`{ dc1: 2, dc2: 1 }`, without `nodes`). Default ['dc1']. */
  readonly dataCenters?: readonly string[] | Readonly<Record<string, number>>;
  /** Names of racks, to which the nodes of each data centre are dealt in turn. Default ['rack1']. */
  readonly racks?: readonly string[];
  /** `'shared'`: all nodes on 127.0.0.1 with different ports; `'distinct'`: 127.0.0.1, 127.0.0.2, ... with the same native port. Default 'shared'. */
  readonly addresses?: 'shared' | 'distinct';
  /** The native port of the first node (of all nodes when addresses are distinct). Default: a free one. */
  readonly port?: number;
  /** The most heap a node may use. Default 512. */
  readonly heapMb?: number;
  /** Password authentication and authorization; the superuser is `cassandra` with password `cassandra`. Default false. */
  readonly auth?: boolean;
  /** Client encryption with certificates made for this cluster. Default false. */
  readonly tls?: boolean | EmbeddedTlsOptions;
  /** Settings of cassandra.yaml, merged over the ones this package chooses. */
  readonly yaml?: Readonly<Record<string, unknown>>;
  /** Further arguments of the JVM, after (and so above) the ones this package chooses. */
  readonly jvmArgs?: readonly string[];
  /** Default 'embedded'. */
  readonly clusterName?: string;
  /** The folder of a Java installation; instead of JAVA_HOME and the PATH. */
  readonly javaHome?: string;
  /** Root of a Maven repository to fetch from: an http(s) or file address, or a folder. Default: EMBEDDED_CASSANDRA_REPOSITORY, else Maven. */
  readonly repository?: string;
  /** Where jars are kept between runs. Default: embedded-cassandra in the user's cache folder. */
  readonly cacheDir?: string;
  /** Where the cluster's own folder is made, which goes when the cluster stops. Default: the system's temporary folder. */
  readonly workDir?: string;
  /** For all nodes to be ready, fetching not counted. Default 180 000. */
  readonly startTimeoutMs?: number;
  /** Ends a start that is under way; later it does nothing. */
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  readonly onProgress?: ProgressListener;
}
