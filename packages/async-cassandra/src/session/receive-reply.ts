import { ConnectionError, ProtocolError } from '../errors/index.ts';
import { type ByteReader, Opcode, readError, readPreamble } from '../protocol/index.ts';
import { toTypedError } from './observation/typed-error.ts';
import { recover } from './recovery.ts';
import type { LiveAttempt, LiveRequest } from './request-contract.ts';

/** The reply to an attempt has come: a result settles the request, an error has it recover. */
export function receiveReply(
  request: LiveRequest,
  attempt: LiveAttempt,
  opcode: number,
  flags: number,
  reader: ByteReader,
  owned: boolean,
): void {
  try {
    const preamble = readPreamble(reader, flags);
    if (opcode === Opcode.ERROR) {
      recover(request, attempt, readError(reader, request.core.protocolVersion, attempt.connection.node));
      return;
    }
    if (opcode !== Opcode.RESULT)
      throw new ProtocolError(
        `Node ${attempt.connection.node} answered a request with opcode ${opcode}; check what stands between driver and server`,
        { node: attempt.connection.node },
      );
    request.preamble = preamble;
    if (request.speculation !== null && request.attempt !== null && request.attempt !== attempt)
      request.speculation.add(request.attempt);
    request.attempt = attempt;
    request.settings.loadBalancingPolicy.onSuccess?.(attempt.pool.node.info);
    request.receiver.receive(request, attempt, reader, owned);
  } catch (error) {
    request.observation?.attemptFailed(attempt, toTypedError(error));
    // A result that cannot be read comes of a statement that was executed.
    request.fail(error, opcode === Opcode.ERROR ? 'notSent' : 'unknown');
    if (error instanceof ProtocolError) throw error;
  }
}

/** Rows that are decoded after their reply was received do not decode: when the bytes are wrong, the connection goes. */
export function failOnRows(request: LiveRequest, error: unknown): void {
  const connection = request.attempt?.connection;
  request.fail(error, 'unknown');
  if (error instanceof ProtocolError && connection !== undefined) {
    connection.close(
      new ConnectionError(`Connection to ${connection.node} is closed: ${error.message}`, {
        cause: error,
        node: connection.node,
      }),
    );
  }
}
