export { defaultVersion, supportedVersions } from './catalogue/release.ts';
export type { EmbeddedClusterOptions, EmbeddedTlsOptions } from './cluster/cluster-options.ts';
export { EmbeddedCluster } from './cluster/embedded-cluster.ts';
export type { EmbeddedNode, NodeState } from './cluster/embedded-node.ts';
export { EmbeddedCassandraError, type EmbeddedCassandraErrorCode } from './errors.ts';
export type { LogFile } from './process/log-file.ts';
export type { Logger, Progress, ProgressListener } from './progress.ts';
export type { Credential } from './tls/certificate-authority.ts';
export type { TlsMaterial } from './tls/tls-material.ts';
