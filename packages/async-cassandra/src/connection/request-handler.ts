import type { ConnectionError } from '../errors/index.ts';
import type { ByteReader, ByteWriter, ProtocolVersion } from '../protocol/index.ts';

/**
 * One request as its connection sees it. Exactly one of `onResponse`, `onConnectionLost` and `onAttemptTimeout` is
 * called, once, unless the request is cancelled first. From within them anything may be sent, cancelled or closed.
 */
export interface RequestHandler {
  readonly opcode: number;
  /** Envelope flags: tracing, custom payload. */
  readonly envelopeFlags: number;
  /** Writes the body, in place. What it throws, `Connection.send` throws, and nothing is sent. */
  encode(writer: ByteWriter, version: ProtocolVersion): void;
  /**
   * The reply. `reader` is reused after the call; its bytes are private to the receiver only when `owned`.
   * What is thrown from here closes the connection.
   */
  onResponse(opcode: number, flags: number, reader: ByteReader, owned: boolean): void;
  /** The connection went; `wasWritten` tells whether the request may have reached the node. */
  onConnectionLost(error: ConnectionError, wasWritten: boolean): void;
  /** The time given to `Connection.send` is over. The stream id stays taken until the reply arrives. */
  onAttemptTimeout(): void;
}
