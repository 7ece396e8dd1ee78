import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import type { EndPoint, SocketFactory, Transport, TransportHandler } from './seams.ts';

/**
 * What all plain sockets read into; larger replies arrive in several reads. A chunk is handled completely before the next
 * read, so neither an idle connection nor an idle cluster needs a buffer of its own. This is no state: nothing is ever
 * read from it that was not written in the same call.
 */
const readSlab = Buffer.allocUnsafeSlow(64 * 1024);
const readSlabView = new DataView(readSlab.buffer, readSlab.byteOffset, readSlab.length);

/** A TCP or TLS socket as a transport. */
class SocketTransport implements Transport {
  readonly #socket: Socket;
  constructor(socket: Socket) {
    this.#socket = socket;
  }
  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }
  write(bytes: Uint8Array, done: () => void): void {
    this.#socket.write(bytes, done);
  }
  end(): void {
    this.#socket.end();
  }
  destroy(): void {
    this.#socket.destroy();
  }
}

function attach(socket: Socket, connectEvent: 'connect' | 'secureConnect', handler: TransportHandler): Transport {
  let failure: Error | null = null;
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  socket.once(connectEvent, () => handler.onConnect());
  socket.on('drain', () => handler.onDrain());
  socket.on('error', (error) => {
    failure = error;
  });
  // The server ends the stream: nothing more will be answered, so our side ends too.
  socket.once('end', () => socket.destroy());
  socket.once('close', () => handler.onClose(failure));
  return new SocketTransport(socket);
}

/** Sockets of `node:net` and `node:tls`. */
export function createNodeSockets(): SocketFactory {
  function connectPlain(endPoint: EndPoint, handler: TransportHandler): Transport {
    const socket = connectTcp({
      host: endPoint.host,
      port: endPoint.port,
      onread: {
        buffer: readSlab,
        callback: (length: number): boolean => {
          handler.onData(readSlab, readSlabView, length);
          return true;
        },
      },
    });
    return attach(socket, 'connect', handler);
  }

  function connectSecure(endPoint: EndPoint, tls: TlsConnectionOptions, handler: TransportHandler): Transport {
    // Without a name the certificate must name the IP address: there is no reverse lookup (rule 9 of the design).
    const known = endPoint.serverName ?? endPoint.host;
    const servername = tls.servername ?? (isIP(known) === 0 ? known : undefined);
    const socket = connectTls({
      ...tls,
      host: endPoint.host,
      port: endPoint.port,
      ...(servername === undefined ? {} : { servername }),
    });
    socket.on('data', (chunk: Buffer) =>
      handler.onData(chunk, new DataView(chunk.buffer, chunk.byteOffset, chunk.length), chunk.length),
    );
    return attach(socket, 'secureConnect', handler);
  }

  return {
    connect: (endPoint, tls, handler) =>
      tls === undefined ? connectPlain(endPoint, handler) : connectSecure(endPoint, tls, handler),
  };
}
