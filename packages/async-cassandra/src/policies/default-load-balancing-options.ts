import { OptionReader } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { NodeBreakerOptions } from './node-breaker.ts';
import type { PlaceRules } from './routing-snapshot.ts';

/** How nodes of other data centres are used. */
export interface RemoteNodesOptions {
  /** Data centres that may be used, in order of preference; all, in no order, by default. */
  readonly dataCenters?: readonly string[] | undefined;
  /** How many nodes of each are used, and connected to; all by default. */
  readonly nodesPerDataCenter?: number | undefined;
  /** Whether requests with a LOCAL_ consistency may go there too, where "local" is another place; false by default. */
  readonly allowLocalConsistencies?: boolean | undefined;
}

/** Options of `DefaultLoadBalancingPolicy`. */
export interface DefaultLoadBalancingPolicyOptions {
  /** The data centre whose nodes take the requests; the cluster's `localDataCenter` by default. */
  readonly localDataCenter?: string | undefined;
  /** The rack whose nodes are preferred; none by default. */
  readonly localRack?: string | undefined;
  /** Lets nodes of other data centres take requests when no local node can: `true`, or how; false by default. */
  readonly remoteNodes?: boolean | RemoteNodesOptions | undefined;
  /** Nodes for which it returns false are never used. Must not throw. */
  readonly nodeFilter?: ((node: NodeInfo) => boolean) | undefined;
  /** The circuit breaker of each node; `false` for none. */
  readonly circuitBreaker?: false | NodeBreakerOptions | undefined;
  /** How long a node that has returned is spared, less and less, in milliseconds; 10,000 by default, 0 for not at all. */
  readonly warmUpMs?: number | undefined;
}

/** The options, checked and complete. */
export interface DefaultLoadBalancingSettings {
  readonly rules: PlaceRules;
  readonly allowsLocalConsistencies: boolean;
  /** Null: none. */
  readonly circuitBreaker: NodeBreakerOptions | null;
  readonly warmUpMs: number;
}

/** @throws ConfigurationError naming the option that is wrong */
export function readDefaultLoadBalancingOptions(
  options: DefaultLoadBalancingPolicyOptions,
): DefaultLoadBalancingSettings {
  const reader = new OptionReader('loadBalancingPolicy', options);
  const remoteNodes = reader.raw('remoteNodes');
  const remoteOptions = typeof remoteNodes === 'boolean' ? undefined : remoteNodes;
  const remote = new OptionReader(reader.at('remoteNodes'), remoteOptions);
  const settings: DefaultLoadBalancingSettings = {
    rules: {
      localDataCenter: reader.text('localDataCenter'),
      localRack: reader.text('localRack'),
      nodeFilter: reader.functionOf<(node: NodeInfo) => boolean>('nodeFilter'),
      usesRemote: remoteNodes !== undefined && remoteNodes !== false,
      remoteDataCenters: remote.texts('dataCenters'),
      nodesPerRemoteDataCenter: remote.whole('nodesPerDataCenter', Number.MAX_SAFE_INTEGER, 1),
    },
    allowsLocalConsistencies: remote.flag('allowLocalConsistencies', false),
    circuitBreaker: readCircuitBreaker(reader),
    warmUpMs: reader.number('warmUpMs', 10_000, 0),
  };
  remote.end();
  reader.end();
  return settings;
}

/** Its options are read by the breaker. */
function readCircuitBreaker(reader: OptionReader): NodeBreakerOptions | null {
  if (reader.raw('circuitBreaker') === false) return null;
  return reader.object<NodeBreakerOptions>('circuitBreaker', [], 'false or an object') ?? {};
}
