import {
  AbortError,
  AsyncCassandraError,
  assignOutcome,
  ConfigurationError,
  InternalError,
  type Outcome,
  QueueFullError,
  SessionClosedError,
  TimeoutError,
} from '../errors/index.ts';
import { outcomeOf } from './outcome.ts';
import { worseOutcome } from './worse-outcome.ts';
import type { LiveRequest } from './request-contract.ts';

/**
 * The error that a request ends with. Its outcome is the worst of all attempts': an error that came before anything was
 * sent again says nothing of what was sent before.
 * @param reached - what is known of the last attempt, besides what the error says
 */
export function finalError(request: LiveRequest, error: unknown, reached: Outcome): AsyncCassandraError {
  const known = error instanceof AsyncCassandraError ? error : internalError(error);
  const before = request.trail?.outcome ?? 'notSent';
  const outcome = outcomeOf(request, worseOutcome(known.outcome, worseOutcome(before, reached)));
  if (outcome !== known.outcome) assignOutcome(known, outcome);
  return known;
}

/** The time of the whole request is over. */
export function requestTimeout(request: LiveRequest, node?: string): TimeoutError {
  const { timeoutMs } = request.settings;
  const what = node === undefined ? 'The request' : `The request, last sent to ${node},`;
  return new TimeoutError(
    `${what} took longer than timeoutMs (${timeoutMs} ms); check the cluster's load, or raise timeoutMs`,
    timeoutMs,
    { outcome: 'notSent', node },
  );
}

/** One attempt got no answer in time; there is time left for another one. */
export function attemptTimeout(node: string, timeoutMs: number): TimeoutError {
  return new TimeoutError(
    `Node ${node} did not answer within attemptTimeoutMs (${timeoutMs} ms); check the node's load`,
    timeoutMs,
    { node },
  );
}

/** The session has closed: nothing is sent any more. */
export function sessionClosed(): SessionClosedError {
  return new SessionClosedError('The session was closed before the request had finished');
}

export function requestAborted(signal: { readonly reason: unknown }): AbortError {
  return new AbortError('The request was aborted by its signal; its reason is the cause', {
    cause: signal.reason,
    outcome: 'notSent',
  });
}

export function keyspaceChanged(): ConfigurationError {
  return new ConfigurationError(
    'keyspace',
    'The keyspace of the session was changed while this request waited; name the keyspace in the statement, or wait for requests before setKeyspace()',
  );
}

export function waitedTooLong(): QueueFullError {
  return new QueueFullError(
    'limits.maxQueueMs',
    'The request waited longer than limits.maxQueueMs for a connection with room; slow down, or raise the limits',
  );
}

function internalError(cause: unknown): InternalError {
  return new InternalError('The request failed inside the driver or a policy; the cause tells more', {
    cause,
    outcome: 'notSent',
  });
}
