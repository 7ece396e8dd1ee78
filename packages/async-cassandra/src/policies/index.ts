export type { ClusterView, NodeDistance } from '../metadata/index.ts';
export type { AddressTranslator } from './address-translator.ts';
export { AsyncRetryPolicy, type AsyncRetryPolicyOptions } from './async-retry-policy.ts';
export { canSendAgain } from './can-send-again.ts';
export { ConstantReconnectionPolicy, type ConstantReconnectionPolicyOptions } from './constant-reconnection-policy.ts';
export {
  ConstantSpeculativeExecutionPolicy,
  type ConstantSpeculativeExecutionPolicyOptions,
} from './constant-speculative-execution-policy.ts';
export type { DefaultLoadBalancingPolicyOptions, RemoteNodesOptions } from './default-load-balancing-options.ts';
export { DefaultLoadBalancingPolicy } from './default-load-balancing-policy.ts';
export { Ec2AddressTranslator, type Ec2AddressTranslatorOptions } from './ec2-address-translator.ts';
export {
  ExponentialReconnectionPolicy,
  type ExponentialReconnectionPolicyOptions,
} from './exponential-reconnection-policy.ts';
export { FallthroughRetryPolicy } from './fallthrough-retry-policy.ts';
export { FixedAddressTranslator, type FixedAddressTranslatorOptions } from './fixed-address-translator.ts';
export { isNodeFailure } from './is-node-failure.ts';
export { LatencyHistogram } from './latency-histogram.ts';
export type { LoadBalancingPolicy, RoutingInfo, StatementKind } from './load-balancing-policy.ts';
export {
  MonotonicTimestampGenerator,
  type MonotonicTimestampGeneratorOptions,
} from './monotonic-timestamp-generator.ts';
export type { BreakerState, NodeBreakerOptions } from './node-breaker.ts';
export {
  PercentileSpeculativeExecutionPolicy,
  type PercentileSpeculativeExecutionPolicyOptions,
} from './percentile-speculative-execution-policy.ts';
export type { ReconnectionPolicy } from './reconnection-policy.ts';
export { DEFAULT_REQUEST_ID_KEY, type RequestIdGenerator } from './request-id-generator.ts';
export type { RetryContext, RetryEvent, RetryPolicy, RetryVerdict } from './retry-policy.ts';
export {
  RoundRobinLoadBalancingPolicy,
  type RoundRobinLoadBalancingPolicyOptions,
} from './round-robin-load-balancing-policy.ts';
export type { SpeculativeExecutionPolicy } from './speculative-execution-policy.ts';
export type { TimestampGenerator } from './timestamp-generator.ts';
export { W3cRequestIdGenerator, type W3cRequestIdGeneratorOptions } from './w3c-request-id-generator.ts';
