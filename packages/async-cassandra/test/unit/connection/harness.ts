import assert from 'node:assert/strict';
import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import {
  type Connection,
  type ConnectionConfig,
  DeadlineTicker,
  type EndPoint,
  openConnection,
  type OpenOptions,
  type RequestHandler,
  type Seams,
  type SocketFactory,
  type Transport,
  type TransportHandler,
} from '../../../src/connection/index.ts';
import { plainQuery } from '../../../src/connection/query.ts';
import type { ConnectionError } from '../../../src/errors/index.ts';
import {
  type ByteReader,
  type ByteWriter,
  Opcode,
  type ProtocolVersion,
  writeQuery,
} from '../../../src/protocol/index.ts';
import { MemoryNetwork, type MemoryNetworkOptions, ScriptedServer, VirtualClock } from '../../support/index.ts';
import type { ScriptedServerOptions } from '../../support/index.ts';

export const endPoint: EndPoint = { host: '10.0.0.1', port: 9042 };

/** Sockets that count what is written, let tests act before a write, and bring bytes from nowhere. */
export class WatchedSockets implements SocketFactory {
  readonly #inner: SocketFactory;
  /** Sizes of all writes, in order. */
  readonly writes: number[] = [];
  destroyed = 0;
  handler: TransportHandler | null = null;
  /** The next `connect` throws this. */
  failure: Error | null = null;

  constructor(inner: SocketFactory) {
    this.#inner = inner;
  }

  connect(to: EndPoint, tls: TlsConnectionOptions | undefined, handler: TransportHandler): Transport {
    if (this.failure !== null) throw this.failure;
    this.handler = handler;
    const transport = this.#inner.connect(to, tls, handler);
    return {
      get bufferedBytes() {
        return transport.bufferedBytes;
      },
      write: (bytes, done) => {
        this.writes.push(bytes.length);
        transport.write(bytes, done);
      },
      end: () => {
        transport.end();
      },
      destroy: () => {
        this.destroyed++;
        transport.destroy();
      },
    };
  }

  /** Bytes that the server never sent arrive. */
  inject(bytes: Uint8Array): void {
    const buf = Buffer.from(bytes);
    this.handler?.onData(buf, new DataView(buf.buffer, buf.byteOffset, buf.length), buf.length);
  }
}

/** A connection to a scripted server on a network and a clock of their own. */
export class Harness {
  readonly clock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly sockets: WatchedSockets;
  readonly ticker: DeadlineTicker;
  readonly config: ConnectionConfig;
  server!: ScriptedServer;

  constructor(config: Partial<ConnectionConfig> = {}, conditions: MemoryNetworkOptions['conditions'] = {}) {
    this.network = new MemoryNetwork({ timers: this.clock, conditions });
    this.sockets = new WatchedSockets(this.network);
    this.ticker = new DeadlineTicker(this.clock);
    const seams: Seams = { ...this.network.seams, sockets: this.sockets };
    this.config = { ...configFor(seams, this.ticker), ...config };
  }

  /** A harness with its server. */
  static async start(
    config: Partial<ConnectionConfig> = {},
    server: ScriptedServerOptions = {},
    conditions: MemoryNetworkOptions['conditions'] = {},
  ): Promise<Harness> {
    const harness = new Harness(config, conditions);
    harness.server = await ScriptedServer.start({ network: harness.network, ...endPoint, ...server });
    return harness;
  }

  open(options: OpenOptions = {}): Promise<Connection> {
    return this.clock.settle(openConnection(this.config, endPoint, options));
  }

  /** Lets bytes travel and promises settle, in no time. */
  turn(): Promise<void> {
    return this.clock.advance(0);
  }

  /** No socket is open, no timer waits. */
  async assertNothingLeft(): Promise<void> {
    await this.clock.advance(1);
    assert.deepEqual(this.network.openLinks(), [], 'links are open');
    assert.equal(this.server.connections.size, 0, 'the server has connections');
    assert.equal(this.ticker.nextAt, Infinity, 'the ticker is armed');
    assert.equal(this.clock.pending, 0, 'timers wait');
  }
}

export function configFor(seams: Seams, ticker: DeadlineTicker): ConnectionConfig {
  return {
    seams,
    ticker,
    protocolVersion: 5,
    compression: 'none',
    authProvider: undefined,
    tls: () => undefined,
    connectTimeoutMs: 5_000,
    heartbeatIntervalMs: 0,
    heartbeatTimeoutMs: 5_000,
    maxRequestsPerConnection: 100,
    maxEnvelopeBytes: 256 * 2 ** 20,
    maxBufferedWriteBytes: 16 * 2 ** 20,
    maxOrphaned: 8,
    startupOptions: new Map([['CQL_VERSION', '3.0.0']]),
    logger: {},
  };
}

/** What a request was told. */
export interface Outcome {
  readonly kind: 'response' | 'lost' | 'timeout';
  readonly opcode?: number;
  readonly flags?: number;
  readonly body?: Buffer;
  readonly error?: ConnectionError;
  readonly wasWritten?: boolean;
  readonly at: number;
}

/** A QUERY that writes down what it is told. */
export class TestRequest implements RequestHandler {
  readonly opcode: number = Opcode.QUERY;
  readonly envelopeFlags = 0;
  readonly cql: string;
  readonly outcomes: Outcome[] = [];
  encoded = 0;
  /** Called in the middle of whatever the request is told. */
  then: ((outcome: Outcome) => void) | null = null;
  /** Throws from within `encode`, after the body was written. */
  encodeFailure: Error | null = null;
  readonly #now: () => number;

  constructor(now: () => number, cql = 'INSERT') {
    this.#now = now;
    this.cql = cql;
  }

  get kinds(): string[] {
    return this.outcomes.map((outcome) => outcome.kind);
  }

  get only(): Outcome {
    assert.equal(this.outcomes.length, 1, `told ${this.outcomes.length} times: ${this.kinds.join(', ')}`);
    return this.outcomes[0] as Outcome;
  }

  encode(writer: ByteWriter, version: ProtocolVersion): void {
    this.encoded++;
    writeQuery(writer, version, this.cql, plainQuery, null, []);
    if (this.encodeFailure !== null) throw this.encodeFailure;
  }

  onResponse(opcode: number, flags: number, reader: ByteReader): void {
    const body = Buffer.from(reader.buf.subarray(reader.pos, reader.end));
    this.#told({ kind: 'response', opcode, flags, body, at: this.#now() });
  }

  onConnectionLost(error: ConnectionError, wasWritten: boolean): void {
    this.#told({ kind: 'lost', error, wasWritten, at: this.#now() });
  }

  onAttemptTimeout(): void {
    this.#told({ kind: 'timeout', at: this.#now() });
  }

  #told(outcome: Outcome): void {
    this.outcomes.push(outcome);
    this.then?.(outcome);
  }
}

/** An open connection to a scripted server, whose handshake is no longer counted. */
export async function start(config: Partial<ConnectionConfig> = {}): Promise<{
  harness: Harness;
  connection: Connection;
  request: (cql?: string) => TestRequest;
  statements: () => (string | undefined)[];
}> {
  const harness = await Harness.start(config);
  const connection = await harness.open();
  harness.sockets.writes.length = 0;
  return {
    harness,
    connection,
    request: (cql) => new TestRequest(() => harness.clock.now(), cql),
    statements: () =>
      harness.server.log.all.filter((logged) => logged.opcode === Opcode.QUERY).map((logged) => logged.cql),
  };
}

/** The error that a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error & { readonly outcome?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  assert.fail('The promise was fulfilled');
}
