import { type AsyncCassandraError, ConnectionError, NoHostAvailableError } from '../errors/index.ts';
import type { RequestTrail } from './request-trail.ts';
import type { LiveRequest } from './request-contract.ts';

/**
 * All nodes of the plan were tried or could not be. Where every attempt was answered, hosts were available and the last
 * answer is the error, as it is when the policy ends the retries: what callers see does not depend on how many nodes there
 * are. Else the error that tells of each node.
 */
export function noNodeLeft(request: LiveRequest, trail: RequestTrail): AsyncCassandraError {
  if (trail.refusal !== null) return trail.refusal;
  const errors: Record<string, AsyncCassandraError> = {};
  for (const { node, error } of trail.tried) errors[node] = error;
  if (trail.tried.length === 0) addNodesDown(request, errors);
  const count = Object.keys(errors).length;
  const what =
    count === 0
      ? 'The query plan holds no node; check localDataCenter, the load balancing policy and whether any node is up'
      : `None of the ${count} nodes tried could serve the request (${summary(errors)}); the property errors tells why for each`;
  return new NoHostAvailableError(what, errors, {
    cause: trail.tried.at(-1)?.error,
    node: request.attempt?.connection.node,
  });
}

/** Plans leave out nodes that are down: when nothing else is in them, those are the reason. */
function addNodesDown(request: LiveRequest, errors: Record<string, AsyncCassandraError>): void {
  const { parts } = request.core;
  for (const node of parts.view.nodes) {
    if (parts.view.isUp(node)) continue;
    const { endPoint } = node;
    const cause = parts.pool(node)?.lastError ?? undefined;
    errors[endPoint] = new ConnectionError(`Node ${endPoint} is down; check the node`, { node: endPoint, cause });
  }
}

const SHOWN = 3;

function summary(errors: Readonly<Record<string, AsyncCassandraError>>): string {
  const entries = Object.entries(errors);
  const shown = entries.slice(0, SHOWN).map(([node, error]) => `${node}: ${error.name}`);
  return entries.length > SHOWN ? `${shown.join(', ')}, ...` : shown.join(', ');
}
