import { OptionReader } from '../errors/index.ts';
import {
  AsyncRetryPolicy,
  DefaultLoadBalancingPolicy,
  type LoadBalancingPolicy,
  type RetryPolicy,
  type SpeculativeExecutionPolicy,
} from '../policies/index.ts';
import { isConsistency } from '../protocol/index.ts';
import type { ResolvedProfile } from '../session/index.ts';

/** @throws ConfigurationError naming the path of what is unknown, mistyped or out of range */
export function readProfiles(parent: OptionReader, defaults: ResolvedProfile): ReadonlyMap<string, ResolvedProfile> {
  const path = 'executionProfiles';
  const given = parent.object<Readonly<Record<string, unknown>>>(path, [], 'an object of execution profiles') ?? {};
  const profiles = new Map<string, ResolvedProfile>();
  for (const [name, profile] of Object.entries(given)) {
    const reader = new OptionReader(`${path}.${name}`, profile);
    profiles.set(name, readProfile(reader, defaults));
    reader.end();
  }
  return profiles;
}

const RETRY_METHODS: readonly string[] = ['onReadTimeout?', 'onWriteTimeout?', 'onUnavailable?', 'onRequestError?'];

/**
 * Reads what a profile may hold; what is absent is taken from `defaults`.
 * @param defaults - undefined for the options of the cluster itself
 */
export function readProfile(reader: OptionReader, defaults: ResolvedProfile | undefined): ResolvedProfile {
  const consistency = reader.raw('consistency');
  if (consistency !== undefined && !isConsistency(consistency))
    return reader.refuse('consistency', 'a consistency level, for example LOCAL_QUORUM');
  return {
    consistency: consistency ?? defaults?.consistency ?? 'LOCAL_ONE',
    serialConsistency:
      reader.oneOf('serialConsistency', ['SERIAL', 'LOCAL_SERIAL'] as const) ?? defaults?.serialConsistency ?? 'SERIAL',
    requestTimeoutMs: reader.duration('requestTimeoutMs', defaults?.requestTimeoutMs ?? 12_000),
    attemptTimeoutMs: reader.duration('attemptTimeoutMs', defaults?.attemptTimeoutMs),
    fetchSize: reader.whole('fetchSize', defaults?.fetchSize ?? 5_000, 1, 0x7fffffff),
    loadBalancingPolicy:
      reader.object<LoadBalancingPolicy>(
        'loadBalancingPolicy',
        ['init', 'distance', 'plan', 'first?', 'onSuccess?', 'onFailure?'],
        'a load balancing policy',
      ) ??
      defaults?.loadBalancingPolicy ??
      new DefaultLoadBalancingPolicy(),
    retryPolicy:
      reader.object<RetryPolicy>('retryPolicy', RETRY_METHODS, 'a retry policy') ??
      defaults?.retryPolicy ??
      new AsyncRetryPolicy(),
    speculativeExecutionPolicy:
      reader.object<SpeculativeExecutionPolicy>(
        'speculativeExecutionPolicy',
        ['nextDelayMs'],
        'a speculative execution policy',
      ) ?? defaults?.speculativeExecutionPolicy,
  };
}
