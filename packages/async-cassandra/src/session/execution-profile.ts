import type { LoadBalancingPolicy, RetryPolicy, SpeculativeExecutionPolicy } from '../policies/index.ts';
import type { Consistency } from '../protocol/index.ts';

/** Settings that requests can share by name. What is absent is taken from the cluster's options. */
export interface ExecutionProfile {
  readonly consistency?: Consistency | undefined;
  readonly serialConsistency?: 'SERIAL' | 'LOCAL_SERIAL' | undefined;
  /** Bounds a whole request: queueing, preparing and all attempts. */
  readonly requestTimeoutMs?: number | undefined;
  /** Bounds one attempt. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Rows a page. */
  readonly fetchSize?: number | undefined;
  readonly loadBalancingPolicy?: LoadBalancingPolicy | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
  readonly speculativeExecutionPolicy?: SpeculativeExecutionPolicy | undefined;
}

/** A profile with nothing absent. */
export interface ResolvedProfile {
  readonly consistency: Consistency;
  readonly serialConsistency: 'SERIAL' | 'LOCAL_SERIAL';
  readonly requestTimeoutMs: number;
  readonly attemptTimeoutMs: number | undefined;
  readonly fetchSize: number;
  readonly loadBalancingPolicy: LoadBalancingPolicy;
  readonly retryPolicy: RetryPolicy;
  readonly speculativeExecutionPolicy: SpeculativeExecutionPolicy | undefined;
}
