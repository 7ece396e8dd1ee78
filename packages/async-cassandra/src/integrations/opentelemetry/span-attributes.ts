import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { TrackedNode, TrackedRequest } from '../../diagnostics/index.ts';
import { type AsyncCassandraError, QueryError } from '../../errors/index.ts';
import { attribute, ownAttribute } from './attribute-names.ts';
import type { StatementFacts } from './statement-facts.ts';

/** By the names that the driver has for them; there are no others. */
const CONSISTENCIES = new Map(
  [
    ...['ANY', 'ONE', 'TWO', 'THREE', 'QUORUM', 'ALL', 'LOCAL_QUORUM', 'EACH_QUORUM'],
    ...['SERIAL', 'LOCAL_SERIAL', 'LOCAL_ONE'],
  ].map((name) => [name, name.toLowerCase()]),
);

/** What is known when a request begins: samplers see it. */
export function startAttributes(request: TrackedRequest, facts: StatementFacts, text: string | undefined): Attributes {
  const { keyspace, batchSize, statement, type } = request;
  const attributes: Attributes = { [attribute.system]: 'cassandra' };
  const namespace = statement.keyspace ?? keyspace;
  if (namespace !== undefined) attributes[attribute.namespace] = namespace;
  if (statement.table !== undefined) attributes[attribute.collection] = statement.table;
  if (facts.operation !== undefined) attributes[attribute.operation] = facts.operation;
  if (facts.summary !== undefined) attributes[attribute.querySummary] = facts.summary;
  if (text !== undefined) attributes[attribute.queryText] = text;
  // A batch of one statement is none, by the conventions.
  if (batchSize !== undefined && batchSize !== 1) attributes[attribute.batchSize] = batchSize;
  if (type !== 'prepare') {
    attributes[attribute.consistency] = CONSISTENCIES.get(request.consistency) ?? request.consistency.toLowerCase();
    attributes[attribute.idempotent] = request.isIdempotent;
    if (statement.kind === 'read') attributes[attribute.pageSize] = request.fetchSize;
  }
  if (type !== 'query') attributes[ownAttribute.requestType] = type;
  return attributes;
}

/** What is known when it has ended. */
export function endAttributes(request: TrackedRequest): Attributes {
  const { coordinator, rows, speculativeExecutions, attemptCount, traceId } = request;
  const attributes: Attributes = coordinator === undefined ? {} : nodeAttributes(coordinator);
  if (rows !== undefined) attributes[attribute.returnedRows] = rows;
  if (speculativeExecutions > 0) attributes[attribute.speculativeExecutions] = speculativeExecutions;
  if (attemptCount !== 1) attributes[ownAttribute.attempts] = attemptCount;
  if (traceId !== undefined) attributes[ownAttribute.traceId] = traceId;
  return attributes;
}

/** Of the node that a request, or an attempt, was sent to. */
export function nodeAttributes({ address, port, dataCenter, hostId }: TrackedNode): Attributes {
  return {
    [attribute.serverAddress]: address,
    [attribute.serverPort]: port,
    [attribute.peerAddress]: address,
    [attribute.peerPort]: port,
    [attribute.dataCenter]: dataCenter,
    [attribute.coordinator]: hostId,
  };
}

/** Marks a span as failed. Server messages may quote the statement: they are told only when the application wants them. */
export function noteError(span: Span, error: AsyncCassandraError, withMessage: boolean): void {
  span.setAttribute(attribute.errorType, error.name);
  span.setAttribute(ownAttribute.outcome, error.outcome);
  if (error instanceof QueryError) span.setAttribute(attribute.statusCode, String(error.serverCode));
  span.setStatus({ code: SpanStatusCode.ERROR, message: withMessage ? error.message : error.code });
}
