import { AsyncCassandraError, ConnectionError, ProtocolError } from '../errors/index.ts';

/**
 * The socket was refused, or broke before the connection was open.
 * @param place - the node's name, with the address where that is another one
 */
export function couldNotOpen(node: string, place: string, cause: Error | null): ConnectionError {
  return new ConnectionError(
    `Connection to ${place} could not be opened${codeOf(cause)}; check the node, the network and the option tls`,
    cause === null ? { node } : { cause, node },
  );
}

/** The socket of an open connection broke, or was ended by the node. */
export function socketLost(node: string, cause: Error | null): ConnectionError {
  return new ConnectionError(
    `Connection to ${node} was lost${codeOf(cause)}; check the node and the network`,
    cause === null ? { node } : { cause, node },
  );
}

function codeOf(cause: Error | null): string {
  const code = cause === null ? undefined : (cause as { readonly code?: unknown }).code;
  return typeof code === 'string' ? ` (${code})` : '';
}

export function closedByDriver(node: string): ConnectionError {
  return new ConnectionError(`Connection to ${node} was closed`, { node });
}

/** Bytes that make no sense, or a handler that threw: the place in the stream is lost. */
export function unusableReply(node: string, error: unknown): ConnectionError {
  const cause = error instanceof Error ? error : new Error('A handler threw a value that is not an error');
  const detail = error instanceof AsyncCassandraError ? error.message : 'a reply could not be handled';
  return new ConnectionError(`Connection to ${node} is closed: ${detail}`, { cause, node });
}

export function tooManyOrphans(node: string, orphaned: number): ConnectionError {
  return new ConnectionError(
    `Connection to ${node} is replaced: ${orphaned} requests were given up without a reply; check the node's load`,
    { node },
  );
}

export function missedHeartbeat(node: string, timeoutMs: number): ConnectionError {
  return new ConnectionError(
    `Connection to ${node} is replaced: it did not answer a heartbeat within ${timeoutMs} ms; check the node and the network`,
    { node },
  );
}

export function strayReply(node: string, opcode: number, streamId: number): ProtocolError {
  return new ProtocolError(
    `Node ${node} sent opcode ${opcode} on stream ${streamId}, on which no request waits for it; check for a proxy that mixes connections`,
    { node },
  );
}

export function strayPush(node: string, opcode: number, streamId: number): ProtocolError {
  return new ProtocolError(
    `Node ${node} sent opcode ${opcode} on stream ${streamId}; only events may come unasked, on stream -1`,
    { node },
  );
}
