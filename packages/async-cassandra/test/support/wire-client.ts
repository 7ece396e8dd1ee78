import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { SocketFactory, Transport, TransportHandler } from '../../src/connection/index.ts';
import {
  decodeResponse,
  encodeExecute,
  encodePrepare,
  encodeQuery,
  encodeStartup,
  EnvelopeDecoder,
  EnvelopeEncoder,
  opcodes,
  WireWriter,
} from './wire/index.ts';
import type { CompressionName, DecodedMessage, DecodedResponse, RequestParameters } from './wire/index.ts';

export interface WireClientOptions {
  readonly host: string;
  readonly port: number;
  /** Default 5. */
  readonly version?: number;
  readonly compression?: CompressionName;
  /** Set on every envelope; 0x10 opts in to a beta version. */
  readonly flags?: number;
  /** Default: real sockets. */
  readonly sockets?: SocketFactory;
  readonly tls?: ConnectionOptions;
  /** SASL tokens, sent one after the other. */
  readonly tokens?: readonly (Buffer | null)[];
}

/** A bare client for checking servers and proxies: one connection, no policies, every message visible. */
export class WireClient {
  readonly version: number;
  /** What came with stream id -1. */
  readonly events: DecodedResponse[] = [];
  isClosed = false;
  closeError: Error | null = null;
  private readonly flags: number;
  private readonly decoder = new EnvelopeDecoder();
  private readonly encoder = new EnvelopeEncoder();
  private readonly waiting = new Map<
    number,
    { resolve: (response: DecodedResponse) => void; reject: (error: Error) => void }
  >();
  private transport: Transport | undefined;
  private nextStream = 0;

  private constructor(options: WireClientOptions) {
    this.version = options.version ?? 5;
    this.flags = options.flags ?? 0;
  }

  /** Connects and shakes hands; the answer to a refused STARTUP is thrown. */
  static async connect(options: WireClientOptions): Promise<WireClient> {
    const client = await WireClient.open(options);
    const compression = options.compression ?? 'none';
    const startup = encodeStartup({
      CQL_VERSION: '3.0.0',
      ...(compression === 'none' ? {} : { COMPRESSION: compression }),
    });
    const { message } = await client.request(opcodes.STARTUP, startup);
    if (message.kind === 'error') throw new Error(`STARTUP was refused: ${message.message}`);
    client.established(compression);
    if (message.kind === 'authenticate') await client.authenticate(options.tokens ?? []);
    return client;
  }

  /** Connects only. */
  static async open(options: WireClientOptions): Promise<WireClient> {
    const client = new WireClient(options);
    await new Promise<void>((resolve, reject) => {
      const handler: TransportHandler = {
        onConnect: resolve,
        onData: (buf, _view, length) => client.received(Buffer.from(buf.subarray(0, length))),
        onDrain: () => {},
        onClose: (error) => {
          reject(error ?? new Error('Closed while connecting'));
          client.closed(error);
        },
      };
      client.transport = (options.sockets ?? plainSockets).connect(options, options.tls, handler);
    });
    return client;
  }

  request(opcode: number, body: Buffer, options: { flags?: number; streamId?: number } = {}): Promise<DecodedResponse> {
    const streamId = options.streamId ?? this.nextStream++ % 0x8000;
    const flags = this.flags | (options.flags ?? 0);
    return new Promise((resolve, reject) => {
      if (this.isClosed) {
        reject(new Error('Connection is closed'));
        return;
      }
      this.waiting.set(streamId, { resolve, reject });
      const envelope = this.encoder.envelope({
        version: this.version,
        isResponse: false,
        flags,
        streamId,
        opcode,
        body,
      });
      this.writeRaw(this.encoder.pack([envelope]));
    });
  }

  async query(cql: string, parameters?: RequestParameters): Promise<DecodedMessage> {
    return (await this.request(opcodes.QUERY, encodeQuery(this.version, cql, parameters))).message;
  }

  async prepare(cql: string, keyspace?: string): Promise<Extract<DecodedMessage, { kind: 'prepared' }>> {
    const { message } = await this.request(opcodes.PREPARE, encodePrepare(this.version, cql, keyspace));
    if (message.kind !== 'prepared') throw new Error(`Not prepared: ${JSON.stringify(message)}`);
    return message;
  }

  async execute(
    statement: { id: Buffer; resultMetadataId: Buffer },
    parameters?: RequestParameters,
  ): Promise<DecodedMessage> {
    return (
      await this.request(
        opcodes.EXECUTE,
        encodeExecute(this.version, statement.id, statement.resultMetadataId, parameters),
      )
    ).message;
  }

  writeRaw(bytes: Buffer): void {
    this.transport?.write(bytes, () => {});
  }

  close(): void {
    this.transport?.destroy();
  }

  private established(compression: CompressionName): void {
    if (this.version >= 5) {
      const framed = compression === 'lz4' ? 'lz4' : 'none';
      this.decoder.enableFraming(framed);
      this.encoder.enableFraming(framed);
    } else {
      this.decoder.enableCompression(compression);
      this.encoder.enableCompression(compression);
    }
  }

  private async authenticate(tokens: readonly (Buffer | null)[]): Promise<void> {
    for (const token of tokens) {
      const { message } = await this.request(opcodes.AUTH_RESPONSE, new WireWriter().bytes(token).finish());
      if (message.kind === 'authSuccess') return;
      if (message.kind !== 'authChallenge') throw new Error(`Authentication failed: ${JSON.stringify(message)}`);
    }
    throw new Error('Authentication wants more tokens');
  }

  private received(chunk: Buffer): void {
    this.decoder.append(chunk);
    for (let envelope = this.decoder.next(); envelope !== null; envelope = this.decoder.next()) {
      const response = decodeResponse(envelope);
      const waiting = this.waiting.get(envelope.streamId);
      this.waiting.delete(envelope.streamId);
      if (waiting === undefined) this.events.push(response);
      else waiting.resolve(response);
    }
  }

  private closed(error: Error | null): void {
    this.isClosed = true;
    this.closeError = error;
    for (const { reject } of this.waiting.values()) reject(error ?? new Error('Connection closed by the server'));
    this.waiting.clear();
  }
}

const plainSockets: SocketFactory = {
  connect: ({ host, port }, tls, handler) => {
    const socket = tls === undefined ? connectTcp({ host, port, noDelay: true }) : connectTls({ ...tls, host, port });
    let failure: Error | null = null;
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => handler.onConnect());
    socket.on('data', (chunk: Buffer) =>
      handler.onData(chunk, new DataView(chunk.buffer, chunk.byteOffset, chunk.length), chunk.length),
    );
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => handler.onClose(failure));
    return {
      write: (bytes, done) => {
        socket.write(bytes, () => done());
      },
      get bufferedBytes() {
        return socket.writableLength;
      },
      end: () => {
        socket.end();
      },
      destroy: () => {
        socket.destroy();
      },
    };
  },
};
