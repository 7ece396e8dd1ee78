export { defaultVersion, supportedVersions } from './catalogue/release.ts';
export type { EmbeddedClusterOptions, EmbeddedTlsOptions } from './cluster/cluster-options.ts';
export { type FetchedCassandra, type FetchOptions, fetchCassandra } from './cluster/fetch-cassandra.ts';
export { EmbeddedCluster } from './cluster/embedded-cluster.ts';
export type { EmbeddedNode } from './cluster/embedded-node.ts';
export type { NodeState } from './cluster/ring-member.ts';
export { type CassandraConnection, type Connectable, connectionFromEnvironment, environmentOf } from './environment.ts';
export {
  EmbeddedCassandraError,
  type EmbeddedCassandraErrorCode,
  type EmbeddedCassandraErrorOptions,
} from './errors.ts';
export type { LogFile } from './process/log-file.ts';
export type { Logger, Progress, ProgressListener } from './progress.ts';
export type { Credential } from './tls/certificate-authority.ts';
export type { TlsMaterial } from './tls/tls-material.ts';
