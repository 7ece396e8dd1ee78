export { type Abortable, AbortRegistry } from './abort-registry.ts';
export { BatchStatement, type BatchMemberOptions, type BatchType } from './batch-statement.ts';
export type { Params } from './bind.ts';
export { BoundQuery, cql } from './bound-query.ts';
export type { CassandraSession } from './cassandra-session.ts';
export { AsyncCloseable, type AsyncContextManageable } from './closeable.ts';
export type { CompletedStatement } from './concurrent/as-completed.ts';
export type {
  AdaptiveConcurrency,
  AsCompletedOptions,
  ConcurrentOptions,
  ConcurrentProgress,
  ReplicaBatchOptions,
} from './concurrent/concurrent-options.ts';
export type { ConcurrentResult } from './concurrent/outcome-tally.ts';
export type { ExecutionInfo } from './execution-info.ts';
export type { ExecutionProfile, ResolvedProfile } from './execution-profile.ts';
export { checkTracker } from './observation/session-trackers.ts';
export { OpenStreams } from './open-streams.ts';
export { PrepareCache } from './prepare-cache.ts';
export { PreparedStatement, type PrepareOptions } from './prepared-statement.ts';
export type { QueryTrace, TraceEvent } from './query-trace.ts';
export { Repreparer } from './reprepare.ts';
export { RequestCore, type RequestCoreParts } from './request-core.ts';
export type { RequestOptions } from './request-options.ts';
export { IdentifiedPayload } from './request-payload.ts';
export { defaultSettings, type RequestSettings, type SettingsContext } from './request-settings.ts';
export type { TriedNode } from './request-trail.ts';
export { AsyncResultSet } from './result-set.ts';
export type { ScanCheckpoint, ScanCheckpointRange } from './scan/scan-checkpoint.ts';
export type { ScanOptions, ScanProgress, ScanRequestOption, ScanWhere } from './scan/scan-options.ts';
export { AsyncTableScan } from './scan/table-scan.ts';
export { innermostSession, type Operation, type OperationBounds, SessionDecorator } from './session-decorator.ts';
export { AsyncCassandraSession } from './session.ts';
export type { SessionParts } from './session-parts.ts';
export type {
  SessionCounters,
  SessionLimits,
  SessionNodeCounters,
  SessionNodeState,
  SessionState,
} from './session-state.ts';
export { classifyStatement, type StatementInfo } from './statement-info.ts';
export { CqlLexer, type CqlToken } from './statement-lexer.ts';
export type { StreamConfig } from './stream-config.ts';
export { AsyncStreamingResultSet } from './streaming-result-set.ts';
export { TextFactsCache } from './text-facts.ts';
export { WaitQueue } from './wait-queue.ts';
