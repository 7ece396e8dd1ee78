import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Ends connections in good order when the service is about to close. Fastify completes replies under way, and then waits for
 * their connections, which clients keep open for minutes: so each of these replies says that it is the connection's last.
 */
export function addDraining(instance: FastifyInstance, drainTimeoutMs: number): void {
  const { server } = instance;
  let timer: NodeJS.Timeout | undefined;
  let isClosing = false;

  instance.addHook(
    'onSend',
    (request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: () => void): void => {
      if (instance.cassandra.isDraining && request.raw.httpVersionMajor === 1) void reply.header('connection', 'close');
      done();
    },
  );

  // A reply that had begun before could not say so: its connection is idle now, and is closed once it is counted as such.
  instance.addHook('onResponse', (_request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    if (isClosing && 'closeIdleConnections' in server) setImmediate(() => server.closeIdleConnections());
    done();
  });

  instance.addHook('preClose', async () => {
    isClosing = true;
    instance.cassandra.startDraining();
    // A client that reads slowly, or not at all, must not keep the service from closing.
    timer = setTimeout(() => {
      instance.log.warn({ drainTimeoutMs }, 'Replies under way are cut off: the service closes');
      if ('closeAllConnections' in server) server.closeAllConnections();
    }, drainTimeoutMs);
  });

  instance.addHook('onClose', async () => clearTimeout(timer));
}
