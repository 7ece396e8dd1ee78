import { Agent, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';

/** What one kind of request is: path, and a body for those that write. */
export interface LoadRequest {
  readonly path: string;
  readonly body?: string;
}

/**
 * How a request ended without a whole answer:
 * - `refused`: the port was closed;
 * - `reset`: the server's system gave up the connection with something unread, or not taken by the service yet;
 * - `closed`: the server closed the connection in good order;
 * - `failed`: anything else.
 */
export type Ending = 'refused' | 'reset' | 'closed' | 'failed';

/** A request without a whole answer, and what the client knows of it. */
export interface Unanswered {
  readonly how: Ending;
  readonly cause: string;
  /** The client's port: by it the server knows the connection. */
  readonly port: number;
  /** Whether a part of an answer came. */
  readonly hasBegun: boolean;
  /** Bytes sent on the connection before this request; 0: it was the first. */
  readonly bytesBefore: number;
}

const TIMEOUT_MS = 120_000;

/** A client with one connection, kept open for as long as the server says. It never sends a request twice. */
export class HttpClient {
  readonly #base: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(base: string) {
    this.#base = base;
  }

  /** Resolves with the status of an answer that came to its end, or with what came instead. */
  send({ path, body }: LoadRequest): Promise<number | Unanswered> {
    return new Promise((resolve) => {
      let connection: { readonly port: number; readonly bytesBefore: number } = { port: 0, bytesBefore: 0 };
      let response: IncomingMessage | null = null;
      const method = body === undefined ? 'GET' : 'POST';
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const sent = request(`${this.#base}${path}`, { agent: this.#agent, method, headers, timeout: TIMEOUT_MS });
      const fail = (error: NodeJS.ErrnoException): void =>
        resolve({ how: endingOf(error), cause: causeOf(error), hasBegun: response !== null, ...connection });
      sent.on('socket', (socket) => {
        const look = (): void => {
          connection = { port: socket.localPort ?? 0, bytesBefore: sent.reusedSocket ? sentOn(socket) : 0 };
        };
        if (socket.connecting) socket.once('connect', look);
        else look();
      });
      sent.on('timeout', () => sent.destroy(new Error('No answer in time')));
      sent.on('error', fail);
      sent.on('response', (incoming) => {
        response = incoming;
        incoming.on('error', fail);
        incoming.on('end', () => resolve(incoming.statusCode ?? 0));
        incoming.resume();
      });
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function sentOn(socket: Socket): number {
  return socket.bytesWritten;
}

function endingOf(error: NodeJS.ErrnoException): Ending {
  if (error.code === 'ECONNREFUSED') return 'refused';
  // Node gives its own error, without a system call, this code too.
  if (error.code === 'ECONNRESET') return error.syscall === undefined ? 'closed' : 'reset';
  return error.code === 'EPIPE' ? 'closed' : 'failed';
}

function causeOf({ code = '', syscall = '', message }: NodeJS.ErrnoException): string {
  return `${code} ${syscall} ${message}`.trim();
}
