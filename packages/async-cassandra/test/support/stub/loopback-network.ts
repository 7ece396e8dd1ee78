import type {
  EndPoint,
  SocketFactory,
  TlsConnectionOptions,
  Transport,
  TransportHandler,
} from '../../../src/connection/index.ts';
import type { ServerLink, ServerLinkHandler, ServerListener, ServerNetwork } from '../server/link.ts';
import { FastPath } from './fast-path.ts';
import type { FastPathOptions } from './fast-path.ts';
import type { ReplySink } from './reply-writer.ts';

export interface LoopbackOptions extends FastPathOptions {
  /** Most bytes that one read gives; default 64 KiB. */
  readonly chunkBytes?: number;
}

/**
 * A network inside the process for counting what the driver does, in real time: the stub's fast path in front of scripted servers, with
 * next to no allocation of its own. What arrives in a turn is delivered in the next one, in reads of bounded size.
 */
export class LoopbackNetwork implements SocketFactory, ServerNetwork {
  /** Calls of `write`, and their bytes: what a socket would make system calls of. */
  writes = 0;
  bytesWritten = 0;
  bytesRead = 0;
  reads = 0;
  /** Called before and after the driver is given what arrived. */
  onRead: (isOver: boolean) => void = () => {};
  readonly options: LoopbackOptions;
  private readonly listening = new Map<string, (link: ServerLink) => ServerLinkHandler>();

  constructor(options: LoopbackOptions) {
    this.options = options;
  }

  async listen(host: string, port: number, accept: (link: ServerLink) => ServerLinkHandler): Promise<ServerListener> {
    this.listening.set(`${host}:${port}`, accept);
    return {
      host,
      port,
      close: async (): Promise<void> => void this.listening.delete(`${host}:${port}`),
    };
  }

  connect({ host, port }: EndPoint, _tls: TlsConnectionOptions | undefined, handler: TransportHandler): Transport {
    const accept = this.listening.get(`${host}:${port}`);
    if (accept === undefined) throw new Error(`Nobody listens at ${host}:${port}`);
    return new LoopbackTransport(this, accept, handler);
  }
}

class LoopbackTransport implements Transport {
  readonly bufferedBytes = 0;
  private readonly network: LoopbackNetwork;
  private readonly handler: TransportHandler;
  private readonly server: FastPath;
  private readonly chunk: Buffer;
  private readonly view: DataView;
  private arrived: { readonly bytes: Buffer; readonly length: number; readonly done: () => void }[] = [];
  private written: (() => void)[] = [];
  private request: Buffer = Buffer.allocUnsafeSlow(128 * 1024);
  private isScheduled = false;
  private isClosed = false;

  constructor(network: LoopbackNetwork, accept: (link: ServerLink) => ServerLinkHandler, handler: TransportHandler) {
    this.network = network;
    this.handler = handler;
    this.chunk = Buffer.allocUnsafeSlow(network.options.chunkBytes ?? 64 * 1024);
    this.view = new DataView(this.chunk.buffer);
    const sink: ReplySink = (bytes, length, done) => this.arrive(bytes, length, done);
    const write = (bytes: Buffer): void => this.arrive(bytes, bytes.length, () => {});
    const close = (): void => this.destroy();
    const behind = accept({
      remote: 'loopback',
      write,
      end: close,
      destroy: close,
      reset: close,
      pause: () => {},
      resume: () => {},
    });
    this.server = new FastPath(
      { lanes: [sink, sink], writeAll: (pieces) => pieces.forEach(write) },
      behind,
      network.options,
    );
    setImmediate(() => handler.onConnect());
  }

  write(bytes: Uint8Array, done: () => void): void {
    this.network.writes++;
    this.network.bytesWritten += bytes.length;
    this.written.push(done);
    this.schedule();
    // The driver uses its bytes again after `done`; the server keeps none of whole frames.
    if (this.request.length < bytes.length) this.request = Buffer.allocUnsafeSlow(bytes.length * 2);
    this.request.set(bytes);
    this.server.onData(this.request.subarray(0, bytes.length));
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    setImmediate(() => {
      this.server.onClose();
      this.handler.onClose(null);
    });
  }

  private arrive(bytes: Buffer, length: number, done: () => void): void {
    this.arrived.push({ bytes, length, done });
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(this.deliver);
  }

  private readonly deliver = (): void => {
    this.isScheduled = false;
    const { arrived, written, chunk, view, network } = this;
    this.arrived = [];
    this.written = [];
    for (const done of written) done();
    for (const { bytes, length, done } of arrived) {
      for (let at = 0; at < length && !this.isClosed; at += chunk.length) {
        const count = bytes.copy(chunk, 0, at, Math.min(length, at + chunk.length));
        network.reads++;
        network.bytesRead += count;
        network.onRead(false);
        this.handler.onData(chunk, view, count);
        network.onRead(true);
      }
      done();
    }
  };
}
