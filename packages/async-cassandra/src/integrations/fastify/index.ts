export type { CloseServiceOptions } from './draining.ts';
export { answerOf as errorAnswer, type ErrorAnswer } from './error-status.ts';
export type {
  CassandraPluginOptions,
  ErrorResponseOptions,
  HealthOptions,
  MetricsRegistry,
  StatusPageRouteOptions,
} from './options.ts';
export { cassandraPlugin } from './plugin.ts';
export type { NotReadyReason, Readiness, SessionReadiness } from './readiness.ts';
export type { RequestSession } from './request-session.ts';
export type { FastifyCassandra } from './sessions.ts';
