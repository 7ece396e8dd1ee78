/**
 * Reads the big table once, in a process of its own, and prints what that cost as one line of JSON.
 *
 *     node ... read-big-table.ts '{"way":"rows", "rowCount":..., "keyspace":..., "target":{...}}'
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AsyncCluster, type AsyncCassandraSession } from 'async-cassandra';
import { Client } from 'cassandra-driver';
import { collectGarbage } from '../../support/collect-garbage.ts';
import { SELECT, weigh } from './big-table.ts';

/** What is to be read, how, and where. */
export interface ReadingTask {
  readonly way: 'rows' | 'pages' | 'asleep' | 'driver eachRow' | 'driver for await';
  readonly rowCount: number;
  readonly keyspace: string;
  readonly target: { readonly contactPoints: readonly string[]; readonly localDataCenter: string };
}

/** What one reading cost. */
export interface Reading {
  readonly rows: number;
  readonly sum: number;
  readonly elapsedMs: number;
  /** User and system time of all threads. */
  readonly cpuMicros: number;
  readonly startBytes: number;
  /** Most that was in use at any time, garbage included. */
  readonly peakBytes: number;
  /** What was in use after a collection, at equal distances. */
  readonly settledBytes: readonly number[];
}

const FETCH_SIZE = 5_000;
const SLEEP_EVERY_ROWS = 500;
const SLEEP_MS = 2;
const SAMPLES = 40;
/** Code is compiled by then, also in a run that is scaled down. */
const WARM_UP_ROWS = 200_000;

type Read = (cql: string, visit: (row: Readonly<Record<string, unknown>>) => void) => Promise<void>;

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function settledBytes(): number {
  for (let i = 0; i < 3; i++) collectGarbage();
  return usedBytes();
}

function byStream(session: AsyncCassandraSession, way: ReadingTask['way']): Read {
  return async (cql, visit) => {
    const stream = await session.executeStream(cql, [], { fetchSize: FETCH_SIZE });
    if (way === 'pages') {
      for await (const page of stream.pages()) for (const row of page) visit(row);
      return;
    }
    let read = 0;
    for await (const row of stream) {
      visit(row);
      if (way === 'asleep' && ++read % SLEEP_EVERY_ROWS === 0) await sleep(SLEEP_MS);
    }
  };
}

function byDriver(client: Client, way: ReadingTask['way']): Read {
  const options = { prepare: true, fetchSize: FETCH_SIZE, autoPage: true };
  return async (cql, visit) => {
    if (way === 'driver for await') {
      for await (const row of await client.execute(cql, [], options)) visit(row);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | null): void => (error === null || error === undefined ? resolve() : reject(error));
      client.eachRow(cql, [], options, (_n, row) => visit(row), done);
    });
  };
}

async function measure(read: Read, task: ReadingTask): Promise<Reading> {
  const warmUp = Math.min(WARM_UP_ROWS, task.rowCount);
  for (let warm = 0; warm < WARM_UP_ROWS; warm += warmUp) await read(`${SELECT} LIMIT ${warmUp}`, weigh);
  const samplesWanted = task.way === 'asleep' ? SAMPLES : 0;
  const sampleEvery = Math.floor(task.rowCount / (samplesWanted + 1));
  const startBytes = settledBytes();
  const settled: number[] = [];
  let peakBytes = 0;
  let rows = 0;
  let sum = 0;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await read(SELECT, (row) => {
    rows++;
    sum += weigh(row);
    if (samplesWanted === 0) return;
    if (rows % 250 === 0) peakBytes = Math.max(peakBytes, usedBytes());
    if (rows % sampleEvery === 0) settled.push(settledBytes());
  });
  const { user, system } = process.cpuUsage(cpu);
  const elapsedMs = performance.now() - startedAt;
  return { rows, sum, elapsedMs, cpuMicros: user + system, startBytes, peakBytes, settledBytes: settled };
}

async function run(task: ReadingTask): Promise<Reading> {
  const { contactPoints, localDataCenter } = task.target;
  if (task.way.startsWith('driver')) {
    const { keyspace } = task;
    const client = new Client({ contactPoints: [...contactPoints], localDataCenter, keyspace });
    await client.connect();
    try {
      return await measure(byDriver(client, task.way), task);
    } finally {
      await client.shutdown();
    }
  }
  await using cluster = new AsyncCluster({ contactPoints, localDataCenter });
  const session = await cluster.connect(task.keyspace);
  return await measure(byStream(session, task.way), task);
}

const [, , text = ''] = process.argv;
process.stdout.write(`${JSON.stringify(await run(JSON.parse(text) as ReadingTask))}\n`);
