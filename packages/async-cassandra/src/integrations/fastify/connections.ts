import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * So long a client may take to send its next request after a reply that did not say that its connection ends, or its first one
 * after it connected, in milliseconds.
 */
const PATIENCE_MS = 1_000;

/** The server of a service, as far as its connections go; HTTP/1, TLS and HTTP/2 have it. */
export interface ObservedServer {
  on(event: 'connection' | 'secureConnection', listener: (socket: Socket) => void): unknown;
  on(event: 'session', listener: (session: Http2Session) => void): unknown;
  prependListener(event: 'request', listener: (request: IncomingMessage, response: ServerResponse) => void): unknown;
}

interface Http2Session {
  close(): void;
  destroy(): void;
  once(event: 'close', listener: () => void): unknown;
}

/** What is known of a connection. */
interface Connection {
  /** Requests that have come and whose replies are not sent to the end. More than one: the client does not wait for replies. */
  exchanges: number;
  /** The request that came last. */
  last: IncomingMessage | null;
  /** When it was opened, or the last reply was out. */
  since: number;
  /** How many bytes had been read by then. */
  bytes: number;
  /** There may be the rest of a body that nobody wanted: bytes are no request then. */
  isDumping: boolean;
}

/**
 * The connections of a server, and which of them have a request that is not answered to the end: Node's own
 * `closeIdleConnections()` takes a reply that is written for one that is sent, and cuts it off when its client reads slowly.
 */
export class ServerConnections {
  readonly #open = new Map<Socket, Connection>();
  readonly #sessions = new Set<Http2Session>();
  #accepted = 0;
  #isClosing = false;
  #patientFrom = 0;

  constructor(server: ObservedServer) {
    const isTls = 'setSecureContext' in server;
    server.on('connection', (socket) => {
      this.#accepted++;
      // Below TLS: what is on it is not known, so it is never idle.
      this.#add(socket, isTls ? -1 : socket.bytesRead);
    });
    if (isTls) server.on('secureConnection', (socket) => this.#add(socket, socket.bytesRead));
    server.on('session', (session) => {
      this.#sessions.add(session);
      if (this.#isClosing) session.close();
      session.once('close', () => this.#sessions.delete(session));
    });
    // Ahead of the handler, which may answer at once.
    server.prependListener('request', (request, response) => this.#begin(request, response));
  }

  /** Connections taken so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Whether a request came by this server. */
  has(socket: Socket): boolean {
    return this.#open.has(socket);
  }

  /** Whether no request came after it on its connection, and all of it has come: else closing would lose what is left. */
  isLast(request: IncomingMessage): boolean {
    const last = this.#open.get(request.socket)?.last ?? request;
    const { headers } = request;
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    return last === request && (request.complete || !hasBody);
  }

  /** Whether replies are under way, or connections may have a request on its way. */
  get isBusy(): boolean {
    if (this.#sessions.size > 0) return true;
    for (const [socket, connection] of this.#open)
      if (connection.exchanges > 0 || !hasUnknownBytes(socket, connection)) return true;
    return false;
  }

  /**
   * Tells the clients of HTTP/2, which can be told.
   * @param isPatient - whether clients whose last reply is just out may send their next request; else only those whose reply
   *   is still under way now
   */
  startClosing(isPatient: boolean): void {
    this.#patientFrom = isPatient ? Number.NEGATIVE_INFINITY : performance.now();
    this.#isClosing = true;
    for (const session of this.#sessions) session.close();
  }

  /** Closes connections on which nothing is under way or to be expected; to be called again while there are others. */
  closeIdle(): void {
    const now = performance.now();
    for (const [socket, connection] of this.#open) {
      if (connection.exchanges > 0 || hasUnknownBytes(socket, connection)) continue;
      // The rest of a body still comes: a client that is cut off while it sends does not read the reply.
      if (connection.bytes !== socket.bytesRead) {
        connection.bytes = socket.bytesRead;
        connection.since = now;
      }
      const isExpected = connection.last === null || connection.since >= this.#patientFrom;
      if (!isExpected || now >= connection.since + PATIENCE_MS) socket.destroy();
    }
  }

  /** Cuts off everything. */
  destroy(): void {
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #add(socket: Socket, bytes: number): void {
    this.#open.set(socket, { exchanges: 0, last: null, since: performance.now(), bytes, isDumping: false });
    socket.once('close', () => this.#open.delete(socket));
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.exchanges++;
    connection.last = request;
    response.once('close', () => {
      connection.exchanges--;
      connection.since = performance.now();
      connection.bytes = socket.bytesRead;
      connection.isDumping = !request.complete;
    });
  }
}

/** The beginning of a request, or, after an upgrade, another protocol. */
function hasUnknownBytes(socket: Socket, connection: Connection): boolean {
  return !connection.isDumping && socket.bytesRead !== connection.bytes;
}
