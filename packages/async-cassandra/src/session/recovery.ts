import { waitFor } from '../cluster/index.ts';
import {
  AsyncCassandraError,
  assignOutcome,
  ConnectionError,
  ProtocolError,
  ReadTimeoutError,
  UnavailableError,
  UnpreparedError,
  WriteTimeoutError,
} from '../errors/index.ts';
import { ReplyTooLargeError } from '../protocol/index.ts';
import {
  canSendAgain,
  isNodeFailure,
  type RetryContext,
  type RetryEvent,
  type RetryVerdict,
} from '../policies/index.ts';
import { sendToNext } from './dispatch.ts';
import { assignServerOutcome, outcomeOf } from './outcome.ts';
import type { LiveAttempt, LiveRequest } from './request-contract.ts';
import { attemptTimeout, requestTimeout, sessionClosed } from './request-failures.ts';
import type { RequestTrail } from './request-trail.ts';

/** The least time given to a preparation that requests share: none of them takes it from the others by being in a hurry. */
const SHARED_TIMEOUT_MS = 12_000;

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
    request.fail(sessionClosed(), wasWritten ? 'unknown' : 'notSent');
    return;
  }
  const { cause } = error;
  if (cause instanceof ReplyTooLargeError && cause.streamId === attempt.streamId) {
    // It would be as large from another node, and cost that connection too.
    request.fail(new ProtocolError(cause.message, { cause, node: error.node }), 'unknown');
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

/** The attempt was not answered in time: the end of the request when its own time is over too. */
export function recoverTimedOut(request: LiveRequest, attempt: LiveAttempt): void {
  const trail = trailOf(request, attempt);
  const { node } = attempt.connection;
  if (request.remainingMs() > 0) {
    recoverLost(request, attempt, attemptTimeout(node, attempt.timeoutMs), true);
    return;
  }
  trail.note('unknown');
  const error = requestTimeout(request, node);
  request.observation?.attemptFailed(attempt, error);
  request.settings.loadBalancingPolicy.onFailure?.(attempt.pool.node.info, error);
  request.fail(error);
}

function trailOf(request: LiveRequest, attempt: LiveAttempt): RequestTrail {
  const trail = request.trailFrom(attempt.startedAt());
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
    kind: request.kind,
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
  trail.note(error.outcome);
  trail.failed(node, error);
  request.observation?.attemptFailed(attempt, error);
  request.settings.loadBalancingPolicy.onFailure?.(attempt.pool.node.info, error);
  const context = contextOf(request, trail, attempt, event, error, wasSent);
  const { decision, consistency } = askPolicy(request, context);
  if (decision === 'ignore') {
    request.observation?.retried(decision, attempt, error);
    request.ignore();
    return;
  }
  const wantsRetry = decision === 'retrySame' || decision === 'retryNext';
  if (!wantsRetry || !canSendAgain(context)) {
    request.fail(error);
    return;
  }
  trail.retries++;
  if (consistency !== undefined) request.lowerConsistency(consistency);
  const remaining = request.remainingMs();
  if (remaining <= 0) {
    request.fail(error);
    return;
  }
  request.observation?.retried(decision, attempt, error);
  if (decision === 'retrySame') {
    const connection = attempt.connection.isOpen ? attempt.connection : attempt.pool.next();
    if (connection !== null && request.sendOn(attempt.pool, connection, remaining)) return;
  }
  sendToNext(request);
}

/** The node has forgotten the statement: once per node and statement it is prepared there again, then sent there again. */
function prepareAgain(request: LiveRequest, trail: RequestTrail, attempt: LiveAttempt, error: UnpreparedError): void {
  const { connection } = attempt;
  const key = `${connection.node}/${error.statementId}`;
  const preparation = request.statement.preparation(error.statementId);
  trail.note('rejected');
  request.observation?.attemptFailed(attempt, error);
  if (preparation === undefined || trail.reprepared.has(key)) {
    request.fail(error);
    return;
  }
  trail.reprepared.add(key);
  const { parts } = request.core;
  // Many may wait for this one preparation, each as long as its own time lasts.
  waitFor(parts.reprepare(connection, preparation, Math.max(SHARED_TIMEOUT_MS, request.settings.timeoutMs)), {
    timers: parts.seams.timers,
    timeoutMs: Math.max(1, request.remainingMs()),
    timeoutError: () => requestTimeout(request, connection.node),
  }).then(
    () => guarded(request, () => sendPrepared(request, attempt)),
    (reason: unknown) => guarded(request, () => preparingFailed(request, attempt, reason)),
  );
}

function sendPrepared(request: LiveRequest, attempt: LiveAttempt): void {
  const { connection, pool } = attempt;
  const remaining = request.remainingMs();
  if (remaining <= 0) request.fail(requestTimeout(request, connection.node));
  else if (!request.sendOn(pool, connection, remaining)) sendToNext(request);
}

/** The statement could not be prepared again: another node may do when it was this one's fault. */
function preparingFailed(request: LiveRequest, attempt: LiveAttempt, error: unknown): void {
  const { node } = attempt.connection;
  if (request.core.isClosed) request.fail(sessionClosed());
  else if (request.remainingMs() <= 0) request.fail(requestTimeout(request, node));
  else if (error instanceof AsyncCassandraError && isNodeFailure(error)) {
    request.trailFrom(0).failed(node, error);
    sendToNext(request);
  } else request.fail(error);
}

/** A step that runs on its own: what a policy or an encoder throws ends the request, not the process. */
function guarded(request: LiveRequest, step: () => void): void {
  if (request.isSettled) return;
  try {
    step();
  } catch (error) {
    request.fail(error);
  }
}
