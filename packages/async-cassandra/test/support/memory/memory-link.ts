import type { Timers, Transport, TransportHandler } from '../../../src/connection/index.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { ServerLink, ServerLinkHandler } from '../server/link.ts';
import { MemoryPipe } from './memory-pipe.ts';
import type { LinkConditions } from './memory-pipe.ts';

/** Bytes that a client's read buffer holds after it was told of them: whoever kept a view sees these. */
const POISON = 0xdb;
const READ_BYTES = 64 * 1024;

export function socketError(code: string, endPoint: string): Error {
  return Object.assign(new Error(`${code === 'ECONNREFUSED' ? 'connect' : 'read'} ${code} ${endPoint}`), { code });
}

/**
 * One connection between a driver (the client, a Transport) and a server. Tests break it: `cut`, `halfOpen`, `stall`;
 * `toServer` and `toClient` are its two directions, with their conditions.
 */
export class MemoryLink implements Transport {
  readonly host: string;
  readonly port: number;
  readonly number: number;
  readonly toServer: MemoryPipe;
  readonly toClient: MemoryPipe;
  isOpen = false;
  private readonly timers: Timers;
  private readonly client: TransportHandler;
  private server: ServerLinkHandler | undefined;
  private clientIsGone = false;
  private isDestroyed = false;
  private serverIsGone = false;
  private readonly slab = Buffer.alloc(READ_BYTES);
  private readonly slabView = new DataView(this.slab.buffer, this.slab.byteOffset, this.slab.length);

  constructor(
    network: { readonly timers: Timers; readonly random: SeededRandom },
    address: { readonly host: string; readonly port: number; readonly number: number },
    conditions: LinkConditions,
    client: TransportHandler,
  ) {
    this.timers = network.timers;
    this.host = address.host;
    this.port = address.port;
    this.number = address.number;
    this.client = client;
    this.toServer = new MemoryPipe(
      network.timers,
      network.random.fork(),
      { ...conditions },
      {
        onBytes: (chunk) => this.server?.onData(chunk),
        // A server whose client ended ends too.
        onEnd: () => {
          this.toClient.end();
          this.closeServer();
        },
        onDrain: () => {
          if (!this.isDestroyed) this.client.onDrain();
        },
      },
    );
    this.toClient = new MemoryPipe(
      network.timers,
      network.random.fork(),
      { ...conditions },
      {
        onBytes: (chunk) => this.read(chunk),
        onEnd: () => this.closeClient(null),
        onDrain: () => {},
      },
    );
  }

  /** Bytes the client wrote that have not left it: grows while the server does not read. */
  get bufferedBytes(): number {
    return this.toServer.bufferedBytes;
  }

  write(bytes: Uint8Array, done: () => void): void {
    this.toServer.write(bytes, done);
  }

  end(): void {
    this.toServer.end();
  }

  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.isOpen = false;
    this.toClient.close();
    this.toServer.abort();
    this.timers.setImmediate(() => this.closeClient(null));
  }

  /** Both sides see a connection reset, now. */
  cut(code = 'ECONNRESET'): void {
    this.closeServer();
    this.closeClient(socketError(code, `${this.host}:${this.port}`));
  }

  /** From now on bytes vanish, in one direction or both, and no side notices. */
  halfOpen(direction: 'toServer' | 'toClient' | 'both' = 'both'): void {
    if (direction !== 'toClient') this.toServer.isBlackHole = true;
    if (direction !== 'toServer') this.toClient.isBlackHole = true;
  }

  /** The server stops reading: the client's `bufferedBytes` grows once the window is full. */
  stall(): void {
    this.toServer.stall();
  }

  resume(): void {
    this.toServer.resume();
  }

  /** @internal */
  accepted(accept: (link: ServerLink) => ServerLinkHandler): void {
    if (this.clientIsGone || this.isDestroyed) return;
    this.isOpen = true;
    this.server = accept({
      remote: `memory:${this.number}`,
      write: (bytes) => this.toClient.write(bytes, () => {}),
      end: () => this.serverEnds(),
      destroy: () => this.serverEnds(),
      reset: () => {
        this.closeServer();
        this.closeClient(socketError('ECONNRESET', `${this.host}:${this.port}`));
      },
      pause: () => this.toServer.stall(),
      resume: () => this.toServer.resume(),
    });
    this.client.onConnect();
  }

  /** @internal */
  refused(code: string): void {
    this.closeClient(socketError(code, `${this.host}:${this.port}`));
  }

  private serverEnds(): void {
    this.toClient.end();
    this.timers.setImmediate(() => this.closeServer());
  }

  private read(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.clientIsGone && !this.isDestroyed; at += READ_BYTES) {
      const length = chunk.copy(this.slab, 0, at, Math.min(chunk.length, at + READ_BYTES));
      this.client.onData(this.slab, this.slabView, length);
      this.slab.fill(POISON, 0, length);
    }
  }

  private closeServer(): void {
    if (this.serverIsGone) return;
    this.serverIsGone = true;
    this.toServer.close();
    this.server?.onClose();
  }

  private closeClient(error: Error | null): void {
    if (this.clientIsGone) return;
    this.clientIsGone = true;
    this.isOpen = false;
    this.isDestroyed = true;
    this.toClient.close();
    this.client.onClose(error);
  }
}
