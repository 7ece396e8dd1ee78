import { type AsyncCassandraError, NoHostAvailableError, type Outcome } from '../errors/index.ts';
import type { RequestTrail } from './request-trail.ts';
import type { LiveRequest } from './request-contract.ts';

/** The worst of the outcomes: one attempt that may have been applied makes the whole request one that may have been. */
function worstOutcome(errors: readonly AsyncCassandraError[]): Outcome {
  if (errors.some((error) => error.outcome === 'unknown')) return 'unknown';
  return errors.some((error) => error.outcome === 'rejected') ? 'rejected' : 'notSent';
}

/** All nodes of the plan were tried or could not be: the error that says so, with the error of each. */
export function noNodeLeft(request: LiveRequest, trail: RequestTrail): NoHostAvailableError {
  const errors: Record<string, AsyncCassandraError> = {};
  for (const { node, error } of trail.tried) errors[node] = error;
  const all = trail.tried.map((tried) => tried.error);
  const count = Object.keys(errors).length;
  const what =
    count === 0
      ? 'The query plan holds no node; check localDataCenter, the load balancing policy and whether any node is up'
      : `None of the ${count} nodes tried could serve the request (${summary(errors)}); the property errors tells why for each`;
  return new NoHostAvailableError(what, errors, {
    cause: all.at(-1),
    outcome: worstOutcome(all),
    node: request.attempt?.connection.node,
  });
}

const SHOWN = 3;

function summary(errors: Readonly<Record<string, AsyncCassandraError>>): string {
  const entries = Object.entries(errors);
  const shown = entries.slice(0, SHOWN).map(([node, error]) => `${node}: ${error.name}`);
  return entries.length > SHOWN ? `${shown.join(', ')}, ...` : shown.join(', ');
}
