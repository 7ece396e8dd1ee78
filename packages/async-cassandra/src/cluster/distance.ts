import { type Logger, thrownMessage } from '../diagnostics/index.ts';
import type { NodeDistance, NodeInfo } from '../metadata/index.ts';
import type { LoadBalancingPolicy } from '../policies/index.ts';

const NEARNESS: Readonly<Record<NodeDistance, number>> = { local: 2, remote: 1, ignored: 0 };

/**
 * How far a node is when several policies are in use: as near as the nearest says, since the pools serve all of them.
 * A policy that throws, or says something else, is taken to say `local`: rather a connection too many than none.
 */
export function nearestDistance(
  policies: readonly LoadBalancingPolicy[],
  node: NodeInfo,
  logger: Logger,
): NodeDistance {
  let nearest: NodeDistance = policies.length === 0 ? 'local' : 'ignored';
  for (const policy of policies) {
    const distance = askFor(policy, node, logger);
    if (NEARNESS[distance] > NEARNESS[nearest]) nearest = distance;
  }
  return nearest;
}

function askFor(policy: LoadBalancingPolicy, node: NodeInfo, logger: Logger): NodeDistance {
  try {
    const distance = policy.distance(node);
    if (Object.hasOwn(NEARNESS, distance)) return distance;
    logger.error?.({ node: node.endPoint }, 'A load balancing policy told no distance; check it');
  } catch (error) {
    logger.error?.({ node: node.endPoint, error: thrownMessage(error) }, 'A load balancing policy threw; check it');
  }
  return 'local';
}
