import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { decodeError, decodeRows, encodeLongString, encodeStringMap, type CqlRow } from './cql-codec.ts';

export interface CqlEndPoint {
  readonly address: string;
  readonly port: number;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
}

const opcodes = { error: 0, startup: 1, authenticate: 3, options: 5, query: 7, authResponse: 0x0f } as const;
const headerBytes = 9;
const protocolVersion = 4;
/** SKIP_METADATA: the caller knows what it asked for. */
const skipMetadataFlag = 0x02;

interface Reply {
  readonly opcode: number;
  readonly body: Buffer;
}

/**
 * As much of the CQL protocol (v4, one request at a time) as it takes to know that a node works. It keeps this package
 * free of a driver, whose own tests are one of its uses.
 */
export class CqlConnection {
  readonly #socket: Socket;
  #buffered: Buffer = Buffer.alloc(0);
  #pending: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The node closed the connection')));
  }

  /** Connects, asks for the node's OPTIONS and logs in. */
  static async open(endPoint: CqlEndPoint, timeoutMs: number): Promise<CqlConnection> {
    const socket = openSocket(endPoint);
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`No answer within ${String(timeoutMs)} ms`)));
    await once(socket, endPoint.tls === undefined ? 'connect' : 'secureConnect');
    const connection = new CqlConnection(socket);
    try {
      await connection.#request(opcodes.options, Buffer.alloc(0));
      await connection.#logIn(endPoint);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Rows as raw cells, in the order of the selected columns. */
  async query(cql: string, consistency: number): Promise<CqlRow[]> {
    const tail = Buffer.from([consistency >> 8, consistency & 0xff, skipMetadataFlag]);
    const { body } = await this.#request(opcodes.query, Buffer.concat([encodeLongString(cql), tail]));
    return decodeRows(body);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #logIn({ credentials }: CqlEndPoint): Promise<void> {
    const reply = await this.#request(opcodes.startup, encodeStringMap({ CQL_VERSION: '3.0.0' }));
    if (reply.opcode !== opcodes.authenticate) return;
    const { username, password } = credentials ?? { username: '', password: '' };
    const token = Buffer.from(`\0${username}\0${password}`);
    const length = Buffer.alloc(4);
    length.writeInt32BE(token.length);
    await this.#request(opcodes.authResponse, Buffer.concat([length, token]));
  }

  async #request(opcode: number, body: Buffer): Promise<Reply> {
    const header = Buffer.from([protocolVersion, 0, 0, 0, opcode, 0, 0, 0, 0]);
    header.writeInt32BE(body.length, 5);
    const reply = await new Promise<Reply>((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error('The connection is closed'));
        return;
      }
      this.#pending = { resolve, reject };
      this.#socket.write(Buffer.concat([header, body]));
    });
    if (reply.opcode === opcodes.error) throw decodeError(reply.body);
    return reply;
  }

  #receive(chunk: Buffer): void {
    this.#buffered = Buffer.concat([this.#buffered, chunk]);
    if (this.#buffered.length < headerBytes) return;
    const end = headerBytes + this.#buffered.readInt32BE(5);
    if (this.#buffered.length < end) return;
    const reply = { opcode: this.#buffered.readUInt8(4), body: this.#buffered.subarray(headerBytes, end) };
    this.#buffered = this.#buffered.subarray(end);
    this.#pending?.resolve(reply);
    this.#pending = null;
  }

  #fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = null;
  }
}

function openSocket({ address, port, tls }: CqlEndPoint): Socket {
  if (tls === undefined) return connectTcp(port, address);
  // Names are not checked: the authority signs nothing but this cluster, and tests may ask for certificates that do not fit.
  return connectTls({ port, host: address, ...tls, checkServerIdentity: () => undefined });
}
