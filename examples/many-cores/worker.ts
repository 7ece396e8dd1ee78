import { parentPort, workerData } from 'node:worker_threads';
import { AsyncCluster } from 'async-cassandra';
import type { Report, Task } from './task.ts';

const AT_ONCE = 128;
const { contactPoints, reads } = workerData as Task;

// Schemas are read by one thread of a service at most, if any needs them.
await using cluster = new AsyncCluster({ contactPoints, schemaKeyspaces: [] });
const session = await cluster.connect();
const statement = await session.prepare('SELECT release_version FROM system.local WHERE key = ?');

let left = reads;
async function work(): Promise<void> {
  while (left-- > 0) await session.execute(statement, ['local']);
}

const startedAt = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, work));
const perSecond = (reads / (performance.now() - startedAt)) * 1_000;
const report: Report = { perSecond, connections: session.state.openConnections };
parentPort?.postMessage(report);
