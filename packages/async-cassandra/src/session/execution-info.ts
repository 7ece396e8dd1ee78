import type { TriedNode } from './request-trail.ts';
import type { LiveRequest } from './request-contract.ts';

/** How a request came to its result; plain data. */
export interface ExecutionInfo {
  /** The node that answered: its `NodeInfo.endPoint`, `address:port`. */
  readonly coordinator: string | undefined;
  /** Nodes that were tried before, or passed over, with the reason. */
  readonly triedNodes: readonly TriedNode[];
  /** How often the request was sent, speculative executions included. */
  readonly attempts: number;
  readonly speculativeExecutions: number;
  /** For `getTrace`, when the request was traced. */
  readonly traceId: string | undefined;
  /** The id that `requestIdGenerator` gave it. */
  readonly requestId: string | undefined;
  readonly customPayload: Readonly<Record<string, Buffer | null>> | undefined;
  /** False when the nodes did not agree on a schema change in time. */
  readonly isSchemaInAgreement: boolean;
}

/** Collects the facts that a request left behind. */
export function executionInfoOf(request: LiveRequest): ExecutionInfo {
  const { trail, preamble } = request;
  const payload = preamble?.customPayload;
  return {
    coordinator: request.attempt?.connection.node,
    triedNodes: trail === null ? [] : [...trail.tried],
    attempts: request.attemptCount,
    speculativeExecutions: request.speculation?.count ?? 0,
    traceId: preamble?.traceId,
    requestId: request.settings.customPayload?.idOf(request),
    customPayload: payload === undefined ? undefined : Object.fromEntries(payload),
    isSchemaInAgreement: request.isSchemaInAgreement,
  };
}
