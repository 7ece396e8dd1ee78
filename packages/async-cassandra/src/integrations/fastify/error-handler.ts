import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AsyncCassandraError, CircuitOpenError, RateLimitExceededError } from '../../errors/index.ts';
import { answerOf } from './error-status.ts';
import { lifetimeOf } from './request-hooks.ts';

/** How Fastify wants errors handled. */
type ErrorHandler = FastifyInstance['errorHandler'];

/**
 * Answers errors of the driver with the status that fits and a text of its own: messages of the driver and the server name
 * tables, columns and parts of statements, which are for the log. Other errors go on to the handler that was there.
 */
export function createErrorHandler(next: ErrorHandler, retryAfterSeconds: number): ErrorHandler {
  return function handleError(
    this: FastifyInstance,
    error: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ): unknown {
    const answer = answerOf(error, lifetimeOf(request)?.isLate);
    if (answer === null || !(error instanceof AsyncCassandraError)) {
      return next.call(this, error, request, reply);
    }
    const { statusCode, message, isTemporary } = answer;
    if (statusCode === 500 || statusCode === 502) request.log.error({ err: error }, 'A request failed');
    else request.log.info({ err: error, statusCode }, 'A request could not be served');
    if (isTemporary) void reply.header('retry-after', String(Math.max(retryAfterSeconds, secondsOf(error))));
    return reply.code(statusCode).send({ statusCode, code: error.code, error: nameOf(statusCode), message });
  };
}

/** Until it is worth asking again, where the error knows. */
function secondsOf(error: AsyncCassandraError): number {
  const isKnown = error instanceof RateLimitExceededError || error instanceof CircuitOpenError;
  return isKnown ? Math.ceil(error.retryAfterMs / 1000) : 0;
}

const NAMES: Readonly<Record<number, string>> = {
  429: 'Too Many Requests',
  499: 'Client Closed Request',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

function nameOf(statusCode: number): string {
  return NAMES[statusCode] ?? 'Error';
}
