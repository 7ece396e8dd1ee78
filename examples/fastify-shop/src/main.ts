import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from './app.ts';
import { openTarget } from './target.ts';

const { PORT = '3000', HOST = '127.0.0.1', REPLICATION_FACTOR = '1', DRAIN_DELAY_MS = '1000' } = process.env;

const stopping = new AbortController();
const asked = Promise.race(['SIGTERM', 'SIGINT'].map((name) => once(process, name, { signal: stopping.signal })));

await using target = await openTarget();
const app = await createApp({
  cluster: target.options,
  replicationFactor: Number(REPLICATION_FACTOR),
  logger: { level: process.env['LOG_LEVEL'] ?? 'warn' },
});
const address = await app.listen({ port: Number(PORT), host: HOST });
console.log(`The shop is open at ${address}; see ${address}/openapi.json, ${address}/health/ready, ${address}/metrics`);

await asked;
stopping.abort();
// Load balancers need a moment to notice; until then everything is still served.
app.cassandra.startDraining();
await sleep(Number(DRAIN_DELAY_MS));
await app.close();
console.log('The shop is closed');
