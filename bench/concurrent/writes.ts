/**
 * Client CPU of many writes: `executeConcurrent` beside a plain semaphore loop, in turns, on one session.
 *
 *     npm run build
 *     npx tsx bench/concurrent/writes.ts [--writes 100000] [--rounds 15] [--concurrency 128] [--only 'semaphore loop,adaptive']
 *         [--host 127.0.0.1 --port 9042]
 *
 * Without `--port` the server is a stub that answers writes as they come, in a process of its own; a real one gets the
 * keyspace `bench` with the table `users`.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { AsyncCluster, type AsyncCassandraSession, type ConcurrentOptions, type Params } from 'async-cassandra';
import { startStub, STUB_STATEMENTS } from './server.ts';
import { semaphoreLoop } from './semaphore-loop.ts';

const { values: given } = parseArgs({
  options: {
    writes: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '15' },
    concurrency: { type: 'string', default: '128' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string' },
    only: { type: 'string' },
  },
});
const writes = Number(given.writes);
const rounds = Number(given.rounds);
const concurrency = Number(given.concurrency);

const ids = Array.from({ length: 4_096 }, () => randomUUID());
const created = new Date();

function* people(count: number): Generator<Params, void> {
  for (let i = 0; i < count; i++)
    yield [ids[i & 4_095], `Person number ${i}`, `person${i}@example.com`, i % 100, created];
}

async function createTable(session: AsyncCassandraSession): Promise<void> {
  await session.execute(
    "CREATE KEYSPACE IF NOT EXISTS bench WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
  );
  await session.execute(
    'CREATE TABLE IF NOT EXISTS bench.users (id uuid PRIMARY KEY, name text, email text, age int, created timestamp)',
  );
}

async function measure(port: number, isReal: boolean): Promise<void> {
  await using cluster = new AsyncCluster({ contactPoints: [`${given.host}:${port}`] });
  const session = await cluster.connect();
  if (isReal) await createTable(session);
  const insert = await session.prepare(STUB_STATEMENTS.w2, { idempotent: true });
  const concurrent =
    (options: ConcurrentOptions) =>
    async (count: number): Promise<number> =>
      (await session.executeConcurrent(insert, people(count), { concurrency, ...options })).succeeded;
  const all: Readonly<Record<string, (count: number) => Promise<number>>> = {
    'semaphore loop': (count) => semaphoreLoop(session, insert, people(count), concurrency),
    executeConcurrent: concurrent({}),
    'with a signal': concurrent({ signal: new AbortController().signal }),
    adaptive: concurrent({ concurrency: { max: concurrency } }),
    'batches by replica': concurrent({ batchByReplica: true }),
  };
  const contestants = Object.entries(all).filter(([name]) => given.only?.split(',').includes(name) ?? true);
  const samples = new Map(contestants.map(([name]) => [name, [] as { cpu: number; wall: number }[]]));
  for (const [, contestant] of contestants) await contestant(writes / 2);
  for (let round = 0; round < rounds; round++) {
    for (const [name, contestant] of round % 2 === 0 ? contestants : contestants.toReversed()) {
      const cpu = process.cpuUsage();
      const startedAt = performance.now();
      const done = await contestant(writes);
      const { user, system } = process.cpuUsage(cpu);
      if (done !== writes) throw new Error(`${name} made ${done} writes of ${writes}`);
      samples.get(name)?.push({ cpu: (user + system) / writes, wall: performance.now() - startedAt });
    }
  }
  let first = 0;
  for (const [name, taken] of samples) {
    const cpu = median(taken.map((sample) => sample.cpu));
    const perSecond = (writes / median(taken.map((sample) => sample.wall))) * 1_000;
    first ||= cpu;
    process.stdout.write(
      `${name.padEnd(20)} ${cpu.toFixed(2).padStart(7)} us CPU a write  ratio ${(cpu / first).toFixed(2)}  ${Math.round(perSecond)} writes/s\n`,
    );
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

if (given.port !== undefined) await measure(Number(given.port), true);
else {
  await using stub = await startStub({ versions: [4] });
  await measure(stub.port, false);
}
