export type { ClusterView, NodeDistance } from '../metadata/index.ts';
export type { AddressTranslator } from './address-translator.ts';
export { canSendAgain } from './can-send-again.ts';
export type { LoadBalancingPolicy, RoutingInfo, StatementKind } from './load-balancing-policy.ts';
export type { ReconnectionPolicy } from './reconnection-policy.ts';
export type { RetryContext, RetryEvent, RetryPolicy, RetryVerdict } from './retry-policy.ts';
export type { SpeculativeExecutionPolicy } from './speculative-execution-policy.ts';
export type { TimestampGenerator } from './timestamp-generator.ts';
