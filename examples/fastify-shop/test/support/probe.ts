/** Loaded in front of the service: tells its parent what it holds, and at its end what it has done on each connection. */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Holdings {
  readonly heapMb: number;
  readonly rssMb: number;
  /** Open sockets of all kinds. */
  readonly sockets: number;
}

/** What the service did on a connection. */
export interface Served {
  /** The client's. */
  readonly port: number;
  readonly bytesRead: number;
  /** Requests whose headers it has read. */
  readonly requests: number;
  /** Those whose replies it has not handed over to the system to their end. */
  readonly unanswered: readonly string[];
}

interface Watched {
  readonly port: number;
  requests: number;
  readonly open: Set<IncomingMessage>;
}

/** null: connections are not watched. */
let watched: Map<Socket, Watched> | null = null;

process.on('message', (what) => {
  if (what === 'watch') {
    watched = new Map();
    watch(watched);
    process.send?.('watching');
    return;
  }
  globalThis.gc?.();
  setImmediate(() => {
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    const sockets = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket')).length;
    process.send?.({ heapMb: heapUsed / 2 ** 20, rssMb: rss / 2 ** 20, sockets } satisfies Holdings);
  });
});
// Listening to the parent must not keep the service alive.
process.channel?.unref();

process.once('beforeExit', () => {
  if (watched === null) return;
  const served: Served[] = [];
  for (const [{ bytesRead }, { port, requests, open }] of watched)
    served.push({ port, bytesRead, requests, unanswered: [...open].map(({ url }) => url ?? '') });
  process.send?.(served);
});

/** The service has no other servers: each socket that a server took is a connection of a client. */
function watch(connections: Map<Socket, Watched>): void {
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { readonly socket: Socket };
    connections.set(socket, { port: socket.remotePort ?? 0, requests: 0, open: new Set() });
  });
  const follow = (channel: string, act: (connection: Watched, request: IncomingMessage) => void): void =>
    subscribe(channel, (message) => {
      const { socket, request } = message as { readonly socket: Socket; readonly request: IncomingMessage };
      const connection = connections.get(socket);
      if (connection !== undefined) act(connection, request);
    });
  follow('http.server.request.start', (connection, request) => {
    connection.requests++;
    connection.open.add(request);
  });
  follow('http.server.response.finish', ({ open }, request) => open.delete(request));
}
