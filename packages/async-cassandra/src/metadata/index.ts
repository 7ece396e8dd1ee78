export { ClusterMetadata, type ClusterMetadataParts, replicationsOf } from './cluster-metadata.ts';
export type { ClusterView, NodeDistance } from './cluster-view.ts';
export type { ColumnKind, ColumnMetadata } from './column-metadata.ts';
export type { AggregateMetadata, CallableMetadata, FunctionMetadata } from './function-metadata.ts';
export type { IndexMetadata } from './index-metadata.ts';
export { KeyspaceMetadata } from './keyspace-metadata.ts';
export { createNodeInfo, formatEndPoint, type NodeFields, type NodeInfo } from './node-info.ts';
export { type Partitioner, parsePartitioner } from './partitioner.ts';
export { parseReplication, type Replication, type ReplicationFactor } from './replication.ts';
export type { Keyspaces } from './schema-diff.ts';
export { RowPool } from './row-pool.ts';
export { type SchemaQuery, type SchemaScope, schemaQueries } from './schema-queries.ts';
export {
  type ElementScope,
  refreshElement,
  refreshKeyspace,
  refreshSchema,
  type SchemaRefresh,
  scopeOfChange,
} from './schema-refresh.ts';
export type { ClusterSchemaRows, SchemaRows, SchemaTable } from './schema-rows.ts';
export { RelationMetadata, TableMetadata, ViewMetadata } from './table-metadata.ts';
export { MAX_TOKEN, MIN_TOKEN } from './token.ts';
export { type ReplicatedRange, TokenMap, type TokenMapStatistics } from './token-map.ts';
export { tokenOf } from './token-of.ts';
export { TokenPair, writeToken } from './token-pair.ts';
export { TokenRange } from './token-range.ts';
export type { Turns } from './turns.ts';
