import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { ServerLink, ServerLinkHandler, ServerNetwork } from '../server/link.ts';
import { FastPath } from './fast-path.ts';
import type { FastLink, FastPathOptions } from './fast-path.ts';
import { ReplyDelay } from './reply-delay.ts';
import type { ReplySink } from './reply-writer.ts';

export interface StubTiming {
  /** Milliseconds from a request's arrival to its answer: ordinary ones, slow ones. */
  readonly delaysMs: readonly [number, number];
}

/** Real sockets for scripted servers, with the fast path in front of each. */
export function tcpStubNetwork(options: FastPathOptions & StubTiming): ServerNetwork {
  const delay = new ReplyDelay(options.delaysMs);
  return {
    listen: async (host, port, accept) => {
      const server = createServer({ noDelay: true }, (socket) => attach(socket, accept, options, delay));
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
        close: async (): Promise<void> => {
          server.close();
        },
      };
    },
  };
}

function attach(
  socket: Socket,
  accept: (link: ServerLink) => ServerLinkHandler,
  options: FastPathOptions,
  delay: ReplyDelay,
): void {
  const write = (bytes: Buffer): void => {
    if (!socket.destroyed) socket.write(bytes);
  };
  const lane =
    (index: number): ReplySink =>
    (slab, length, done) =>
      delay.add(index, () => {
        if (socket.destroyed) done();
        else socket.write(slab.subarray(0, length), done);
      });
  const link: FastLink = {
    lanes: [lane(0), lane(1)],
    writeAll: (pieces) =>
      delay.add(0, () => {
        socket.cork();
        pieces.forEach(write);
        socket.uncork();
      }),
  };
  const behind = accept({
    remote: `${socket.remoteAddress}:${socket.remotePort}`,
    write,
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  });
  const handler = new FastPath(link, behind, options);
  socket.on('data', (chunk: Buffer) => handler.onData(chunk));
  // A client that is killed is an ordinary event; 'close' follows.
  socket.on('error', () => {});
  socket.on('close', () => handler.onClose());
}
