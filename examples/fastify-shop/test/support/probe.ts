/** Loaded in front of the service: tells its parent, on demand, what it holds when all that can be collected is. */
export interface Holdings {
  readonly heapMb: number;
  readonly rssMb: number;
  /** Open sockets of all kinds. */
  readonly sockets: number;
}

process.on('message', () => {
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
