import type { Timers } from '../../../src/connection/index.ts';

/** One accepted byte stream, seen from the server: a real socket or an end of an in-memory link. */
export interface ServerLink {
  /** `127.0.0.1:51234`, or whatever names the client in a log. */
  readonly remote: string;
  write(bytes: Buffer): void;
  /** Closes after what was written has left. */
  end(): void;
  /** Closes at once; the client sees an end of stream. */
  destroy(): void;
  /** Closes at once; the client sees a connection reset. */
  reset(): void;
  /** Stops reading: the client's bytes stay where they are. */
  pause(): void;
  resume(): void;
}

export interface ServerLinkHandler {
  /** The chunk belongs to the handler from here on. */
  onData(chunk: Buffer): void;
  onClose(): void;
}

export interface ServerListener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting; links that are open stay open. */
  close(): Promise<void>;
}

/** Where servers listen. */
export interface ServerNetwork {
  /** The clock its servers run on, when that is not real time. */
  readonly timers?: Timers;
  /** Port 0 asks for a free one. */
  listen(host: string, port: number, accept: (link: ServerLink) => ServerLinkHandler): Promise<ServerListener>;
}
