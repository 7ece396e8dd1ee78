import { encodePreamble, encodeError, opcodes } from '../wire/index.ts';
import type { ErrorFields, ErrorName, Preamble } from '../wire/index.ts';
import type { ReceivedRequest } from './received-request.ts';
import type { ClientConnection, NodeHost, SendWishes } from './roles.ts';

/** One request and the ways to answer it. Wrapping replies set its fields before the reply inside sends. */
export class Exchange implements SendWishes {
  readonly server: NodeHost;
  readonly connection: ClientConnection;
  readonly request: ReceivedRequest;
  /** What comes before the message: warnings, payload; a trace id is there when the client asked for one. */
  preamble: Preamble | undefined;
  readonly answers: number;
  chunkBytes: number | undefined;
  /** Replaces the stream id. */
  streamId: number;
  mutate: ((envelope: Buffer) => Buffer | null) | undefined;

  constructor(server: NodeHost, request: ReceivedRequest) {
    this.server = server;
    this.connection = request.connection;
    this.request = request;
    this.answers = request.streamId;
    this.streamId = request.streamId;
    this.preamble = request.isTraced ? { traceId: server.nextTraceId() } : undefined;
  }

  respond(opcode: number, body: Buffer): void {
    let flags = 0;
    let whole = body;
    if (this.preamble !== undefined) {
      const encoded = encodePreamble(this.preamble);
      flags = encoded.flags;
      whole = Buffer.concat([encoded.bytes, body]);
    }
    this.connection.send(
      { version: this.request.version, isResponse: true, flags, streamId: this.streamId, opcode, body: whole },
      this,
    );
  }

  result(body: Buffer): void {
    this.respond(opcodes.RESULT, body);
  }

  error(name: ErrorName | number, fields?: ErrorFields): void {
    this.respond(opcodes.ERROR, encodeError(this.request.version, name, fields));
  }

  /** Runs `action` after `ms` of the server's clock, unless the connection is gone by then. */
  later(ms: number, action: () => void): void {
    this.server.later(ms, () => {
      if (!this.connection.isClosed) action();
    });
  }
}
