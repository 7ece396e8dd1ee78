import { once } from 'node:events';
import { closeOnSignals } from 'async-cassandra';
import { createApp } from './app.ts';
import { openTarget } from './target.ts';

const { PORT = '3000', HOST = '127.0.0.1', REPLICATION_FACTOR = '1', DRAIN_DELAY_MS = '1000' } = process.env;

const told = new AbortController();
// A second signal ends the process at once.
closeOnSignals([{ close: () => told.abort() }], { logger: console });

try {
  await using target = await openTarget(told.signal);
  const app = await createApp({
    cluster: target.options,
    replicationFactor: Number(REPLICATION_FACTOR),
    drainDelayMs: Number(DRAIN_DELAY_MS),
    logger: { level: process.env['LOG_LEVEL'] ?? 'warn' },
  });
  const address = await app.listen({ port: Number(PORT), host: HOST, backlog: 4_096 });
  const paths = ['openapi.json', 'health/ready', 'metrics', 'status'].map((path) => `${address}/${path}`);
  console.log(`The shop is open at ${address}; see ${paths.join(', ')}`);
  if (!told.signal.aborted) await once(told.signal, 'abort');
  await app.cassandra.closeService();
  console.log('The shop is closed');
} catch (error) {
  // Told to end while it was starting.
  if (!told.signal.aborted) throw error;
}
