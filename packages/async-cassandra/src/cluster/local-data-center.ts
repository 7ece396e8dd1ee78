import { ConfigurationError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';

/** What the choice of the local data centre is made from. */
export interface LocalDataCenterFacts {
  /** The option `localDataCenter`. */
  readonly configured: string | undefined;
  readonly nodes: Iterable<NodeInfo>;
  /** Nodes that are contact points, as far as they could be recognised. */
  readonly contactNodes: Iterable<NodeInfo>;
  /** The node that the control connection is on. */
  readonly controlNode: NodeInfo;
}

/**
 * The data centre that counts as local: the one configured, else the one that all contact points share.
 * @throws ConfigurationError when no node is in the one configured, or the contact points are in several
 */
export function chooseLocalDataCenter(facts: LocalDataCenterFacts): string {
  const { configured, nodes, contactNodes, controlNode } = facts;
  if (configured !== undefined) {
    const known = [...new Set([...nodes].map((node) => node.dataCenter))].sort();
    if (known.includes(configured)) return configured;
    throw new ConfigurationError(
      'localDataCenter',
      `No node is in the data centre "${configured}"; the cluster has: ${known.join(', ')}`,
    );
  }
  const shared = [...new Set([controlNode, ...contactNodes].map((node) => node.dataCenter))].sort();
  if (shared.length === 1) return controlNode.dataCenter;
  throw new ConfigurationError(
    'localDataCenter',
    `The contact points are in several data centres (${shared.join(', ')}); set the option localDataCenter to the one that is near`,
  );
}
