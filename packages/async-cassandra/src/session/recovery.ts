import type { ConnectionPool } from '../cluster/index.ts';
import type { Connection } from '../connection/index.ts';
import {
  type AsyncCassandraError,
  assignOutcome,
  ConnectionError,
  ReadTimeoutError,
  UnavailableError,
  UnpreparedError,
  WriteTimeoutError,
} from '../errors/index.ts';
import { canSendAgain, type RetryContext, type RetryEvent, type RetryVerdict } from '../policies/index.ts';
import { assignServerOutcome, outcomeOf } from './outcome.ts';
import type { RequestTrail } from './request-trail.ts';
import type { LiveAttempt, LiveRequest } from './request-contract.ts';

/** The server answered with an error: prepares again, sends again, or fails, as rule 3 of the design and the policy say. */
export function recover(request: LiveRequest, attempt: LiveAttempt, error: AsyncCassandraError): void {
  assignServerOutcome(request, error);
  const trail = trailOf(request, attempt);
  if (error instanceof UnpreparedError) {
    prepareAgain(request, trail, attempt, error);
    return;
  }
  decide(request, trail, attempt, eventOf(error), error, true);
}

/** The attempt got no answer: its connection was lost, or its time is over. */
export function recoverLost(
  request: LiveRequest,
  attempt: LiveAttempt,
  error: AsyncCassandraError,
  wasWritten: boolean,
): void {
  if (request.core.isClosed) {
    request.fail(request.closedError(wasWritten));
    return;
  }
  const outcome = wasWritten ? outcomeOf(request, 'unknown') : 'notSent';
  // One error ends all requests of a lost connection, but each has an outcome of its own.
  const own =
    error instanceof ConnectionError
      ? new ConnectionError(error.message, { cause: error.cause, outcome, node: error.node })
      : error;
  assignOutcome(own, outcome);
  decide(request, trailOf(request, attempt), attempt, 'requestError', own, wasWritten);
}

function trailOf(request: LiveRequest, attempt: LiveAttempt): RequestTrail {
  const deadline = attempt.connection.deadlineOf(attempt.streamId);
  // An attempt that was never written has no deadline on the clock yet; it is as good as made now.
  const startedAt = deadline > 0 ? deadline - attempt.timeoutMs : request.core.parts.seams.timers.now();
  const trail = request.trailFrom(startedAt);
  trail.triedSlots.add(attempt.pool.node.info.slot);
  return trail;
}

function eventOf(error: AsyncCassandraError): RetryEvent {
  if (error instanceof ReadTimeoutError) return 'readTimeout';
  if (error instanceof WriteTimeoutError) return 'writeTimeout';
  if (error instanceof UnavailableError) return 'unavailable';
  return 'requestError';
}

function contextOf(
  request: LiveRequest,
  trail: RequestTrail,
  attempt: LiveAttempt,
  event: RetryEvent,
  error: AsyncCassandraError,
  wasSent: boolean,
): RetryContext {
  const context: RetryContext = {
    event,
    error,
    retries: trail.retries,
    isIdempotent: request.isIdempotent,
    isConditional: request.isConditional,
    wasSent,
    consistency: request.consistency,
    node: attempt.connection.node,
  };
  if (error instanceof ReadTimeoutError)
    return { ...context, received: error.received, required: error.required, dataPresent: error.dataPresent };
  if (error instanceof WriteTimeoutError)
    return { ...context, received: error.received, required: error.required, writeType: error.writeType };
  if (error instanceof UnavailableError) return { ...context, required: error.required, alive: error.alive };
  return context;
}

function askPolicy(request: LiveRequest, context: RetryContext): RetryVerdict {
  const { retryPolicy } = request.settings;
  const rethrow: RetryVerdict = { decision: 'rethrow' };
  switch (context.event) {
    case 'readTimeout':
      return retryPolicy.onReadTimeout?.(context) ?? rethrow;
    case 'writeTimeout':
      return retryPolicy.onWriteTimeout?.(context) ?? rethrow;
    case 'unavailable':
      return retryPolicy.onUnavailable?.(context) ?? rethrow;
    case 'requestError':
      return retryPolicy.onRequestError?.(context) ?? rethrow;
  }
}

function decide(
  request: LiveRequest,
  trail: RequestTrail,
  attempt: LiveAttempt,
  event: RetryEvent,
  error: AsyncCassandraError,
  wasSent: boolean,
): void {
  const { node } = attempt.connection;
  request.settings.loadBalancingPolicy.onFailure?.(attempt.pool.node.info, error);
  trail.tried.push({ node, error });
  const context = contextOf(request, trail, attempt, event, error, wasSent);
  const verdict = askPolicy(request, context);
  if (verdict.decision === 'ignore') {
    request.ignore();
    return;
  }
  if (verdict.decision === 'rethrow' || !canSendAgain(context)) {
    request.fail(error);
    return;
  }
  trail.retries++;
  if (verdict.consistency !== undefined) request.lowerConsistency(verdict.consistency);
  const remaining = request.remainingMs();
  if (remaining <= 0) {
    request.fail(error);
    return;
  }
  if (verdict.decision === 'retrySame') {
    const connection = attempt.connection.isOpen ? attempt.connection : attempt.pool.next();
    if (connection !== null && request.sendOn(attempt.pool, connection, remaining)) return;
  }
  request.sendToNext();
}

/** The node has forgotten the statement: once per node and statement it is prepared there again, then sent there again. */
function prepareAgain(request: LiveRequest, trail: RequestTrail, attempt: LiveAttempt, error: UnpreparedError): void {
  const { connection, pool } = attempt;
  const key = `${connection.node}/${error.statementId}`;
  const preparation = request.statement.preparation(error.statementId);
  if (preparation === undefined || trail.reprepared.has(key)) {
    request.fail(error);
    return;
  }
  trail.reprepared.add(key);
  sendAfter(request, request.core.parts.reprepare(connection, preparation, request.remainingMs()), pool, connection);
}

/** Sends on `connection` once something that must come first is done there. */
export function sendAfter(
  request: LiveRequest,
  first: Promise<void>,
  pool: ConnectionPool,
  connection: Connection,
): void {
  first.then(
    () => {
      if (request.isSettled) return;
      const remaining = request.remainingMs();
      try {
        if (remaining <= 0) request.fail(request.timeoutError(connection.node));
        else if (!request.sendOn(pool, connection, remaining)) request.sendToNext();
      } catch (error) {
        request.fail(error);
      }
    },
    (error: unknown) => request.failedBefore(error, pool, connection),
  );
}
