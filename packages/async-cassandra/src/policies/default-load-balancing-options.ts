import type { NodeInfo } from '../metadata/index.ts';
import type { NodeBreakerOptions } from './node-breaker.ts';
import { checkOptionNames, flagOption, functionOption, numberOption, textOption, textsOption } from './options.ts';
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

const PATH = 'loadBalancingPolicy';
const NAMES = ['localDataCenter', 'localRack', 'remoteNodes', 'nodeFilter', 'circuitBreaker', 'warmUpMs'];
const REMOTE_NAMES = ['dataCenters', 'nodesPerDataCenter', 'allowLocalConsistencies'];

/** @throws ConfigurationError naming the option that is wrong */
export function readDefaultLoadBalancingOptions(
  options: DefaultLoadBalancingPolicyOptions,
): DefaultLoadBalancingSettings {
  checkOptionNames(PATH, options, NAMES);
  const { remoteNodes = false, circuitBreaker = {}, warmUpMs } = options;
  const remote = typeof remoteNodes === 'boolean' ? {} : remoteNodes;
  const at = `${PATH}.remoteNodes`;
  checkOptionNames(at, remote, REMOTE_NAMES);
  const count = { min: 1, isInteger: true };
  return {
    rules: {
      localDataCenter: textOption(`${PATH}.localDataCenter`, options.localDataCenter),
      localRack: textOption(`${PATH}.localRack`, options.localRack),
      nodeFilter: functionOption(`${PATH}.nodeFilter`, options.nodeFilter),
      usesRemote: remoteNodes !== false,
      remoteDataCenters: textsOption(`${at}.dataCenters`, remote.dataCenters),
      nodesPerRemoteDataCenter: numberOption(
        `${at}.nodesPerDataCenter`,
        remote.nodesPerDataCenter,
        Number.MAX_SAFE_INTEGER,
        count,
      ),
    },
    allowsLocalConsistencies: flagOption(`${at}.allowLocalConsistencies`, remote.allowLocalConsistencies, false),
    circuitBreaker: circuitBreaker === false ? null : circuitBreaker,
    warmUpMs: numberOption(`${PATH}.warmUpMs`, warmUpMs, 10_000, { min: 0 }),
  };
}
