import { type AsyncCassandraError, ConnectionError, TimeoutError } from '../errors/index.ts';
import type { ByteReader } from '../protocol/index.ts';
import { type ByteWriter, Opcode, readError, readPreamble } from '../protocol/index.ts';
import type { Connection } from './connection.ts';
import type { RequestHandler } from './request-handler.ts';

/** A reply with bytes of its own. */
export interface Reply {
  readonly opcode: number;
  readonly flags: number;
  /** Stands behind the preamble (trace id, warnings, custom payload). */
  readonly reader: ByteReader;
}

/**
 * One request outside of the hot path, as a promise: handshake, control queries, `USE`.
 * @param onReply - called synchronously with the reply's opcode, before any byte behind it is read
 * @throws QueryError for an ERROR reply; ConnectionError; TimeoutError
 */
export function call(
  connection: Connection,
  opcode: number,
  encode: (writer: ByteWriter) => void,
  timeoutMs: number,
  onReply?: (opcode: number) => void,
): Promise<Reply> {
  return new Promise((resolve, reject: (error: AsyncCassandraError) => void) => {
    const { node } = connection;
    const handler: RequestHandler = {
      opcode,
      envelopeFlags: 0,
      encode,
      onResponse(replyOpcode, flags, reader, owned) {
        try {
          onReply?.(replyOpcode);
          const own = reader.keep(owned);
          readPreamble(own, flags);
          if (replyOpcode === Opcode.ERROR) reject(readError(own, connection.protocolVersion, node));
          else resolve({ opcode: replyOpcode, flags, reader: own });
        } catch (error) {
          reject(error as AsyncCassandraError);
          throw error;
        }
      },
      onConnectionLost: (error) => reject(error),
      onAttemptTimeout: () =>
        reject(
          new TimeoutError(
            `Node ${node} did not answer within ${timeoutMs} ms; check the node's load and the network`,
            timeoutMs,
            { node },
          ),
        ),
    };
    if (connection.send(handler, timeoutMs) < 0) {
      reject(new ConnectionError(`Connection to ${node} takes no more requests; it is closed or full`, { node }));
    }
  });
}
