import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import type { ServerLink, ServerLinkHandler, ServerNetwork } from './link.ts';

/** Real sockets, with TLS when options for it are given. */
export function tcpNetwork(tls?: TlsOptions): ServerNetwork {
  return {
    listen: async (host, port, accept) => {
      const onSocket = (socket: Socket): void => attach(socket, accept);
      const server: Server =
        tls === undefined
          ? createTcpServer({ noDelay: true }, onSocket)
          : createTlsServer({ noDelay: true, ...tls }, onSocket);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return {
        host,
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((resolve) => {
            // `close` waits for open sockets; the listening itself ends at once, which is what matters here.
            server.close();
            resolve();
          }),
      };
    },
  };
}

function attach(socket: Socket, accept: (link: ServerLink) => ServerLinkHandler): void {
  const link: ServerLink = {
    remote: `${socket.remoteAddress}:${socket.remotePort}`,
    write: (bytes) => {
      if (!socket.destroyed) socket.write(bytes);
    },
    end: () => {
      socket.end();
    },
    destroy: () => {
      socket.destroy();
    },
    reset: () => {
      socket.resetAndDestroy();
    },
    pause: () => {
      socket.pause();
    },
    resume: () => {
      socket.resume();
    },
  };
  const handler = accept(link);
  socket.on('data', (chunk: Buffer) => {
    handler.onData(chunk);
  });
  // A client that resets or vanishes is an ordinary event for these servers; 'close' follows.
  socket.on('error', () => {});
  socket.on('close', () => {
    handler.onClose();
  });
}
